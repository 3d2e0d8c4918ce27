#pragma once

#include <napi.h>

#include <deque>
#include <functional>
#include <memory>
#include <mutex>

namespace parley {

/**
 * Work for the JavaScript thread. `post` is for any thread; the rest is for the JavaScript thread. The
 * thread-safe function is only the bell: what is posted lies in our own list, so nothing leaks when the
 * environment ends first. Keeps the event loop alive only between `ref` and `unref`.
 */
class JsQueue : public std::enable_shared_from_this<JsQueue> {
public:
    using Work = std::function<void(Napi::Env)>;

    static std::shared_ptr<JsQueue> create(Napi::Env env);
    JsQueue(const JsQueue &) = delete;
    JsQueue &operator=(const JsQueue &) = delete;
    ~JsQueue() = default;

    /** Dropped after `close`. An exception of `work` becomes an uncaught exception in JavaScript. */
    void post(Work work);
    void ref(Napi::Env env);
    void unref(Napi::Env env);
    /** Nothing runs afterwards; what waits is destroyed here. Safe to call twice. */
    void close();

private:
    JsQueue() = default;
    static void ring(napi_env env, napi_value callback, void *context, void *data);
    static void finalize(napi_env env, void *data, void *hint);
    void drain(Napi::Env env);

    std::mutex mutex_;
    std::deque<Work> waiting_;
    napi_threadsafe_function bell_ = nullptr;
};

} // namespace parley
