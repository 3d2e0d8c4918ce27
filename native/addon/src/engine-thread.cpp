#include "engine-thread.h"

#include "exit-guard.h"
#include "fault.h"

#include <utility>

namespace parley {

Model &EngineCore::model() {
    if (!model_) {
        throw Fault("model.not-loaded");
    }
    return *model_;
}

Scheduler &EngineCore::scheduler() {
    if (!scheduler_) {
        throw Fault("model.not-loaded");
    }
    return *scheduler_;
}

void EngineCore::set_model(std::unique_ptr<Model> model) {
    unload();
    model_ = std::move(model);
    scheduler_ = std::make_unique<Scheduler>(*model_);
    ExitGuard::arm();
}

void EngineCore::unload() {
    scheduler_.reset();
    model_.reset();
}

EngineThread::EngineThread(int threads, LogRouter::Id log) {
    thread_.start([this, threads, log] { run(threads, log); });
}

void EngineThread::push(Command command) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (is_stopping_) {
        return;
    }
    commands_.push_back(std::move(command));
    has_command_.notify_one();
}

void EngineThread::stop() {
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        is_stopping_ = true;
        has_command_.notify_one();
    }
    thread_.join();
    commands_.clear();
}

void EngineThread::run(int threads, LogRouter::Id log) {
    LogRouter::adopt_thread(log);
    EngineCore core(threads);
    while (true) {
        Command command;
        {
            std::unique_lock<std::mutex> lock(mutex_);
            has_command_.wait(lock, [this] { return is_stopping_ || !commands_.empty(); });
            if (is_stopping_) {
                return;
            }
            command = std::move(commands_.front());
            commands_.pop_front();
        }
        command(core);
    }
}

} // namespace parley
