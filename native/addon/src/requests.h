#pragma once

#include "args.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace parley {

struct LoadRequest {
    std::string path;
    std::optional<std::string> projector_path;
    uint32_t context_tokens;
};

struct PromptMessage {
    std::string role;
    std::string text;
    std::string reasoning;
};

struct Conversation {
    std::vector<PromptMessage> messages;
    bool enable_thinking;
};

struct Sampling {
    float temperature;
    float top_p;
    int32_t top_k;
    float min_p;
    std::optional<uint32_t> seed;
};

struct GenerateRequest {
    std::string sequence_key;
    Conversation conversation;
    Sampling sampling;
    std::optional<int64_t> max_answer_tokens;
};

/** Readers of the requests in index.d.ts. JavaScript thread. @throws Napi::TypeError */
LoadRequest read_load_request(const ObjectReader &reader);
Conversation read_conversation(const ObjectReader &reader);
GenerateRequest read_generate_request(const ObjectReader &reader);

} // namespace parley
