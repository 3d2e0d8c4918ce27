#include "worker-thread.h"

#include <stdexcept>
#include <utility>

namespace parley {

#ifdef _WIN32

void WorkerThread::start(std::function<void()> body) {
    body_ = std::move(body);
    thread_ = std::thread(body_);
    is_started_ = true;
}

void WorkerThread::join() {
    if (is_started_) {
        is_started_ = false;
        thread_.join();
    }
}

#else

namespace {

constexpr size_t stack_bytes = 16UL * 1024 * 1024;

void *run_body(void *body) {
    (*static_cast<std::function<void()> *>(body))();
    return nullptr;
}

} // namespace

void WorkerThread::start(std::function<void()> body) {
    body_ = std::move(body);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, stack_bytes);
    const int error = pthread_create(&thread_, &attributes, run_body, &body_);
    pthread_attr_destroy(&attributes);
    if (error != 0) {
        throw std::runtime_error("no thread for the engine");
    }
    is_started_ = true;
}

void WorkerThread::join() {
    if (is_started_) {
        is_started_ = false;
        pthread_join(thread_, nullptr);
    }
}

#endif

} // namespace parley
