#pragma once

#include "embed-queue.h"
#include "embedder.h"
#include "log-router.h"
#include "model.h"
#include "scheduler.h"
#include "worker-thread.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace parley {

/** What the engine thread owns. Only that thread may touch it. */
class EngineCore {
public:
    /** `post` runs a function on the engine thread, from any thread; `has_commands`: one is waiting. */
    EngineCore(int threads, Scheduler::Post post, const std::atomic<bool> &has_commands)
        : threads_(threads), post_(std::move(post)), has_commands_(has_commands) {}

    int threads() const { return threads_; }
    /** The loaded model. @throws Fault `model.not-loaded` */
    Model &model();
    /** @throws Fault `model.not-loaded` */
    Scheduler &scheduler();
    /** @throws Fault `embedding.not-loaded` */
    std::shared_ptr<Embedder> embedder() const;
    /** Null for none. What the old one was to embed ends as cancelled. */
    void set_embedder(std::shared_ptr<Embedder> embedder);
    /** Texts that wait for the embedder; what nobody waits for rests while a visible chat goes on. */
    EmbedQueue &embeddings() { return embeddings_; }
    /** `cache`: where computed prefixes are kept beyond the context. */
    void set_model(std::unique_ptr<Model> model, const std::optional<CacheOptions> &cache);
    /** Ends what runs and frees the model, if one is loaded. */
    void unload();
    /** Goes on with what runs. False where nothing can go on before the next command. */
    bool step();

private:
    int threads_;
    std::shared_ptr<Embedder> embedder_;
    EmbedQueue embeddings_;
    std::unique_ptr<Model> model_;
    /** Shared only so that what waits for other threads can tell whether it is still there. */
    std::shared_ptr<Scheduler> scheduler_;
    Scheduler::Post post_;
    const std::atomic<bool> &has_commands_;
};

/**
 * The thread that alone touches `llama_*` objects. Commands run one after the other, and between them what
 * runs is computed step by step. Made, stopped and destroyed on the JavaScript thread.
 */
class EngineThread {
public:
    using Command = std::function<void(EngineCore &)>;

    /** Starts the thread; its log lines go to `log`. */
    EngineThread(int threads, LogRouter::Id log);
    EngineThread(const EngineThread &) = delete;
    EngineThread &operator=(const EngineThread &) = delete;
    ~EngineThread() { stop(); }

    /** Any thread. Dropped once `stop` was called. A command must not throw. */
    void push(Command command);

    /** Lets the running command end, drops the others, frees the model and joins. Safe to call twice. */
    void stop();

private:
    void run(int threads, LogRouter::Id log);
    /** The next command, waited for where `must_wait`; nothing when there is none, or at the end. */
    std::optional<Command> next(bool must_wait);
    bool is_stopping();

    std::mutex mutex_;
    std::condition_variable is_awaited_;
    std::deque<Command> commands_;
    std::atomic<bool> has_commands_{false};
    bool is_stopping_ = false;
    WorkerThread thread_;
};

} // namespace parley
