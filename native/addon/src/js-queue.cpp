#include "js-queue.h"

#include <utility>

namespace parley {

std::shared_ptr<JsQueue> JsQueue::create(Napi::Env env) {
    std::shared_ptr<JsQueue> queue(new JsQueue());
    auto *keeper = new std::shared_ptr<JsQueue>(queue); // freed in `finalize`
    const napi_status status =
        napi_create_threadsafe_function(env, nullptr, nullptr, Napi::String::New(env, "parley-engine"), 0, 1,
                                        keeper, finalize, keeper, ring, &queue->bell_);
    if (status != napi_ok) {
        delete keeper;
        throw Napi::Error::New(env, "no queue to the JavaScript thread");
    }
    queue->unref(env);
    return queue;
}

void JsQueue::finalize(napi_env /*env*/, void *data, void * /*hint*/) {
    auto *keeper = static_cast<std::shared_ptr<JsQueue> *>(data);
    {
        const std::lock_guard<std::mutex> lock((*keeper)->mutex_);
        (*keeper)->bell_ = nullptr;
    }
    delete keeper;
}

void JsQueue::post(Work work) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (bell_ == nullptr) {
        return;
    }
    waiting_.push_back(std::move(work));
    if (waiting_.size() == 1) {
        napi_call_threadsafe_function(bell_, nullptr, napi_tsfn_nonblocking);
    }
}

void JsQueue::ring(napi_env env, napi_value /*callback*/, void *context, void * /*data*/) {
    if (env == nullptr) {
        return; // the environment ends; `close` destroys what waits
    }
    // Our own reference: the work may close the queue.
    const std::shared_ptr<JsQueue> queue = *static_cast<std::shared_ptr<JsQueue> *>(context);
    queue->drain(Napi::Env(env));
}

void JsQueue::drain(Napi::Env env) {
    std::deque<Work> works;
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        works.swap(waiting_);
    }
    for (Work &work : works) {
        const Napi::HandleScope scope(env);
        try {
            work(env);
        } catch (const Napi::Error &error) {
            napi_fatal_exception(env, error.Value());
        }
    }
}

void JsQueue::ref(Napi::Env env) {
    if (bell_ != nullptr) {
        napi_ref_threadsafe_function(env, bell_);
    }
}

void JsQueue::unref(Napi::Env env) {
    if (bell_ != nullptr) {
        napi_unref_threadsafe_function(env, bell_);
    }
}

void JsQueue::close() {
    std::deque<Work> works;
    napi_threadsafe_function bell = nullptr;
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        works.swap(waiting_);
        std::swap(bell, bell_);
    }
    if (bell != nullptr) {
        napi_release_threadsafe_function(bell, napi_tsfn_abort);
    }
}

} // namespace parley
