#pragma once

#include "engine-thread.h"
#include "job.h"
#include "requests.h"

#include <utility>

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
        const Prompt prompt = prompts.build(conversation_);
        std::vector<bool> is_control;
        std::vector<llama_token> tokens;
        for (const PromptItem &item : prompt.items) {
            tokens.push_back(item.token);
            is_control.push_back(prompts.is_control(item.token));
        }
        return [tokens, is_control, text = prompt.text](Napi::Env env) {
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
            return object;
        };
    }

private:
    Conversation conversation_;
};

} // namespace parley
