#pragma once

#include "args.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace parley {

struct CacheOptions {
    std::string folder;
    std::array<uint8_t, 32> key{};
    uint64_t ram_bytes = 0;
    uint64_t disk_bytes = 0;
};

struct LoadRequest {
    std::string path;
    std::optional<std::string> projector_path;
    uint32_t context_tokens = 0;
    std::optional<int32_t> gpu_layers;
    std::optional<uint32_t> batch_tokens;
    std::optional<int32_t> threads;
    std::optional<CacheOptions> cache;
};

/** Decoded pixels; `rgb` holds exactly `width * height * 3` bytes. */
struct Picture {
    uint32_t width = 0;
    uint32_t height = 0;
    std::vector<uint8_t> rgb;
};

struct ToolCall {
    std::string id;
    std::string name;
    /** As the model wrote it: not necessarily JSON. */
    std::string arguments;
};

struct Tool {
    std::string name;
    std::string description;
    /** A JSON object as text; whether it is one is not known before the prompt is built. */
    std::string parameters;
};

enum class ToolChoice { automatic, required, none };

struct PromptMessage {
    std::string role;
    std::string text;
    std::string reasoning;
    /** What `text` was generated as; untrusted, ids may be anything. */
    std::vector<int32_t> tokens;
    /** Shared, since variants of a conversation are rendered side by side. */
    std::vector<std::shared_ptr<const Picture>> pictures;
    std::vector<ToolCall> tool_calls;
    std::string tool_call_id;
    std::string tool_name;
};

/** PromptRequest of index.d.ts. */
struct Conversation {
    std::vector<PromptMessage> messages;
    bool enable_thinking = false;
    std::vector<Tool> tools;
    ToolChoice tool_choice = ToolChoice::automatic;
    bool parallel_tool_calls = false;
};

/** Every value off where the request does not name it. */
struct Sampling {
    float temperature = 0;
    float top_p = 1;
    int32_t top_k = 0;
    float min_p = 0;
    std::optional<uint32_t> seed;
    float typical_p = 1;
    float top_n_sigma = -1;
    float repetition_penalty = 1;
    float presence_penalty = 0;
    float frequency_penalty = 0;
    int32_t penalty_tokens = 64;
    float dry_multiplier = 0;
    float dry_base = 1.75F;
    int32_t dry_allowed_tokens = 2;
    float xtc_probability = 0;
    float xtc_threshold = 0.1F;
    float dynamic_temperature_range = 0;
    int32_t mirostat = 0;
    float mirostat_tau = 5;
    float mirostat_eta = 0.1F;
};

struct LogitBias {
    int32_t token = 0;
    float bias = 0;
};

enum class Priority { visible, background };
enum class Overflow { refuse, forget_oldest };

struct GenerateRequest {
    std::string sequence_key;
    Conversation conversation;
    Sampling sampling;
    std::optional<int64_t> max_answer_tokens;
    std::optional<int32_t> reasoning_budget_tokens;
    /** A JSON Schema as text; empty where the answer is free. */
    std::string output_schema;
    std::vector<std::string> stop;
    std::vector<LogitBias> logit_bias;
    std::optional<uint32_t> alternatives;
    Priority priority = Priority::visible;
    Overflow overflow = Overflow::refuse;
    bool is_ephemeral = false;
    bool may_speculate = true;
};

enum class WarmKind { typing, settled };

struct WarmRequest {
    std::string sequence_key;
    Conversation conversation;
    WarmKind kind = WarmKind::typing;
    bool is_ephemeral = false;
};

/**
 * Readers of the requests in index.d.ts; everything is copied out of JavaScript. JavaScript thread.
 * @throws Napi::TypeError for a mistake of the program, with the property's full name
 * @throws Napi::Error with code `picture.refused` for a picture beyond what is worth looking at
 */
/** Token ids from outside: those that no vocabulary can hold become -1. Empty where there are none. */
std::vector<int32_t> read_tokens(const ObjectReader &reader, const char *key);
LoadRequest read_load_request(const ObjectReader &reader);
Conversation read_conversation(const ObjectReader &reader);
GenerateRequest read_generate_request(const ObjectReader &reader);
WarmRequest read_warm_request(const ObjectReader &reader);

} // namespace parley
