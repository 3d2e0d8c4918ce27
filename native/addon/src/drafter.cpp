#include "drafter.h"

#include "ngram-map.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace parley {

namespace {

constexpr double cost_memory = 0.9;
/** Of one more token in a step, in single steps, before anything was measured. */
constexpr double guessed_slope = 0.4;
/** A guess must promise this much more than not guessing. */
constexpr double least_worth = 1.1;
constexpr double belief_memory = 0.85;
/** Belief returns slowly while nothing is guessed: the text may have become repetitive. */
constexpr double recovery = 0.02;
constexpr double most_belief = 4;
constexpr std::array<uint16_t, 2> gram_sizes{6, 3};

} // namespace

void StepCosts::note(size_t tokens, double ms) {
    if (tokens == 0 || tokens > max_tokens) {
        return;
    }
    double &seen = ms_[tokens];
    seen = seen == 0 ? ms : seen * cost_memory + ms * (1 - cost_memory);
}

double StepCosts::ratio(size_t tokens) const {
    if (tokens <= 1 || ms_[1] == 0) {
        return 1 + guessed_slope * static_cast<double>(std::max<size_t>(tokens, 1) - 1);
    }
    // The nearest sizes that were seen bound the one that was not; costs grow at most with the tokens.
    const size_t wanted = std::min(tokens, max_tokens);
    size_t below = wanted;
    while (ms_[below] == 0) {
        below--;
    }
    if (below == wanted) {
        return std::max(1.0, ms_[wanted] / ms_[1]);
    }
    const double from_below =
        std::max(1.0, ms_[below] / ms_[1]) + guessed_slope * static_cast<double>(wanted - below);
    size_t above = wanted;
    while (above <= max_tokens && ms_[above] == 0) {
        above++;
    }
    return above > max_tokens ? from_below : std::min(from_below, std::max(1.0, ms_[above] / ms_[1]));
}

double Drafter::worth(size_t length) const {
    const double belief = right_ / (right_ + wrong_);
    double expected = 1;
    double chance = 1;
    for (size_t index = 0; index < length; index++) {
        chance *= belief;
        expected += chance;
    }
    return expected / costs_.ratio(length + 1);
}

std::vector<llama_token> Drafter::guess(const std::vector<llama_token> &history, llama_token last,
                                        size_t limit) {
    const size_t most = std::min(limit, StepCosts::max_tokens - 1);
    size_t best = 0;
    double best_worth = least_worth;
    for (size_t length = 1; length <= most; length++) {
        const double value = worth(length);
        if (value > best_worth) {
            best = length;
            best_worth = value;
        }
    }
    if (best == 0) {
        right_ = std::min(right_ + recovery, most_belief);
        return {};
    }
    for (const uint16_t size : gram_sizes) {
        const common_ngram_simple_config config{size, static_cast<uint16_t>(best)};
        std::vector<llama_token> guessed = common_ngram_simple_draft(config, history, last);
        if (!guessed.empty()) {
            guessed.resize(std::min(guessed.size(), best));
            return guessed;
        }
    }
    return {};
}

void Drafter::learn(size_t guessed, size_t right) {
    if (guessed == 0) {
        return;
    }
    right_ = right_ * belief_memory + static_cast<double>(right);
    wrong_ = wrong_ * belief_memory + (right < guessed ? 1 : 0);
}

} // namespace parley
