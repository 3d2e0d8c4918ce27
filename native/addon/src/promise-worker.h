#pragma once

#include "fault.h"
#include "js-values.h"

#include <napi.h>

#include <exception>
#include <functional>
#include <optional>
#include <utility>

namespace parley {

/**
 * Runs `work` on a thread of Node's pool and settles a promise with `convert` of its result, or with the
 * Fault it threw. `work` must not touch JavaScript. Node owns and deletes the worker.
 */
template <typename Result> class PromiseWorker : public Napi::AsyncWorker {
public:
    using Work = std::function<Result()>;
    using Convert = std::function<Napi::Value(Napi::Env, const Result &)>;

    static Napi::Promise run(Napi::Env env, Work work, Convert convert) {
        auto *worker = new PromiseWorker(env, std::move(work), std::move(convert));
        const Napi::Promise promise = worker->deferred_.Promise();
        worker->Queue();
        return promise;
    }

protected:
    void Execute() override {
        try {
            result_ = work_();
        } catch (...) {
            fault_ = to_fault(std::current_exception());
        }
        // What the work held is free before the promise settles, and is not freed on the JavaScript thread.
        work_ = nullptr;
    }

    void OnOK() override {
        if (fault_) {
            deferred_.Reject(to_js(Env(), *fault_));
        } else {
            deferred_.Resolve(convert_(Env(), *result_));
        }
    }

private:
    PromiseWorker(Napi::Env env, Work work, Convert convert)
        : Napi::AsyncWorker(env), deferred_(Napi::Promise::Deferred::New(env)), work_(std::move(work)),
          convert_(std::move(convert)) {}

    Napi::Promise::Deferred deferred_;
    Work work_;
    Convert convert_;
    std::optional<Result> result_;
    std::optional<Fault> fault_;
};

} // namespace parley
