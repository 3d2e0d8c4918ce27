#pragma once

#include <napi.h>

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
     * Has everything stop when `process` says that it exits, which is before C++ destroys any static object.
     * Call once for each environment; on Node's main thread only it does something, as a worker thread that
     * ends runs its clean-up hooks. Needs JavaScript to end the process: `arm` is for what else may.
     */
    static void listen(Napi::Env env);

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
