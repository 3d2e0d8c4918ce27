#pragma once

#include "llama.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace parley {

struct Likelihood {
    llama_token token = LLAMA_TOKEN_NULL;
    /** Of the model's own distribution, before sampling; [0, 1]. */
    double probability = 0;
    /** As a person would read it, control tokens spelled out; may be part of a code point. */
    std::string text;
};

/** See TokenOdds in index.d.ts. */
struct TokenOdds {
    Likelihood chosen;
    /** The likeliest first; the chosen one is among them where it is likely enough. */
    std::vector<Likelihood> alternatives;
};

/**
 * How likely `chosen` was by `logits`, one for each token of a vocabulary of `count`, and which
 * `alternatives` were the likeliest. Two passes for the sum, one for the few kept; nothing is sorted whole.
 */
TokenOdds weigh(const float *logits, size_t count, llama_token chosen, size_t alternatives);

/** As `weigh`, by what `context` computed for output `row`, with the tokens' texts. Engine thread. */
TokenOdds odds_of(llama_context *context, int32_t row, llama_token chosen, size_t alternatives);

} // namespace parley
