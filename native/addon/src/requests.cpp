#include "requests.h"

#include "fault.h"
#include "js-values.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace parley {

namespace {

constexpr int64_t min_context_tokens = 512;
constexpr int64_t max_context_tokens = 1048576;
constexpr int64_t max_bytes = int64_t{1} << 52;
constexpr size_t max_pictures = 64;
constexpr size_t max_tools = 512;
constexpr size_t max_tool_calls = 128;
constexpr size_t max_stops = 16;
constexpr size_t max_stop_bytes = 256;
constexpr size_t max_biases = 4096;
constexpr int64_t max_alternatives = 20;

// Beyond these a picture is a bomb or a mistake: every encoder scales down to a few megapixels.
constexpr int64_t max_side = 100000;
constexpr int64_t max_pixels = 100000000;
constexpr int64_t max_aspect = 200;

Sampling read_sampling(const ObjectReader &reader) {
    Sampling sampling;
    const auto read = [&](const char *key, double min, double max, float &value) {
        value = static_cast<float>(reader.optional_number(key, min, max).value_or(value));
    };
    const auto read_whole = [&](const char *key, int64_t min, int64_t max, int32_t &value) {
        value = static_cast<int32_t>(reader.optional_integer(key, min, max).value_or(value));
    };
    sampling.temperature = static_cast<float>(reader.number("temperature", 0, 2));
    sampling.top_p = static_cast<float>(reader.number("topP", 0, 1));
    sampling.top_k = static_cast<int32_t>(reader.integer("topK", 0, 1000));
    sampling.min_p = static_cast<float>(reader.number("minP", 0, 1));
    if (const auto seed = reader.optional_integer("seed", 0, std::numeric_limits<uint32_t>::max())) {
        sampling.seed = static_cast<uint32_t>(*seed);
    }
    read("typicalP", 0, 1, sampling.typical_p);
    read("topNSigma", 0, 100, sampling.top_n_sigma);
    read("repetitionPenalty", 0.01, 10, sampling.repetition_penalty);
    read("presencePenalty", -2, 2, sampling.presence_penalty);
    read("frequencyPenalty", -2, 2, sampling.frequency_penalty);
    read_whole("penaltyTokens", 0, max_context_tokens, sampling.penalty_tokens);
    read("dryMultiplier", 0, 10, sampling.dry_multiplier);
    read("dryBase", 1, 10, sampling.dry_base);
    read_whole("dryAllowedTokens", 1, max_context_tokens, sampling.dry_allowed_tokens);
    read("xtcProbability", 0, 1, sampling.xtc_probability);
    read("xtcThreshold", 0, 1, sampling.xtc_threshold);
    read("dynamicTemperatureRange", 0, 2, sampling.dynamic_temperature_range);
    read_whole("mirostat", 0, 2, sampling.mirostat);
    read("mirostatTau", 0, 100, sampling.mirostat_tau);
    read("mirostatEta", 0, 1, sampling.mirostat_eta);
    return sampling;
}

std::shared_ptr<const Picture> read_picture(const ObjectReader &reader) {
    constexpr int64_t any = std::numeric_limits<uint32_t>::max();
    const int64_t width = reader.integer("width", 1, any);
    const int64_t height = reader.integer("height", 1, any);
    const auto [short_side, long_side] = std::minmax(width, height);
    // Refused before a byte of it is copied.
    if (long_side > max_side || width * height > max_pixels || long_side > max_aspect * short_side) {
        const Fault fault("picture.refused",
                          {{"width", static_cast<double>(width)}, {"height", static_cast<double>(height)}});
        throw Napi::Error(reader.env(), to_js(reader.env(), fault));
    }
    auto picture = std::make_shared<Picture>();
    picture->width = static_cast<uint32_t>(width);
    picture->height = static_cast<uint32_t>(height);
    const auto byte_count = static_cast<size_t>(width * height * 3);
    picture->rgb = reader.bytes("rgb", byte_count);
    return picture;
}

ToolCall read_tool_call(const ObjectReader &reader) {
    return {reader.string("id"), reader.string("name"), reader.string("arguments")};
}

void check_role(const ObjectReader &reader, const PromptMessage &message) {
    const std::string &role = message.role;
    if (role != "system" && role != "user" && role != "assistant" && role != "tool") {
        throw Napi::TypeError::New(reader.env(), "role must be system, user, assistant or tool");
    }
    if (!message.pictures.empty() && role != "user") {
        reader.refuse("pictures", "absent: only a user shows pictures");
    }
    if (!message.tool_calls.empty() && role != "assistant") {
        reader.refuse("toolCalls", "absent: only an assistant calls tools");
    }
}

PromptMessage read_message(const ObjectReader &reader) {
    PromptMessage message;
    message.role = reader.string("role");
    message.text = reader.string("text");
    message.reasoning = reader.optional_string("reasoning").value_or("");
    message.tokens = read_tokens(reader, "tokens");
    for (const ObjectReader &picture : reader.optional_list("pictures", max_pictures)) {
        message.pictures.push_back(read_picture(picture));
    }
    for (const ObjectReader &call : reader.optional_list("toolCalls", max_tool_calls)) {
        message.tool_calls.push_back(read_tool_call(call));
    }
    message.tool_call_id = reader.optional_string("toolCallId").value_or("");
    message.tool_name = reader.optional_string("toolName").value_or("");
    check_role(reader, message);
    return message;
}

CacheOptions read_cache(const ObjectReader &reader) {
    CacheOptions options;
    options.folder = reader.string("folder");
    const std::vector<uint8_t> key = reader.bytes("key", options.key.size());
    std::copy(key.begin(), key.end(), options.key.begin());
    options.ram_bytes = static_cast<uint64_t>(reader.integer("ramBytes", 0, max_bytes));
    options.disk_bytes = static_cast<uint64_t>(reader.integer("diskBytes", 0, max_bytes));
    return options;
}

std::vector<std::string> read_stops(const ObjectReader &reader) {
    std::vector<std::string> stops = reader.optional_strings("stop", max_stops);
    for (const std::string &stop : stops) {
        if (stop.empty() || stop.size() > max_stop_bytes) {
            reader.refuse("stop", "strings of 1 to 256 bytes");
        }
    }
    return stops;
}

std::vector<LogitBias> read_biases(const ObjectReader &reader) {
    std::vector<LogitBias> biases;
    for (const ObjectReader &entry : reader.optional_list("logitBias", max_biases)) {
        const int64_t token = entry.integer("token", 0, std::numeric_limits<int32_t>::max());
        const double bias = entry.number("bias", -100, 100);
        biases.push_back({static_cast<int32_t>(token), static_cast<float>(bias)});
    }
    return biases;
}

} // namespace

