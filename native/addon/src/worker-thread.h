#pragma once

#include <functional>

#ifdef _WIN32
#include <thread>
#else
#include <pthread.h>
#endif

namespace parley {

/**
 * A thread with a stack of 16 MiB: the 512 KiB that macOS gives is little for recursive template parsers.
 * Start once; join before destruction (the destructor joins too). `body` must not throw.
 */
class WorkerThread {
public:
    WorkerThread() = default;
    WorkerThread(const WorkerThread &) = delete;
    WorkerThread &operator=(const WorkerThread &) = delete;
    ~WorkerThread() { join(); }

    /** @throws std::runtime_error where the system gives no thread */
    void start(std::function<void()> body);
    /** Waits for the end. Safe to call twice. */
    void join();

private:
    std::function<void()> body_;
    bool is_started_ = false;
#ifdef _WIN32
    std::thread thread_;
#else
    pthread_t thread_{};
#endif
};

} // namespace parley
