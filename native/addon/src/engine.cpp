#include "engine.h"

#include "args.h"
#include "fault.h"
#include "generate-job.h"
#include "js-values.h"
#include "load-job.h"
#include "measure-job.h"
#include "simple-jobs.h"
#include "warm-job.h"

#include <cstdlib>
#include <utility>

namespace parley {

namespace {

constexpr int64_t max_threads = 1024;
constexpr int64_t max_cache_bytes = int64_t{1} << 50U;
/** Lines that may wait for a busy JavaScript thread; later ones are dropped. */
constexpr int max_waiting_lines = 500;

const char *name_of(LogLevel level) {
    switch (level) {
    case LogLevel::warn:
        return "warn";
    case LogLevel::error:
        return "error";
    case LogLevel::info:
        break;
    }
    return "info";
}

} // namespace

Napi::Function Engine::define(Napi::Env env) {
    return DefineClass(
        env, "Engine",
        {InstanceMethod("load", &Engine::load), InstanceMethod("unload", &Engine::unload),
         InstanceMethod("generate", &Engine::generate), InstanceMethod("measure", &Engine::measure),
         InstanceMethod("loadEmbedder", &Engine::load_embedder),
         InstanceMethod("unloadEmbedder", &Engine::unload_embedder), InstanceMethod("embed", &Engine::embed),
         InstanceMethod("countTokens", &Engine::count_tokens),
         InstanceMethod("setThreads", &Engine::set_threads), InstanceMethod("tokenize", &Engine::tokenize),
         InstanceMethod("detokenize", &Engine::detokenize),
         InstanceMethod("tokenizePrompt", &Engine::tokenize_prompt), InstanceMethod("warm", &Engine::warm),
         InstanceMethod("forget", &Engine::forget), InstanceMethod("shrinkCache", &Engine::shrink_cache),
         InstanceMethod("counters", &Engine::counters), InstanceMethod("dispose", &Engine::dispose)});
}

Engine::Engine(const Napi::CallbackInfo &info) : Napi::ObjectWrap<Engine>(info), env_(info.Env()) {
    const ObjectReader options(info[0], "options");
    const auto threads = static_cast<int>(options.integer("threads", 1, max_threads));
    const std::optional<Napi::Function> on_log = options.optional_function("onLog");
    queue_ = JsQueue::create(env_);
    const auto on_busy = [this](bool is_busy) {
        // While a job runs nobody may hold on to the engine but the job itself.
        if (is_busy) {
            Ref();
        } else {
            Unref();
        }
    };
    board_ = std::make_shared<JobBoard>(queue_, on_busy, [this] {
        if (thread_) {
            thread_->push([](EngineCore &) {});
        }
    });
    if (on_log) {
        listen_to_log(*on_log);
    }
    thread_ = std::make_unique<EngineThread>(threads, log_);
    exit_guard_ = std::make_unique<ExitGuard>([board = board_, thread = thread_.get()] {
        board->request_cancel_all();
        thread->stop();
    });
    napi_add_env_cleanup_hook(env_, on_environment_end, this);
}

Engine::~Engine() {
    close();
}

void Engine::on_environment_end(void *engine) {
    static_cast<Engine *>(engine)->close();
}

void Engine::close() noexcept {
    try {
        stop_thread();
    } catch (...) {
        std::abort(); // a thread that could not be joined would go on in freed memory
    }
}

void Engine::stop_thread() {
    if (!thread_) {
        return;
    }
    napi_remove_env_cleanup_hook(env_, on_environment_end, this);
    is_disposed_ = true;
    exit_guard_.reset();
    board_->request_cancel_all();
    thread_->stop();
    thread_.reset();
    LogRouter::remove(log_);
    queue_->close();
    board_->abandon_all();
    if (on_log_) {
        on_log_->Reset();
    }
}

void Engine::listen_to_log(const Napi::Function &on_log) {
    on_log_ = std::make_shared<Napi::FunctionReference>(Napi::Persistent(on_log));
    auto waiting = std::make_shared<std::atomic<int>>(0);
    log_ = LogRouter::add([queue = queue_, callback = on_log_, waiting](LogLevel level,
                                                                        const std::string &line) {
        if (waiting->load() >= max_waiting_lines) {
            return;
        }
        waiting->fetch_add(1);
        queue->post([callback, waiting, level, line](Napi::Env inner) {
            waiting->fetch_sub(1);
            if (!callback->IsEmpty()) {
                callback->Call({Napi::String::New(inner, name_of(level)), Napi::String::New(inner, line)});
            }
        });
    });
}

void Engine::start(Napi::Env env, const std::shared_ptr<Job> &job) {
    board_->add(env, job);
    if (is_disposed_) {
        job->cancel(env);
        return;
    }
    thread_->push([job](EngineCore &core) { job->start(core); });
}

Napi::Value Engine::load(const Napi::CallbackInfo &info) {
    LoadRequest request = read_load_request(ObjectReader(info[0], "request"));
    const Napi::Function on_progress = function_argument(info, 1, "onProgress");
    board_->cancel(info.Env(), Concern::model);
    auto job = std::make_shared<LoadJob>(info.Env(), board_, on_progress, std::move(request));
    const Napi::Object handle = job->handle(info.Env());
    start(info.Env(), job);
    return handle;
}

Napi::Value Engine::unload(const Napi::CallbackInfo &info) {
    board_->cancel(info.Env(), Concern::model);
    auto job = std::make_shared<UnloadJob>(info.Env(), board_);
    const Napi::Promise promise = job->promise();
    start(info.Env(), job);
    return promise;
}

Napi::Value Engine::generate(const Napi::CallbackInfo &info) {
    GenerateRequest request = read_generate_request(ObjectReader(info[0], "request"));
    const Napi::Function on_batch = function_argument(info, 1, "onBatch");
    auto job = std::make_shared<GenerateJob>(info.Env(), board_, on_batch, std::move(request));
    const Napi::Object handle = job->handle(info.Env());
    start(info.Env(), job);
    return handle;
}

Napi::Value Engine::measure(const Napi::CallbackInfo &info) {
    auto job = std::make_shared<MeasureJob>(info.Env(), board_,
                                            read_measure_request(ObjectReader(info[0], "request")));
    const Napi::Object handle = job->handle(info.Env());
    start(info.Env(), job);
    return handle;
}

Napi::Value Engine::load_embedder(const Napi::CallbackInfo &info) {
    EmbedderRequest request = read_embedder_request(ObjectReader(info[0], "request"));
    const Napi::Function on_progress = function_argument(info, 1, "onProgress");
    board_->cancel(info.Env(), Concern::embedder);
    auto job = std::make_shared<LoadEmbedderJob>(info.Env(), board_, on_progress, embedder_memory_,
                                                 std::move(request));
    const Napi::Object handle = job->handle(info.Env());
    start(info.Env(), job);
    return handle;
}

Napi::Value Engine::unload_embedder(const Napi::CallbackInfo &info) {
    board_->cancel(info.Env(), Concern::embedder);
    return start_simple(info, std::make_shared<UnloadEmbedderJob>(info.Env(), board_, embedder_memory_));
}

Napi::Value Engine::embed(const Napi::CallbackInfo &info) {
    EmbedTask task = read_embed_task(ObjectReader(info[0], "request"));
    const std::optional<Napi::Function> on_progress =
        info[1].IsUndefined() ? std::nullopt
                              : std::optional<Napi::Function>(function_argument(info, 1, "onProgress"));
    auto job = std::make_shared<EmbedJob>(info.Env(), board_, on_progress, std::move(task));
    const Napi::Object handle = job->handle(info.Env());
    start(info.Env(), job);
    return handle;
}

Napi::Value Engine::count_tokens(const Napi::CallbackInfo &info) {
    EmbedTask task = read_embed_task(ObjectReader(info[0], "request"));
    task.aim = EmbedAim::counts;
    auto job = std::make_shared<EmbedJob>(info.Env(), board_, std::nullopt, std::move(task));
    const Napi::Object handle = job->handle(info.Env());
    start(info.Env(), job);
    return handle;
}

Napi::Value Engine::set_threads(const Napi::CallbackInfo &info) {
    const int64_t threads = ObjectReader(info[0], "request").integer("threads", 1, max_threads);
    return start_simple(info, std::make_shared<SetThreadsJob>(info.Env(), board_, static_cast<int>(threads)));
}

Napi::Value Engine::tokenize(const Napi::CallbackInfo &info) {
    auto job = std::make_shared<TokenizeTextJob>(info.Env(), board_,
                                                 ObjectReader(info[0], "request").string("text"));
    const Napi::Promise promise = job->promise();
    start(info.Env(), job);
    return promise;
}

Napi::Value Engine::detokenize(const Napi::CallbackInfo &info) {
    auto job = std::make_shared<DetokenizeJob>(info.Env(), board_,
                                               read_tokens(ObjectReader(info[0], "request"), "tokens"));
    const Napi::Promise promise = job->promise();
    start(info.Env(), job);
    return promise;
}

Napi::Value Engine::tokenize_prompt(const Napi::CallbackInfo &info) {
    auto job = std::make_shared<TokenizeJob>(info.Env(), board_,
                                             read_conversation(ObjectReader(info[0], "request")));
    const Napi::Promise promise = job->promise();
    start(info.Env(), job);
    return promise;
}

Napi::Value Engine::warm(const Napi::CallbackInfo &info) {
    auto job =
        std::make_shared<WarmJob>(info.Env(), board_, read_warm_request(ObjectReader(info[0], "request")));
    const Napi::Object handle = job->handle(info.Env());
    start(info.Env(), job);
    return handle;
}

Napi::Value Engine::forget(const Napi::CallbackInfo &info) {
    return start_simple(info,
                        std::make_shared<ForgetJob>(info.Env(), board_,
                                                    ObjectReader(info[0], "request").string("sequenceKey")));
}

Napi::Value Engine::shrink_cache(const Napi::CallbackInfo &info) {
    const int64_t ram_bytes = ObjectReader(info[0], "request").integer("ramBytes", 0, max_cache_bytes);
    return start_simple(info,
                        std::make_shared<ShrinkJob>(info.Env(), board_, static_cast<uint64_t>(ram_bytes)));
}

Napi::Value Engine::counters(const Napi::CallbackInfo &info) {
    return start_simple(info, std::make_shared<CountersJob>(info.Env(), board_));
}

Napi::Value Engine::start_simple(const Napi::CallbackInfo &info, const std::shared_ptr<Job> &job) {
    const Napi::Promise promise = job->promise();
    start(info.Env(), job);
    return promise;
}

Napi::Value Engine::dispose(const Napi::CallbackInfo &info) {
    if (disposed_.IsEmpty()) {
        board_->cancel_all(info.Env());
        const Napi::Value unloaded = unload(info);
        is_disposed_ = true;
        // The thread may still be freeing the model: the promise waits for it, the JavaScript thread does
        // not.
        const auto self =
            std::make_shared<Napi::ObjectReference>(Napi::Persistent(info.This().As<Napi::Object>()));
        const auto finish = [this, self](const Napi::CallbackInfo &) {
            close();
            self->Reset();
        };
        const Napi::Promise closed =
            unloaded.As<Napi::Promise>().Then(Napi::Function::New(info.Env(), finish));
        disposed_ = Napi::Reference<Napi::Promise>::New(closed, 1);
    }
    return disposed_.Value();
}

} // namespace parley