std::vector<int32_t> read_tokens(const ObjectReader &reader, const char *key) {
    constexpr uint32_t max_id = std::numeric_limits<int32_t>::max();
    std::vector<int32_t> tokens;
    for (const uint32_t token : reader.optional_words(key)) {
        tokens.push_back(token > max_id ? -1 : static_cast<int32_t>(token));
    }
    return tokens;
}

LoadRequest read_load_request(const ObjectReader &reader) {
    LoadRequest request;
    request.path = reader.string("path");
    request.projector_path = reader.optional_string("projectorPath");
    request.context_tokens =
        static_cast<uint32_t>(reader.integer("contextTokens", min_context_tokens, max_context_tokens));
    if (const auto layers = reader.optional_integer("gpuLayers", 0, 100000)) {
        request.gpu_layers = static_cast<int32_t>(*layers);
    }
    if (const auto tokens = reader.optional_integer("batchTokens", 32, 4096)) {
        request.batch_tokens = static_cast<uint32_t>(*tokens);
    }
    if (const auto threads = reader.optional_integer("threads", 1, 1024)) {
        request.threads = static_cast<int32_t>(*threads);
    }
    if (const auto cache = reader.optional_object("cache")) {
        request.cache = read_cache(*cache);
    }
    return request;
}

Conversation read_conversation(const ObjectReader &reader) {
    Conversation conversation;
    for (const ObjectReader &message : reader.list("messages")) {
        conversation.messages.push_back(read_message(message));
    }
    if (conversation.messages.empty()) {
        throw Napi::TypeError::New(reader.env(), "messages must not be empty");
    }
    conversation.enable_thinking = reader.boolean("enableThinking");
    for (const ObjectReader &tool : reader.optional_list("tools", max_tools)) {
        conversation.tools.push_back(
            {tool.string("name"), tool.string("description"), tool.string("parameters")});
    }
    constexpr std::array choices = {ToolChoice::automatic, ToolChoice::required, ToolChoice::none};
    const size_t choice = reader.optional_choice("toolChoice", {"auto", "required", "none"}).value_or(0);
    conversation.tool_choice = choices.at(choice);
    if (conversation.tool_choice == ToolChoice::required && conversation.tools.empty()) {
        reader.refuse("toolChoice", "other than required where there are no tools");
    }
    conversation.parallel_tool_calls = reader.optional_boolean("parallelToolCalls").value_or(false);
    return conversation;
}

GenerateRequest read_generate_request(const ObjectReader &reader) {
    constexpr int64_t many = std::numeric_limits<int32_t>::max();
    GenerateRequest request;
    request.sequence_key = reader.string("sequenceKey");
    request.conversation = read_conversation(reader);
    request.sampling = read_sampling(reader.object("sampling"));
    request.max_answer_tokens = reader.optional_integer("maxAnswerTokens", 1, many);
    if (const auto budget = reader.optional_integer("reasoningBudgetTokens", 0, many)) {
        request.reasoning_budget_tokens = static_cast<int32_t>(*budget);
    }
    request.output_schema = reader.optional_string("outputSchema").value_or("");
    if (!request.output_schema.empty() && !request.conversation.tools.empty()) {
        reader.refuse("outputSchema", "absent where there are tools");
    }
    request.stop = read_stops(reader);
    request.logit_bias = read_biases(reader);
    if (const auto alternatives = reader.optional_integer("alternatives", 0, max_alternatives)) {
        request.alternatives = static_cast<uint32_t>(*alternatives);
    }
    const bool is_background = reader.optional_choice("priority", {"visible", "background"}) == 1;
    request.priority = is_background ? Priority::background : Priority::visible;
    const bool may_forget = reader.optional_choice("overflow", {"refuse", "forget-oldest"}) == 1;
    request.overflow = may_forget ? Overflow::forget_oldest : Overflow::refuse;
    request.is_ephemeral = reader.optional_boolean("ephemeral").value_or(false);
    request.may_speculate = reader.optional_boolean("speculate").value_or(true);
    return request;
}

WarmRequest read_warm_request(const ObjectReader &reader) {
    WarmRequest request;
    request.sequence_key = reader.string("sequenceKey");
    request.conversation = read_conversation(reader);
    const std::optional<size_t> kind = reader.optional_choice("kind", {"typing", "settled"});
    if (!kind) {
        reader.refuse("kind", "typing or settled");
    }
    request.kind = *kind == 0 ? WarmKind::typing : WarmKind::settled;
    request.is_ephemeral = reader.optional_boolean("ephemeral").value_or(false);
    return request;
}

} // namespace parley
