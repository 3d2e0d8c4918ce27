#pragma once

#include <functional>
#include <memory>
#include <mutex>

namespace parley {

/**
 * Stops what still computes when the process exits. Node runs no clean-up hooks on `process.exit()`, so C++
 * would destroy ggml's static objects under a thread that uses them. Any thread may make and drop guards.
 */
class ExitGuard {
public:
    /** `stop` runs at most once, on the thread that exits, unless the guard is dropped before. */
    explicit ExitGuard(std::function<void()> stop);
    ExitGuard(const ExitGuard &) = delete;
    ExitGuard &operator=(const ExitGuard &) = delete;
    ~ExitGuard();

    /**
     * Call whenever llama.cpp and ggml may have made static objects that a thread goes on to use: at the
     * start, and after each step of a load. What is registered last runs first, before those objects are
     * destroyed. Cheap; does nothing after the first few calls.
     */
    static void arm();

private:
    std::function<void()> stop_;
};

} // namespace parley
