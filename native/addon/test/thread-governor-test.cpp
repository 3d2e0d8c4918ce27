// What 16-threads.spec.ts compiles and runs: simulated machines, and how many threads the governor takes
// there.
#include "thread-governor.h"

#include <cstdio>
#include <functional>
#include <string>

namespace {

using parley::DecodeObservation;
using parley::ThreadGovernor;

/** Milliseconds for one token with so many threads. */
using Machine = std::function<double(int threads)>;

double idle(int threads) {
    return 12.0 / threads;
}

/** One of two cores is held by another program: two threads wait for each other, one does not care. */
double contended(int threads) {
    return threads == 1 ? 16 : 120;
}

double slow_whatever(int threads) {
    return 60.0 / threads;
}

void compute(ThreadGovernor &governor, const Machine &machine, double for_ms, size_t depth = 100) {
    for (double spent = 0; spent < for_ms;) {
        const double milliseconds = machine(governor.threads());
        spent += milliseconds;
        governor.note({1, depth, milliseconds});
    }
}

int failures = 0;

void expect(int threads, int expected, const std::string &title) {
    std::printf("%s %s: %d threads\n", threads == expected ? "ok" : "FAILED", title.c_str(), threads);
    failures += threads == expected ? 0 : 1;
}

} // namespace

int main() {
    {
        ThreadGovernor governor(2);
        compute(governor, idle, 60000);
        expect(governor.threads(), 2, "an idle machine keeps all threads");
        compute(governor, contended, 2000);
        expect(governor.threads(), 1, "a collapse drops a thread");
        compute(governor, contended, 30000);
        expect(governor.threads(), 1, "it stays dropped while the other program runs");
        compute(governor, idle, 100000);
        expect(governor.threads(), 2, "the thread comes back when the other program is gone");
    }
    {
        ThreadGovernor governor(2);
        compute(governor, idle, 60000);
        compute(governor, contended, 2000);
        expect(governor.threads(), 1, "a collapse drops a thread");
        governor.rest(10000);
        compute(governor, idle, 300);
        expect(governor.threads(), 2, "the next answer after a pause tries it again at once");
        compute(governor, contended, 30000);
        governor.rest(10000);
        compute(governor, contended, 1000);
        expect(governor.threads(), 1, "a pause proves nothing about the other program");
    }
    {
        ThreadGovernor governor(2);
        compute(governor, idle, 1000);
        compute(governor, slow_whatever, 60000);
        expect(governor.threads(), 2, "a machine that is slower with any number keeps all threads");
    }
    {
        ThreadGovernor governor(2);
        compute(governor, idle, 1000);
        for (int round = 0; round < 100; round++) {
            compute(governor, contended, 100);
            compute(governor, idle, 100);
        }
        expect(governor.threads(), 2, "short disturbances change nothing");
    }
    {
        ThreadGovernor governor(2);
        compute(governor, idle, 1000);
        compute(
            governor, [](int threads) { return 40.0 / threads; }, 20000, 16000);
        expect(governor.threads(), 2, "a longer context is no collapse");
    }
    {
        ThreadGovernor governor(8);
        compute(governor, idle, 1000);
        compute(
            governor, [](int threads) { return threads > 5 ? 90.0 : 12.0 / threads; }, 30000);
        expect(governor.threads(), 5, "several threads are dropped one by one");
    }
    {
        ThreadGovernor governor(1);
        compute(governor, idle, 1000);
        compute(
            governor, [](int) { return 900.0; }, 20000);
        expect(governor.threads(), 1, "one thread is the least");
    }
    {
        ThreadGovernor governor(2);
        governor.note({0, 0, 5});
        governor.note({1, 0, 0});
        expect(governor.threads(), 2, "what took no time or computed nothing says nothing");
    }
    return failures == 0 ? 0 : 1;
}
