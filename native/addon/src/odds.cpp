#include "odds.h"

#include "common.h"

#include <algorithm>
#include <cmath>

namespace parley {

TokenOdds weigh(const float *logits, size_t count, llama_token chosen, size_t alternatives) {
    TokenOdds odds;
    if (count == 0) {
        return odds;
    }
    // The largest logit comes off first: no exponential overflows, and the largest is exactly 1.
    const float top = *std::max_element(logits, logits + count);
    double sum = 0;
    for (size_t token = 0; token < count; token++) {
        sum += std::exp(logits[token] - top);
    }
    const auto weigh_one = [&](size_t token) {
        return Likelihood{static_cast<llama_token>(token), std::exp(logits[token] - top) / sum, {}};
    };
    odds.chosen = weigh_one(static_cast<size_t>(chosen));

    // The few likeliest so far, the best first; of equals the lower id, as the greedy sampler has it.
    std::vector<size_t> best;
    for (size_t token = 0; token < count && alternatives > 0; token++) {
        if (best.size() == alternatives && !(logits[token] > logits[best.back()])) {
            continue;
        }
        const auto place = std::find_if(best.begin(), best.end(),
                                        [&](size_t other) { return logits[token] > logits[other]; });
        best.insert(place, token);
        best.resize(std::min(best.size(), alternatives));
    }
    for (const size_t token : best) {
        odds.alternatives.push_back(weigh_one(token));
    }
    return odds;
}

TokenOdds odds_of(llama_context *context, int32_t row, llama_token chosen, size_t alternatives) {
    const llama_vocab *vocab = llama_model_get_vocab(llama_get_model(context));
    TokenOdds odds = weigh(llama_get_logits_ith(context, row),
                           static_cast<size_t>(llama_vocab_n_tokens(vocab)), chosen, alternatives);
    odds.chosen.text = common_token_to_piece(vocab, odds.chosen.token, true);
    for (Likelihood &other : odds.alternatives) {
        other.text = common_token_to_piece(vocab, other.token, true);
    }
    return odds;
}

} // namespace parley
