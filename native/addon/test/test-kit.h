#pragma once

#include <functional>
#include <sstream>
#include <stdexcept>
#include <string>

/**
 * A tiny harness: `TEST("what holds") { CHECK(...); }`. Prints `ok TITLE` or `not ok TITLE: where and what`,
 * a line each, and fails when one failed.
 */
namespace parley::test {

class CheckFailure : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/** Registers a test; the value has no meaning. */
int add_test(const char *title, std::function<void()> body);

/** Runs all whose titles contain `part`. Returns the exit status. */
int run_tests(const std::string &part);

[[noreturn]] inline void fail(const char *file, int line, const std::string &what) {
    std::ostringstream text;
    text << file << ':' << line << ": " << what;
    throw CheckFailure(text.str());
}

} // namespace parley::test

#define PARLEY_JOIN_TOKENS(left, right) left##right
#define PARLEY_JOIN(left, right) PARLEY_JOIN_TOKENS(left, right)
#define TEST(title)                                                                                          \
    static void PARLEY_JOIN(test_body_, __LINE__)();                                                         \
    [[maybe_unused]] static const int PARLEY_JOIN(test_number_, __LINE__) =                                  \
        parley::test::add_test(title, PARLEY_JOIN(test_body_, __LINE__));                                    \
    static void PARLEY_JOIN(test_body_, __LINE__)()

#define CHECK(condition)                                                                                     \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            parley::test::fail(__FILE__, __LINE__, #condition);                                              \
        }                                                                                                    \
    } while (false)

#define CHECK_EQUAL(left, right)                                                                             \
    do {                                                                                                     \
        const auto left_value = (left);                                                                      \
        const auto right_value = (right);                                                                    \
        if (!(left_value == right_value)) {                                                                  \
            std::ostringstream values;                                                                       \
            values << #left " is " << left_value << ", not " << right_value;                                 \
            parley::test::fail(__FILE__, __LINE__, values.str());                                            \
        }                                                                                                    \
    } while (false)
