#include "test-kit.h"

#include <cstdio>
#include <exception>
#include <utility>
#include <vector>

namespace parley::test {

namespace {

struct Test {
    const char *title;
    std::function<void()> body;
};

std::vector<Test> &tests() {
    static std::vector<Test> all;
    return all;
}

std::string failure_of(const Test &test) {
    try {
        test.body();
        return {};
    } catch (const std::exception &error) {
        return error.what();
    }
}

} // namespace

int add_test(const char *title, std::function<void()> body) {
    tests().push_back({title, std::move(body)});
    return 0;
}

int run_tests(const std::string &part) {
    int failed = 0;
    for (const Test &test : tests()) {
        if (std::string(test.title).find(part) == std::string::npos) {
            continue;
        }
        const std::string failure = failure_of(test);
        if (failure.empty()) {
            std::printf("ok %s\n", test.title);
        } else {
            std::printf("not ok %s: %s\n", test.title, failure.c_str());
            failed++;
        }
        std::fflush(stdout);
    }
    std::printf("finished\n");
    return failed == 0 ? 0 : 1;
}

} // namespace parley::test

int main(int count, char **arguments) {
    return parley::test::run_tests(count > 1 ? arguments[1] : "");
}
