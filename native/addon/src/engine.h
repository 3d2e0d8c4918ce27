#pragma once

#include "embed-job.h"
#include "engine-thread.h"
#include "exit-guard.h"
#include "job.h"
#include "js-queue.h"

#include <napi.h>

#include <atomic>
#include <memory>

namespace parley {

/**
 * The class Engine of index.d.ts. JavaScript thread; owns the engine thread. It ends with `dispose`, with
 * garbage collection or with the environment, whichever comes first, always by joining the thread.
 */
class Engine : public Napi::ObjectWrap<Engine> {
public:
    static Napi::Function define(Napi::Env env);
    explicit Engine(const Napi::CallbackInfo &info);
    Engine(const Engine &) = delete;
    Engine &operator=(const Engine &) = delete;
    ~Engine() override;

private:
    Napi::Value load(const Napi::CallbackInfo &info);
    Napi::Value unload(const Napi::CallbackInfo &info);
    Napi::Value generate(const Napi::CallbackInfo &info);
    Napi::Value measure(const Napi::CallbackInfo &info);
    Napi::Value load_embedder(const Napi::CallbackInfo &info);
    Napi::Value unload_embedder(const Napi::CallbackInfo &info);
    Napi::Value embed(const Napi::CallbackInfo &info);
    Napi::Value count_tokens(const Napi::CallbackInfo &info);
    Napi::Value set_threads(const Napi::CallbackInfo &info);
    Napi::Value tokenize(const Napi::CallbackInfo &info);
    Napi::Value detokenize(const Napi::CallbackInfo &info);
    Napi::Value tokenize_prompt(const Napi::CallbackInfo &info);
    Napi::Value warm(const Napi::CallbackInfo &info);
    Napi::Value forget(const Napi::CallbackInfo &info);
    Napi::Value shrink_cache(const Napi::CallbackInfo &info);
    Napi::Value counters(const Napi::CallbackInfo &info);
    Napi::Value dispose(const Napi::CallbackInfo &info);

    Napi::Value start_simple(const Napi::CallbackInfo &info, const std::shared_ptr<Job> &job);
    void start(Napi::Env env, const std::shared_ptr<Job> &job);
    void listen_to_log(const Napi::Function &on_log);
    static void on_environment_end(void *engine);
    /** Stops the thread and lets go of JavaScript. Safe to call twice. */
    void close() noexcept;
    void stop_thread();

    Napi::Env env_;
    std::shared_ptr<JsQueue> queue_;
    std::shared_ptr<JobBoard> board_;
    std::shared_ptr<EmbedderMemory> embedder_memory_ = std::make_shared<EmbedderMemory>();
    std::shared_ptr<Napi::FunctionReference> on_log_;
    LogRouter::Id log_ = 0;
    std::unique_ptr<EngineThread> thread_;
    std::unique_ptr<ExitGuard> exit_guard_;
    bool is_disposed_ = false;
    /** The promise of the first `dispose`, for those who call it again. */
    Napi::Reference<Napi::Promise> disposed_;
};

} // namespace parley
