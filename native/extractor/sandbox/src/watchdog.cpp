#include "watchdog.h"

#include "own-use.h"

#include <chrono>
#include <cstdlib>
#include <memory>
#include <system_error>
#include <thread>

namespace parley {

namespace {

constexpr auto look_every = std::chrono::milliseconds(100);
#if defined(__linux__)
/** What is counted here holds the program and its libraries too, which the limit on data does not. */
constexpr uint64_t program_bytes = 256ULL << 20;
#else
constexpr uint64_t program_bytes = 0;
#endif

void watch(const Limits &limits, double start_seconds, const OwnMemory &memory) {
    const double last_second = start_seconds + static_cast<double>(limits.cpu_seconds);
    for (;;) {
        std::this_thread::sleep_for(look_every);
        // Nothing here is worth a clean end, and destructors of a process under attack are not to be trusted.
        if (own_cpu_seconds() > last_second) {
            std::_Exit(limits.too_slow_exit_code);
        }
        if (memory.bytes() > limits.data_bytes + program_bytes) {
            std::_Exit(limits.too_heavy_exit_code);
        }
    }
}

} // namespace

bool start_watchdog(const Limits &limits) {
    auto memory = std::make_unique<OwnMemory>();
    const double start_seconds = own_cpu_seconds();
    try {
        std::thread([limits, start_seconds, memory = std::move(memory)] {
            watch(limits, start_seconds, *memory);
        }).detach();
        return true;
    } catch (const std::system_error &) {
        return false;
    }
}

} // namespace parley
