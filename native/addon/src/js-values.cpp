#include "js-values.h"

#include <algorithm>
#include <optional>

namespace parley {

namespace {

Napi::Value data_value(Napi::Env env, const FaultValue &value) {
    if (const auto *number = std::get_if<double>(&value)) {
        return Napi::Number::New(env, *number);
    }
    if (const auto *text = std::get_if<std::string>(&value)) {
        return Napi::String::New(env, *text);
    }
    Napi::Array list = Napi::Array::New(env);
    for (const std::string &line : std::get<std::vector<std::string>>(value)) {
        list.Set(list.Length(), line);
    }
    return list;
}

Napi::Value optional_text(Napi::Env env, const std::optional<std::string> &text) {
    return text ? Napi::Value(Napi::String::New(env, *text)) : env.Null();
}

Napi::Value optional_number(Napi::Env env, const std::optional<uint64_t> &number) {
    return number ? Napi::Value(Napi::Number::New(env, static_cast<double>(*number))) : env.Null();
}

Napi::Object to_js(Napi::Env env, const ToolCallDelta &delta) {
    Napi::Object object = Napi::Object::New(env);
    object.Set("index", static_cast<double>(delta.index));
    if (!delta.name.empty()) {
        object.Set("id", delta.id);
        object.Set("name", delta.name);
    }
    object.Set("arguments", delta.arguments);
    return object;
}

Napi::Object to_js(Napi::Env env, const Likelihood &likelihood) {
    Napi::Object object = Napi::Object::New(env);
    object.Set("token", likelihood.token);
    object.Set("text", likelihood.text);
    object.Set("probability", likelihood.probability);
    return object;
}

Napi::Object to_js(Napi::Env env, const TokenOdds &odds);

template <typename Entry> Napi::Array to_js_list(Napi::Env env, const std::vector<Entry> &entries) {
    Napi::Array list = Napi::Array::New(env, entries.size());
    for (uint32_t index = 0; index < entries.size(); index++) {
        list.Set(index, to_js(env, entries[index]));
    }
    return list;
}

Napi::Object to_js(Napi::Env env, const TokenOdds &odds) {
    Napi::Object object = to_js(env, odds.chosen);
    object.Set("alternatives", to_js_list(env, odds.alternatives));
    return object;
}

} // namespace

void set_answer(Napi::Object &batch, const AnswerDelta &delta, const std::vector<TokenOdds> &odds) {
    const Napi::Env env = batch.Env();
    batch.Set("text", delta.text);
    batch.Set("reasoning", delta.reasoning);
    batch.Set("toolCalls", to_js_list(env, delta.tool_calls));
    batch.Set("odds", to_js_list(env, odds));
}

Napi::Uint32Array to_js(Napi::Env env, const std::vector<llama_token> &tokens) {
    Napi::Uint32Array array = Napi::Uint32Array::New(env, tokens.size());
    std::copy(tokens.begin(), tokens.end(), array.Data());
    return array;
}

Napi::Value to_js(Napi::Env env, const Fault &fault) {
    Napi::Object data = Napi::Object::New(env);
    for (const auto &[key, value] : fault.data()) {
        data.Set(key, data_value(env, value));
    }
    Napi::Object error = Napi::Error::New(env, fault.code()).Value();
    error.Set("code", fault.code());
    error.Set("data", data);
    return error;
}

Napi::Object to_js(Napi::Env env, const GgufSummary &summary) {
    Napi::Object object = Napi::Object::New(env);
    object.Set("path", summary.path);
    object.Set("fileBytes", static_cast<double>(summary.file_bytes));
    object.Set("kind", summary.is_projector ? "projector" : "model");
    object.Set("architecture", summary.architecture);
    object.Set("name", optional_text(env, summary.name));
    object.Set("quantization", optional_text(env, summary.quantization));
    object.Set("parameterCount", static_cast<double>(summary.parameter_count));
    object.Set("trainedContextTokens", optional_number(env, summary.trained_context_tokens));
    object.Set("embeddingWidth", optional_number(env, summary.embedding_width));
    object.Set("tensorCount", static_cast<double>(summary.tensor_count));
    object.Set("hasChatTemplate", summary.has_chat_template);
    object.Set("projectorKind", optional_text(env, summary.projector_kind));
    return object;
}

Napi::Object to_js(Napi::Env env, const PromptCost &cost) {
    Napi::Object object = Napi::Object::New(env);
    object.Set("promptTokens", static_cast<double>(cost.prompt_tokens));
    object.Set("reusedTokens", static_cast<double>(cost.reused_tokens));
    object.Set("restoredTokens", static_cast<double>(cost.restored_tokens));
    object.Set("computedTokens", static_cast<double>(cost.computed_tokens));
    return object;
}

} // namespace parley
