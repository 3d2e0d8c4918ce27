#include "requests.h"

#include <limits>

namespace parley {

namespace {

constexpr int64_t min_context_tokens = 512;
constexpr int64_t max_context_tokens = 1048576;

Sampling read_sampling(const ObjectReader &reader) {
    Sampling sampling{};
    sampling.temperature = static_cast<float>(reader.number("temperature", 0, 2));
    sampling.top_p = static_cast<float>(reader.number("topP", 0, 1));
    sampling.top_k = static_cast<int32_t>(reader.integer("topK", 0, 1000));
    sampling.min_p = static_cast<float>(reader.number("minP", 0, 1));
    if (const auto seed = reader.optional_integer("seed", 0, std::numeric_limits<uint32_t>::max())) {
        sampling.seed = static_cast<uint32_t>(*seed);
    }
    return sampling;
}

} // namespace

LoadRequest read_load_request(const ObjectReader &reader) {
    LoadRequest request{};
    request.path = reader.string("path");
    request.projector_path = reader.optional_string("projectorPath");
    request.context_tokens =
        static_cast<uint32_t>(reader.integer("contextTokens", min_context_tokens, max_context_tokens));
    return request;
}

Conversation read_conversation(const ObjectReader &reader) {
    Conversation conversation{};
    for (const ObjectReader &message : reader.list("messages")) {
        PromptMessage read{message.string("role"), message.string("text"),
                           message.optional_string("reasoning").value_or("")};
        if (read.role != "system" && read.role != "user" && read.role != "assistant") {
            throw Napi::TypeError::New(message.env(), "role must be system, user or assistant");
        }
        conversation.messages.push_back(std::move(read));
    }
    if (conversation.messages.empty()) {
        throw Napi::TypeError::New(reader.env(), "messages must not be empty");
    }
    conversation.enable_thinking = reader.boolean("enableThinking");
    return conversation;
}

GenerateRequest read_generate_request(const ObjectReader &reader) {
    GenerateRequest request{};
    request.sequence_key = reader.string("sequenceKey");
    request.conversation = read_conversation(reader);
    request.sampling = read_sampling(reader.object("sampling"));
    request.max_answer_tokens =
        reader.optional_integer("maxAnswerTokens", 1, std::numeric_limits<int32_t>::max());
    return request;
}

} // namespace parley
