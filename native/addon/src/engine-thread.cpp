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

std::shared_ptr<Embedder> EngineCore::embedder() const {
    if (!embedder_) {
        throw Fault("embedding.not-loaded");
    }
    return embedder_;
}

void EngineCore::set_embedder(std::shared_ptr<Embedder> embedder) {
    embeddings_.end_all();
    embedder_ = std::move(embedder);
}

bool EngineCore::step() {
    embeddings_.end_cancelled();
    const bool has_gone_on = scheduler_ && scheduler_->step();
    const bool is_chatting = scheduler_ && scheduler_->has_visible_work();
    if (is_chatting && !embeddings_.has_visible()) {
        return has_gone_on;
    }
    return embeddings_.step(has_commands_) || has_gone_on;
}

void EngineCore::set_model(std::unique_ptr<Model> model, const std::optional<CacheOptions> &cache) {
    unload();
    model_ = std::move(model);
    auto keeper = std::make_unique<StateKeeper>(model_->context(),
                                                static_cast<llama_seq_id>(model_->sequences().conversations));
    if (cache) {
        PrefixCacheOptions options;
        options.folder = cache->folder + "/" + to_hex(model_->facts().fingerprint);
        options.fingerprint = model_->facts().fingerprint;
        options.key = cache->key;
        options.ram_bytes = cache->ram_bytes;
        options.disk_bytes = cache->disk_bytes;
        keeper->open(std::move(options));
    }
    scheduler_ = std::make_shared<Scheduler>(*model_, std::move(keeper), post_, has_commands_);
    ExitGuard::arm();
}

void EngineCore::unload() {
    embeddings_.end_cancelled();
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
    has_commands_ = true;
    is_awaited_.notify_one();
}

void EngineThread::stop() {
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        is_stopping_ = true;
        is_awaited_.notify_one();
    }
    thread_.join();
    commands_.clear();
}

std::optional<EngineThread::Command> EngineThread::next(bool must_wait) {
    std::unique_lock<std::mutex> lock(mutex_);
    if (must_wait) {
        is_awaited_.wait(lock, [this] { return is_stopping_ || !commands_.empty(); });
    }
    if (is_stopping_ || commands_.empty()) {
        return std::nullopt;
    }
    Command command = std::move(commands_.front());
    commands_.pop_front();
    has_commands_ = !commands_.empty();
    return command;
}

void EngineThread::run(int threads, LogRouter::Id log) {
    LogRouter::adopt_thread(log);
    const auto post = [this](std::function<void()> work) {
        push([work = std::move(work)](EngineCore &) { work(); });
    };
    EngineCore core(threads, post, has_commands_);
    bool must_wait = true;
    while (true) {
        if (const std::optional<Command> command = next(must_wait)) {
            (*command)(core);
            must_wait = false;
            continue;
        }
        if (is_stopping()) {
            return;
        }
        must_wait = !core.step();
    }
}

bool EngineThread::is_stopping() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return is_stopping_;
}

} // namespace parley
