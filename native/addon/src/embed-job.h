#pragma once

#include "embed-run.h"
#include "embedder.h"
#include "progress-job.h"

#include <napi.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace parley {

/** Tells the garbage collector what an embedder holds outside JavaScript's heap. JavaScript thread. */
class EmbedderMemory {
public:
    void set(Napi::Env env, uint64_t bytes);

private:
    int64_t bytes_ = 0;
};

/** `Engine.loadEmbedder`: replaces the embedder. See `Job` for threads and ownership. */
class LoadEmbedderJob : public ProgressJob {
public:
    LoadEmbedderJob(Napi::Env env, std::shared_ptr<JobBoard> board, Napi::Function on_progress,
                    std::shared_ptr<EmbedderMemory> memory, EmbedderRequest request)
        : ProgressJob(env, std::move(board), on_progress), memory_(std::move(memory)),
          request_(std::move(request)) {}

protected:
    Concern concern() const override { return Concern::embedder; }
    Settlement run(EngineCore &core) override;
    void before_settling(Napi::Env env) override;

private:
    std::shared_ptr<EmbedderMemory> memory_;
    EmbedderRequest request_;
    /** The old one is gone: from then on this job says what is held. */
    bool has_unloaded_ = false;
    uint64_t held_bytes_ = 0;
};

/** `Engine.unloadEmbedder`. */
class UnloadEmbedderJob : public Job {
public:
    UnloadEmbedderJob(Napi::Env env, std::shared_ptr<JobBoard> board, std::shared_ptr<EmbedderMemory> memory)
        : Job(env, std::move(board), std::nullopt), memory_(std::move(memory)) {}

protected:
    Concern concern() const override { return Concern::nothing; }
    Settlement run(EngineCore &core) override;
    Settlement never_began() override;
    void before_settling(Napi::Env env) override { memory_->set(env, 0); }

private:
    std::shared_ptr<EmbedderMemory> memory_;
};

/** `Engine.embed` and `Engine.countTokens`. */
class EmbedJob : public ProgressJob {
public:
    EmbedJob(Napi::Env env, std::shared_ptr<JobBoard> board, std::optional<Napi::Function> on_progress,
             EmbedTask task)
        : ProgressJob(env, std::move(board), on_progress), task_(std::move(task)) {}

protected:
    Concern concern() const override { return Concern::embedder; }
    Settlement run(EngineCore &core) override;

private:
    EmbedTask task_;
};

/** Readers of the requests in index.d.ts. JavaScript thread. @throws Napi::TypeError */
EmbedderRequest read_embedder_request(const ObjectReader &reader);
EmbedTask read_embed_task(const ObjectReader &reader);

} // namespace parley
