#include "embed-job.h"

#include "engine-thread.h"
#include "fault.h"

#include <algorithm>
#include <chrono>

namespace parley {

namespace {

/** More at once would hold their vectors, and wait, for long. */
constexpr size_t max_texts = 4096;

Napi::Value to_js(Napi::Env env, const EmbedderFacts &facts, double load_ms) {
    Napi::Object object = Napi::Object::New(env);
    object.Set("description", facts.description);
    object.Set("dimensions", static_cast<double>(facts.dimensions));
    object.Set("contextTokens", static_cast<double>(facts.context_tokens));
    object.Set("pooling", facts.pooling);
    object.Set("fingerprint", facts.fingerprint);
    object.Set("memoryBytes", static_cast<double>(facts.memory_bytes));
    object.Set("mappedBytes", static_cast<double>(facts.mapped_bytes));
    object.Set("loadMs", load_ms);
    return object;
}

std::function<Napi::Value(Napi::Env)> value_of(EmbedRun &run) {
    if (run.aim() == EmbedAim::counts) {
        return [counts = run.take_counts()](Napi::Env env) {
            Napi::Uint32Array array = Napi::Uint32Array::New(env, counts.size());
            std::copy(counts.begin(), counts.end(), array.Data());
            return array;
        };
    }
    return [vectors = run.take_vectors(), dimensions = run.dimensions(),
            tokens = run.token_count()](Napi::Env env) {
        Napi::Float32Array array = Napi::Float32Array::New(env, vectors.size());
        std::copy(vectors.begin(), vectors.end(), array.Data());
        Napi::Object object = Napi::Object::New(env);
        object.Set("vectors", array);
        object.Set("dimensions", static_cast<double>(dimensions));
        object.Set("tokens", static_cast<double>(tokens));
        return object;
    };
}

} // namespace

void EmbedderMemory::set(Napi::Env env, uint64_t bytes) {
    const auto next = static_cast<int64_t>(bytes);
    Napi::MemoryManagement::AdjustExternalMemory(env, next - bytes_);
    bytes_ = next;
}

Job::Settlement LoadEmbedderJob::run(EngineCore &core) {
    const auto start = std::chrono::steady_clock::now();
    // A file that is refused leaves the loaded one alone; only then is its memory needed.
    Embedder::check(request_);
    has_unloaded_ = true;
    core.set_embedder(nullptr);
    std::shared_ptr<Embedder> embedder = Embedder::load(request_, core.threads(), cancel_flag(),
                                                        [this](double fraction) { report(fraction); });
    if (is_cancelled()) {
        throw Fault("cancelled");
    }
    const EmbedderFacts facts = embedder->facts();
    held_bytes_ = facts.memory_bytes;
    core.set_embedder(std::move(embedder));
    const double load_ms =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    return [facts, load_ms](Napi::Env env) { return to_js(env, facts, load_ms); };
}

void LoadEmbedderJob::before_settling(Napi::Env env) {
    if (has_unloaded_) {
        memory_->set(env, held_bytes_);
    }
}

Job::Settlement UnloadEmbedderJob::run(EngineCore &core) {
    core.set_embedder(nullptr);
    return [](Napi::Env env) { return env.Undefined(); };
}

Job::Settlement UnloadEmbedderJob::never_began() {
    return [](Napi::Env env) { return env.Undefined(); };
}

Job::Settlement EmbedJob::run(EngineCore &core) {
    // Held by the queue, so that the job lives as long as somebody may tell it something.
    const auto self = std::static_pointer_cast<EmbedJob>(shared_from_this());
    EmbedListener listener;
    listener.on_progress = [self](double fraction) { self->report(fraction); };
    listener.on_end = [self](EmbedRun &run) { self->end(value_of(run)); };
    listener.on_fault = [self](const std::exception_ptr &error) { self->end_with(error); };
    core.embeddings().add(std::make_unique<EmbedRun>(core.embedder(), std::move(task_), shared_cancel_flag()),
                          std::move(listener));
    return nullptr;
}

EmbedderRequest read_embedder_request(const ObjectReader &reader) {
    EmbedderRequest request;
    request.path = reader.string("path");
    if (const auto threads = reader.optional_integer("threads", 1, 1024)) {
        request.threads = static_cast<int32_t>(*threads);
    }
    if (const auto layers = reader.optional_integer("gpuLayers", 0, 100000)) {
        request.gpu_layers = static_cast<int32_t>(*layers);
    }
    return request;
}

EmbedTask read_embed_task(const ObjectReader &reader) {
    EmbedTask task;
    task.texts = reader.strings("texts", max_texts);
    task.is_visible = reader.optional_choice("priority", {"visible", "background"}) == size_t{0};
    return task;
}

} // namespace parley
