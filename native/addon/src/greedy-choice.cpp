#include "greedy-choice.h"

#include <algorithm>
#include <array>

namespace parley {

bool is_plainly_greedy(const GenerateRequest &request, bool has_grammar) {
    const Sampling &sampling = request.sampling;
    const bool has_penalties = sampling.repetition_penalty != 1 || sampling.presence_penalty != 0 ||
                               sampling.frequency_penalty != 0 || sampling.dry_multiplier > 0;
    return sampling.temperature <= 0 && !has_grammar && !has_penalties && request.logit_bias.empty() &&
           request.output_schema.empty();
}

llama_token likeliest_token(const float *logits, int32_t count) {
    // Maxima of many lanes first, which compilers turn into vector instructions; then where it is.
    constexpr int32_t lanes = 64;
    float highest = logits[0];
    int32_t index = 0;
    if (count >= lanes) {
        std::array<float, lanes> maxima{};
        std::copy_n(logits, lanes, maxima.begin());
        for (index = lanes; index + lanes <= count; index += lanes) {
            for (int32_t lane = 0; lane < lanes; lane++) {
                const float logit = logits[index + lane];
                maxima[lane] = logit > maxima[lane] ? logit : maxima[lane];
            }
        }
        highest = *std::max_element(maxima.begin(), maxima.end());
    }
    for (; index < count; index++) {
        highest = std::max(highest, logits[index]);
    }
    const float *found = std::find(logits, logits + count, highest);
    return found == logits + count ? 0 : static_cast<llama_token>(found - logits); // no number equals NaN
}

} // namespace parley
