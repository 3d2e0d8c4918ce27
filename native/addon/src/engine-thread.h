#pragma once

#include "log-router.h"
#include "model.h"
#include "scheduler.h"
#include "worker-thread.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

namespace parley {

/** What the engine thread owns. Only that thread may touch it. */
class EngineCore {
public:
    explicit EngineCore(int threads) : threads_(threads) {}

    int threads() const { return threads_; }
    /** The loaded model. @throws Fault `model.not-loaded` */
    Model &model();
    /** @throws Fault `model.not-loaded` */
    Scheduler &scheduler();
    void set_model(std::unique_ptr<Model> model);
    /** Frees the model, if one is loaded. */
    void unload();

private:
    int threads_;
    std::unique_ptr<Model> model_;
    std::unique_ptr<Scheduler> scheduler_;
};

/**
 * The thread that alone touches `llama_*` objects. Commands run one after the other. Made, stopped and
 * destroyed on the JavaScript thread.
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

    std::mutex mutex_;
    std::condition_variable has_command_;
    std::deque<Command> commands_;
    bool is_stopping_ = false;
    WorkerThread thread_;
};

} // namespace parley
