#include "sampler.h"

#include "fault.h"
#include "strict-grammar.h"

#include "common.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <limits>
#include <utility>
#include <vector>

namespace parley {

namespace {

std::vector<common_sampler_type> chain_of(const Sampling &sampling) {
    if (sampling.temperature <= 0) {
        // Only the likeliest: the whole chain would weigh every word of the vocabulary, for the same token.
        // Penalties come before it, since they change which one that is.
        std::vector<common_sampler_type> chain;
        const bool has_penalties = sampling.repetition_penalty != 1 || sampling.presence_penalty != 0 ||
                                   sampling.frequency_penalty != 0;
        if (has_penalties) {
            chain.push_back(COMMON_SAMPLER_TYPE_PENALTIES);
        }
        if (sampling.dry_multiplier > 0) {
            chain.push_back(COMMON_SAMPLER_TYPE_DRY);
        }
        chain.push_back(COMMON_SAMPLER_TYPE_TOP_K);
        return chain;
    }
    return common_params_sampling().samplers;
}

common_params_sampling params_of(const Sampling &sampling) {
    common_params_sampling params;
    params.no_perf = true;
    params.temp = sampling.temperature;
    params.top_p = sampling.top_p;
    params.top_k = sampling.temperature <= 0 ? 1 : sampling.top_k;
    params.min_p = sampling.min_p;
    params.seed = sampling.seed.value_or(LLAMA_DEFAULT_SEED);
    params.typ_p = sampling.typical_p;
    params.top_n_sigma = sampling.top_n_sigma;
    params.penalty_repeat = sampling.repetition_penalty;
    params.penalty_present = sampling.presence_penalty;
    params.penalty_freq = sampling.frequency_penalty;
    params.penalty_last_n = sampling.penalty_tokens;
    params.dry_multiplier = sampling.dry_multiplier;
    params.dry_base = sampling.dry_base;
    params.dry_allowed_length = sampling.dry_allowed_tokens;
    params.dry_penalty_last_n = sampling.penalty_tokens;
    params.xtc_probability = sampling.xtc_probability;
    params.xtc_threshold = sampling.xtc_threshold;
    params.dynatemp_range = sampling.dynamic_temperature_range;
    params.mirostat = sampling.temperature <= 0 ? 0 : sampling.mirostat;
    params.mirostat_tau = sampling.mirostat_tau;
    params.mirostat_eta = sampling.mirostat_eta;
    params.samplers = chain_of(sampling);
    return params;
}

void add_biases(const std::vector<LogitBias> &biases, const llama_vocab *vocab,
                common_params_sampling &params) {
    for (const LogitBias &bias : biases) {
        if (bias.token >= llama_vocab_n_tokens(vocab)) {
            continue; // llama.cpp writes where the token would be
        }
        const bool is_forbidden = bias.bias <= -100;
        params.logit_bias.push_back(
            {bias.token, is_forbidden ? -std::numeric_limits<float>::infinity() : bias.bias});
    }
}

/** What begins the grammar where it waits for a call. A mark that is one token is awaited as that token. */
std::vector<common_grammar_trigger> triggers_of(const Prompt &prompt, const llama_vocab *vocab) {
    std::vector<common_grammar_trigger> triggers;
    for (const common_grammar_trigger &trigger : prompt.format.grammar_triggers) {
        if (trigger.type == COMMON_GRAMMAR_TRIGGER_TYPE_WORD) {
            const std::vector<llama_token> tokens = common_tokenize(vocab, trigger.value, false, true);
            if (tokens.size() == 1 && prompt.preserved.count(tokens.front()) != 0) {
                triggers.push_back({COMMON_GRAMMAR_TRIGGER_TYPE_TOKEN, trigger.value, tokens.front()});
                continue;
            }
        }
        triggers.push_back(trigger);
    }
    return triggers;
}

GrammarLimits limits_of(const Conversation &conversation, const common_chat_params &format) {
    GrammarLimits limits;
    limits.has_many_calls = conversation.parallel_tool_calls;
    limits.is_call_forced = conversation.tool_choice == ToolChoice::required;
    // Some templates open reasoning and close it at once to say that there shall be none.
    const std::string &tag = format.thinking_start_tag;
    const bool is_opened = format.generation_prompt.find(tag) != std::string::npos;
    limits.forbidden_opening = conversation.enable_thinking || is_opened ? "" : tag;
    return limits;
}

void add_grammar(const Prompt &prompt, const GenerateRequest &request, const llama_vocab *vocab,
                 common_params_sampling &params) {
    const common_chat_params &format = prompt.format;
    params.generation_prompt = format.generation_prompt;
    params.preserved_tokens = prompt.preserved;
    if (format.grammar.empty()) {
        return;
    }
    const bool has_schema = !request.output_schema.empty();
    params.grammar = {has_schema ? COMMON_GRAMMAR_TYPE_OUTPUT_FORMAT : COMMON_GRAMMAR_TYPE_TOOL_CALLS,
                      strict_grammar(format.grammar, limits_of(request.conversation, format))};
    params.grammar_lazy = format.grammar_lazy;
    params.grammar_triggers = triggers_of(prompt, vocab);
}

/** How many tokens the prompt itself has put into reasoning that it opens for the answer. */
int32_t begun_reasoning(const std::vector<llama_token> &prompt_end, const std::vector<llama_token> &start) {
    const auto found = std::find_end(prompt_end.begin(), prompt_end.end(), start.begin(), start.end());
    const auto begun = std::distance(found, prompt_end.end()) - static_cast<std::ptrdiff_t>(start.size());
    return found == prompt_end.end() ? 0 : static_cast<int32_t>(begun);
}

/** Also told where there is no budget: a grammar that waits for a call must not see the reasoning. */
void add_reasoning(const Prompt &prompt, const std::optional<int32_t> &budget_tokens,
                   const llama_vocab *vocab, common_params_sampling &params) {
    const common_chat_params &format = prompt.format;
    if (format.thinking_start_tag.empty() || format.thinking_end_tags.empty()) {
        return;
    }
    params.reasoning_budget_start = common_tokenize(vocab, format.thinking_start_tag, false, true);
    if (budget_tokens) {
        // llama.cpp counts what the prompt holds after the opening tag as if the model had thought it.
        const int32_t begun = begun_reasoning(common_tokenize(vocab, format.generation_prompt, false, true),
                                              params.reasoning_budget_start);
        params.reasoning_budget_tokens = std::min(*budget_tokens, INT32_MAX - begun) + begun;
    }
    for (const std::string &tag : format.thinking_end_tags) {
        params.reasoning_budget_end.push_back(common_tokenize(vocab, tag, false, true));
    }
    params.reasoning_budget_forced = params.reasoning_budget_end.front();
}

} // namespace

common_sampler_ptr make_sampler(const llama_model *model, const GenerateRequest &request,
                                const Prompt &prompt) {
    const llama_vocab *vocab = llama_model_get_vocab(model);
    common_params_sampling params = params_of(request.sampling);
    add_biases(request.logit_bias, vocab, params);
    add_grammar(prompt, request, vocab, params);
    add_reasoning(prompt, request.reasoning_budget_tokens, vocab, params);
    try {
        common_sampler_ptr sampler(common_sampler_init(model, params));
        if (sampler) {
            return sampler;
        }
    } catch (const std::exception &error) {
        throw Fault("schema.unsupported", {{"detail", std::string(error.what()).substr(0, 500)}});
    }
    throw Fault("schema.unsupported", {{"detail", std::string("no grammar")}});
}

} // namespace parley
