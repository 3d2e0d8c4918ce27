#pragma once

#include "js-queue.h"

#include <napi.h>

#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <set>

namespace parley {

class EngineCore;
class JobBoard;

/** What a job works with: once that is to be replaced or freed, the job ends. */
enum class Concern { model, embedder, nothing };

/**
 * One request on its way: made on the JavaScript thread, run on the engine thread, settled on the
 * JavaScript thread. Shared by both; everything that belongs to JavaScript is let go there, in `settle`
 * or `abandon`, so the last owner may be either thread.
 */
class Job : public std::enable_shared_from_this<Job> {
public:
    Job(Napi::Env env, std::shared_ptr<JobBoard> board, std::optional<Napi::Function> callback);
    Job(const Job &) = delete;
    Job &operator=(const Job &) = delete;
    virtual ~Job() = default;

    // JavaScript thread
    /** `{ done, cancel }` of index.d.ts. */
    Napi::Object handle(Napi::Env env);
    Napi::Promise promise() const { return deferred_->Promise(); }
    /** Ends the job as soon as it can; at once where it has not begun. */
    void cancel(Napi::Env env);
    /** Lets go of JavaScript without settling: the environment ends. */
    void abandon();

    // Engine thread
    /** Runs the job unless it was cancelled before. Never throws. */
    void start(EngineCore &core);

    // Any thread
    bool is_cancelled() const { return is_cancelled_->load(); }
    const std::atomic<bool> &cancel_flag() const { return *is_cancelled_; }
    std::shared_ptr<std::atomic<bool>> shared_cancel_flag() const { return is_cancelled_; }
    void request_cancel() { is_cancelled_->store(true); }
    virtual Concern concern() const { return Concern::model; }

protected:
    using Settlement = std::function<Napi::Value(Napi::Env)>;

    /**
     * The work, on the engine thread. Gives back how to make the result; nothing where it only began, and
     * `end` follows. @throws Fault
     */
    virtual Settlement run(EngineCore &core) = 0;
    /** Settles a job whose `run` only began it. Engine thread, once. */
    void end(Settlement result);
    void end_with(const std::exception_ptr &error);
    /** How a job ends that never began. JavaScript thread; default: rejects with `cancelled`. */
    virtual Settlement never_began();
    /** Called on the JavaScript thread right before the promise settles. */
    virtual void before_settling(Napi::Env /*env*/) {}

    JobBoard &board() const { return *board_; }
    /** Calls the callback; what it throws cancels the job and becomes its error. JavaScript thread. */
    void call_back(Napi::Env env, const std::function<Napi::Value(Napi::Env)> &argument);

private:
    enum class Phase { waiting, running, ended };

    void post_end(Settlement result, bool is_rejected);
    void settle(Napi::Env env, const Settlement &result, bool is_rejected);

    std::shared_ptr<JobBoard> board_;
    std::optional<Napi::Promise::Deferred> deferred_;
    Napi::FunctionReference callback_;
    Napi::Reference<Napi::Value> callback_error_;
    /** Shared with whoever looks at it beside the engine thread, and may be late. */
    std::shared_ptr<std::atomic<bool>> is_cancelled_ = std::make_shared<std::atomic<bool>>(false);
    std::atomic<Phase> phase_{Phase::waiting};
};

/**
 * The JavaScript side of one engine: its queue, the jobs that are not settled and the memory it has told
 * the garbage collector of. Keeps the event loop and the engine alive while there are jobs.
 */
class JobBoard {
public:
    /** `wake` makes the engine thread look at what was cancelled; any thread. */
    JobBoard(std::shared_ptr<JsQueue> queue, std::function<void(bool is_busy)> on_busy,
             std::function<void()> wake)
        : queue_(std::move(queue)), on_busy_(std::move(on_busy)), wake_(std::move(wake)) {}

    JsQueue &queue() const { return *queue_; }
    void wake() const { wake_(); }
    void add(Napi::Env env, const std::shared_ptr<Job> &job);
    void remove(Napi::Env env, const std::shared_ptr<Job> &job);
    void cancel_all(Napi::Env env);
    /** Cancels those that work with it. */
    void cancel(Napi::Env env, Concern concern);
    /** Asks running jobs to end without settling any. */
    void request_cancel_all();
    void abandon_all();
    /** What the engine holds outside JavaScript's heap from now on. */
    void set_external_bytes(Napi::Env env, uint64_t bytes);

private:
    std::shared_ptr<JsQueue> queue_;
    std::function<void(bool)> on_busy_;
    std::function<void()> wake_;
    std::set<std::shared_ptr<Job>> jobs_;
    int64_t external_bytes_ = 0;
};

} // namespace parley
