#include "job.h"

#include "js-values.h"

#include <utility>
#include <vector>

namespace parley {

namespace {

std::function<Napi::Value(Napi::Env)> value_of(Fault fault) {
    return [fault = std::move(fault)](Napi::Env env) { return to_js(env, fault); };
}

} // namespace

Job::Job(Napi::Env env, std::shared_ptr<JobBoard> board, std::optional<Napi::Function> callback)
    : board_(std::move(board)), deferred_(Napi::Promise::Deferred::New(env)) {
    if (callback) {
        callback_ = Napi::Persistent(*callback);
    }
}

Napi::Object Job::handle(Napi::Env env) {
    Napi::Object object = Napi::Object::New(env);
    object.Set("done", promise());
    object.Set("cancel",
               Napi::Function::New(
                   env,
                   [job = shared_from_this()](const Napi::CallbackInfo &info) { job->cancel(info.Env()); },
                   "cancel"));
    return object;
}

void Job::cancel(Napi::Env env) {
    request_cancel();
    Phase waiting = Phase::waiting;
    if (phase_.compare_exchange_strong(waiting, Phase::ended)) {
        const std::shared_ptr<Job> self = shared_from_this();
        const Settlement result = never_began();
        settle(env, result ? result : value_of(Fault("cancelled")), !result);
    } else if (waiting == Phase::running) {
        board_->wake();
    }
}

Job::Settlement Job::never_began() {
    return nullptr;
}

void Job::start(EngineCore &core) {
    Phase waiting = Phase::waiting;
    if (!phase_.compare_exchange_strong(waiting, Phase::running)) {
        return;
    }
    try {
        Settlement result = run(core);
        if (result) {
            end(std::move(result));
        }
    } catch (...) {
        end_with(std::current_exception());
    }
}

void Job::end(Settlement result) {
    post_end(std::move(result), false);
}

void Job::end_with(const std::exception_ptr &error) {
    post_end(value_of(to_fault(error)), true);
}

void Job::post_end(Settlement result, bool is_rejected) {
    board_->queue().post([self = shared_from_this(), result = std::move(result), is_rejected](Napi::Env env) {
        self->phase_ = Phase::ended;
        self->settle(env, result, is_rejected);
    });
}

void Job::call_back(Napi::Env env, const std::function<Napi::Value(Napi::Env)> &argument) {
    if (callback_.IsEmpty() || !callback_error_.IsEmpty()) {
        return;
    }
    try {
        callback_.Call({argument(env)});
    } catch (const Napi::Error &error) {
        callback_error_ = Napi::Reference<Napi::Value>::New(error.Value(), 1);
        request_cancel();
        board_->wake();
    }
}

void Job::settle(Napi::Env env, const Settlement &result, bool is_rejected) {
    before_settling(env);
    if (!deferred_) {
        return;
    }
    if (!callback_error_.IsEmpty()) {
        deferred_->Reject(callback_error_.Value());
    } else if (is_rejected) {
        deferred_->Reject(result(env));
    } else {
        deferred_->Resolve(result(env));
    }
    abandon();
    board_->remove(env, shared_from_this());
}

void Job::abandon() {
    request_cancel();
    deferred_.reset();
    callback_.Reset();
    callback_error_.Reset();
}

void JobBoard::add(Napi::Env env, const std::shared_ptr<Job> &job) {
    if (jobs_.empty()) {
        queue_->ref(env);
        on_busy_(true);
    }
    jobs_.insert(job);
}

void JobBoard::remove(Napi::Env env, const std::shared_ptr<Job> &job) {
    if (jobs_.erase(job) > 0 && jobs_.empty()) {
        queue_->unref(env);
        on_busy_(false);
    }
}

void JobBoard::cancel_all(Napi::Env env) {
    // A copy: a job that has not begun settles, and leaves the set, at once.
    const std::vector<std::shared_ptr<Job>> jobs(jobs_.begin(), jobs_.end());
    for (const std::shared_ptr<Job> &job : jobs) {
        job->cancel(env);
    }
}

void JobBoard::cancel(Napi::Env env, Concern concern) {
    const std::vector<std::shared_ptr<Job>> jobs(jobs_.begin(), jobs_.end());
    for (const std::shared_ptr<Job> &job : jobs) {
        if (job->concern() == concern) {
            job->cancel(env);
        }
    }
}

void JobBoard::request_cancel_all() {
    for (const std::shared_ptr<Job> &job : jobs_) {
        job->request_cancel();
    }
}

void JobBoard::abandon_all() {
    for (const std::shared_ptr<Job> &job : jobs_) {
        job->abandon();
    }
    jobs_.clear();
}

void JobBoard::set_external_bytes(Napi::Env env, uint64_t bytes) {
    const auto next = static_cast<int64_t>(bytes);
    Napi::MemoryManagement::AdjustExternalMemory(env, next - external_bytes_);
    external_bytes_ = next;
}

} // namespace parley
