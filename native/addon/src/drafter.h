#pragma once

#include "llama.h"

#include <array>
#include <cstddef>
#include <vector>

namespace parley {

/** What a step costs by the number of tokens in it, as seen on this machine: the ground to decide on. */
class StepCosts {
public:
    static constexpr size_t max_tokens = 17;

    /** Notes a step that computed `tokens` of one run alone. */
    void note(size_t tokens, double ms);

    /** How many single steps a step of `tokens` costs; a cautious guess where none was seen. */
    double ratio(size_t tokens) const;

private:
    std::array<double, max_tokens + 1> ms_{};
};

/**
 * Guesses how an answer goes on from text that stands in it or its prompt already (n-gram lookup), as far as
 * that pays: a guess is only made where the expected gain is above the measured cost of computing it, so free
 * talk is not slowed down. One per run; engine thread.
 */
class Drafter {
public:
    explicit Drafter(const StepCosts &costs) : costs_(costs) {}

    /** Tokens that may follow `last`, which follows `history`; often none. */
    std::vector<llama_token> guess(const std::vector<llama_token> &history, llama_token last, size_t limit);

    /** How many of the guessed tokens were right. */
    void learn(size_t guessed, size_t right);

private:
    double worth(size_t length) const;

    const StepCosts &costs_;
    // Beta counts of "the next guessed token is right", forgotten slowly so that a change of text is noticed.
    double right_ = 3;
    double wrong_ = 1;
};

} // namespace parley
