#pragma once

#include "engine-thread.h"
#include "job.h"
#include "js-values.h"
#include "requests.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace parley {

/** `Engine.unload`. A cancel does not stop it: it is what ends the others. */
class UnloadJob : public Job {
public:
    UnloadJob(Napi::Env env, std::shared_ptr<JobBoard> board) : Job(env, std::move(board), std::nullopt) {}

protected:
    Settlement run(EngineCore &core) override {
        core.unload();
        return [](Napi::Env env) { return env.Undefined(); };
    }
    Settlement never_began() override {
        return [](Napi::Env env) { return env.Undefined(); };
    }
    void before_settling(Napi::Env env) override { board().set_external_bytes(env, 0); }
};

/** `Engine.tokenizePrompt`. */
class TokenizeJob : public Job {
public:
    TokenizeJob(Napi::Env env, std::shared_ptr<JobBoard> board, Conversation conversation)
        : Job(env, std::move(board), std::nullopt), conversation_(std::move(conversation)) {}

protected:
    Settlement run(EngineCore &core) override {
        const PromptBuilder &prompts = core.model().prompts();
        PromptPreview preview = prompts.preview(conversation_);
        std::vector<bool> is_control;
        std::vector<llama_token> tokens;
        for (const PromptItem &item : preview.prompt.items) {
            tokens.push_back(item.token);
            is_control.push_back(prompts.is_control(item.token));
        }
        return [tokens, is_control, text = preview.prompt.text,
                spans = std::move(preview.spans)](Napi::Env env) {
            Napi::Array token_list = Napi::Array::New(env, tokens.size());
            Napi::Array control_list = Napi::Array::New(env, tokens.size());
            for (uint32_t index = 0; index < tokens.size(); index++) {
                token_list.Set(index, tokens[index]);
                control_list.Set(index, Napi::Boolean::New(env, is_control[index]));
            }
            Napi::Object object = Napi::Object::New(env);
            object.Set("tokens", token_list);
            object.Set("isControl", control_list);
            object.Set("text", text);
            object.Set("spans", span_list(env, spans));
            return object;
        };
    }

private:
    static Napi::Array span_list(Napi::Env env, const std::vector<PromptSpan> &spans) {
        Napi::Array list = Napi::Array::New(env);
        for (const PromptSpan &span : spans) {
            Napi::Object object = Napi::Object::New(env);
            object.Set("text", span.text);
            object.Set("tokenCount", static_cast<double>(span.item_count));
            object.Set("message",
                       span.message ? Napi::Value(Napi::Number::New(env, static_cast<double>(*span.message)))
                                    : env.Null());
            list.Set(list.Length(), object);
        }
        return list;
    }

    Conversation conversation_;
};

/** `Engine.tokenize`. */
class TokenizeTextJob : public Job {
public:
    TokenizeTextJob(Napi::Env env, std::shared_ptr<JobBoard> board, std::string text)
        : Job(env, std::move(board), std::nullopt), text_(std::move(text)) {}

protected:
    Settlement run(EngineCore &core) override {
        return
            [tokens = core.model().prompts().tokenize(text_)](Napi::Env env) { return to_js(env, tokens); };
    }

private:
    std::string text_;
};

/** `Engine.detokenize`. */
class DetokenizeJob : public Job {
public:
    DetokenizeJob(Napi::Env env, std::shared_ptr<JobBoard> board, std::vector<llama_token> tokens)
        : Job(env, std::move(board), std::nullopt), tokens_(std::move(tokens)) {}

protected:
    Settlement run(EngineCore &core) override {
        return [text = core.model().prompts().detokenize(tokens_)](Napi::Env env) {
            return Napi::String::New(env, text);
        };
    }

private:
    std::vector<llama_token> tokens_;
};

/** `Engine.forget`. One that a load or an unload ends before it began is rejected as cancelled: it did
 * nothing. */
class ForgetJob : public Job {
public:
    ForgetJob(Napi::Env env, std::shared_ptr<JobBoard> board, std::string sequence_key)
        : Job(env, std::move(board), std::nullopt), sequence_key_(std::move(sequence_key)) {}

protected:
    Settlement run(EngineCore &core) override {
        const auto self = std::static_pointer_cast<ForgetJob>(shared_from_this());
        core.scheduler().forget(sequence_key_,
                                [self] { self->end([](Napi::Env env) { return env.Undefined(); }); });
        return nullptr;
    }

private:
    std::string sequence_key_;
};

/** `Engine.shrinkCache`. */
class ShrinkJob : public Job {
public:
    ShrinkJob(Napi::Env env, std::shared_ptr<JobBoard> board, uint64_t ram_bytes)
        : Job(env, std::move(board), std::nullopt), ram_bytes_(ram_bytes) {}

protected:
    Settlement run(EngineCore &core) override {
        core.scheduler().keeper().set_ram_budget(ram_bytes_);
        return [](Napi::Env env) { return env.Undefined(); };
    }

private:
    uint64_t ram_bytes_;
};

/** `Engine.setThreads`. */
class SetThreadsJob : public Job {
public:
    SetThreadsJob(Napi::Env env, std::shared_ptr<JobBoard> board, int threads)
        : Job(env, std::move(board), std::nullopt), threads_(threads) {}

protected:
    Settlement run(EngineCore &core) override {
        core.scheduler().set_threads(threads_);
        return [](Napi::Env env) { return env.Undefined(); };
    }

private:
    int threads_;
};

/** `Engine.counters`. */
class CountersJob : public Job {
public:
    CountersJob(Napi::Env env, std::shared_ptr<JobBoard> board) : Job(env, std::move(board), std::nullopt) {}

protected:
    Settlement run(EngineCore &core) override {
        const Scheduler &scheduler = core.scheduler();
        return [threads = core.model().threads(), occupied = scheduler.seats().occupied(),
                held = scheduler.seats().cells_held(), done = scheduler.counters(),
                cache = core.scheduler().keeper().counters()](Napi::Env env) {
            Napi::Object object = Napi::Object::New(env);
            object.Set("sequences", static_cast<double>(occupied));
            object.Set("contextTokensUsed", static_cast<double>(held));
            object.Set("cacheRamBytes", static_cast<double>(cache.ram_bytes));
            object.Set("cacheDiskBytes", static_cast<double>(cache.disk_bytes));
            object.Set("computedTokens", static_cast<double>(done.computed));
            object.Set("reusedTokens", static_cast<double>(done.reused));
            object.Set("restoredTokens", static_cast<double>(done.restored));
            object.Set("diskBytesWritten", static_cast<double>(cache.disk_bytes_written));
            object.Set("threads", threads);
            return object;
        };
    }
};

} // namespace parley
