#pragma once

#include "answer-parser.h"
#include "drafter.h"
#include "odds.h"
#include "prompt.h"
#include "reading.h"
#include "requests.h"
#include "sampler.h"
#include "sequence.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace parley {

using SteadyClock = std::chrono::steady_clock;

inline double ms_between(SteadyClock::time_point start, SteadyClock::time_point end) {
    return std::chrono::duration<double, std::milli>(end - start).count();
}

enum class StopReason { end, length, cancelled };

/** How a prompt came to be computed, in cells. */
struct PromptCost {
    size_t prompt_tokens = 0;
    size_t reused_tokens = 0;
    size_t restored_tokens = 0;
    size_t computed_tokens = 0;
};

struct RunResult {
    PromptCost cost;
    StopReason stop_reason = StopReason::cancelled;
    std::optional<std::string> stop_string;
    std::vector<llama_token> answer_tokens;
    size_t forgotten_messages = 0;
    uint64_t encoded_pictures = 0;
    size_t drafted_tokens = 0;
    size_t accepted_tokens = 0;
    double first_token_ms = 0;
    double prompt_ms = 0;
    double answer_ms = 0;
};

/** Who waits for a run. Called on the engine thread; must not block or throw. */
struct RunListener {
    std::function<void(size_t read_tokens, size_t prompt_tokens)> on_read;
    std::function<void(const AnswerDelta &delta)> on_answer;
    /** Only where alternatives were asked for; before the text of the token. */
    std::function<void(const TokenOdds &odds)> on_odds;
    std::function<void(const RunResult &result)> on_end;
    std::function<void(std::exception_ptr error)> on_fault;
};

/** What a run is for: an answer, or only the prefix of one that will be asked for. */
enum class Purpose { answer, typing, settled };

/**
 * templating: its prompt is being made on the prompt thread. waiting: for a place, or for the run before it
 * in its conversation. fetching: for state from the cache. reading: computes its prompt. writing: answers.
 */
enum class Stage { templating, waiting, fetching, reading, writing };

/** The part of a run that begins with its first token. */
struct Writing {
    Writing(common_sampler_ptr chain, bool takes_likeliest, AnswerParser answer_parser,
            const StepCosts &costs)
        : sampler(std::move(chain)), is_greedy(takes_likeliest), parser(std::move(answer_parser)),
          drafter(costs) {}

    common_sampler_ptr sampler;
    /** The chain would take the likeliest token: no need to ask it. */
    bool is_greedy;
    AnswerParser parser;
    Drafter drafter;
    /** Chosen, told, and not computed yet. */
    llama_token pending = LLAMA_TOKEN_NULL;
};

/** One request on its way through the scheduler. Engine thread, but for `request` while templating. */
struct Run {
    Run(GenerateRequest wanted, Purpose purpose_of, RunListener who,
        std::shared_ptr<std::atomic<bool>> cancelled)
        : request(std::move(wanted)), purpose(purpose_of), listener(std::move(who)),
          is_cancelled(std::move(cancelled)) {}

    bool is_background() const {
        return purpose != Purpose::answer || request.priority == Priority::background;
    }
    bool is_active() const { return stage == Stage::reading || stage == Stage::writing; }

    GenerateRequest request;
    Purpose purpose;
    RunListener listener;
    std::shared_ptr<std::atomic<bool>> is_cancelled;
    uint64_t order = 0;
    Stage stage = Stage::templating;
    SteadyClock::time_point begun = SteadyClock::now();
    SteadyClock::time_point read_at{};

    Prompt prompt;
    /** All that must be computed before the next token can be chosen: the prompt, then the answer. */
    Reading reading;
    /** How far this run wants to come before it answers; less than the prompt for a `typing` run. */
    size_t goal = 0;
    /** Cells after which the state is kept, in order: the prompt is computed in pieces that end there. */
    std::vector<size_t> marks;
    Sequence *sequence = nullptr;
    int failed_fetches = 0;
    /** It gave its place to more urgent ones and goes on later. */
    bool is_paused = false;
    /** The cells as tokens, for guesses; kept from the first token on. */
    std::vector<llama_token> history;
    std::unique_ptr<Writing> writing;
    RunResult result;
};

} // namespace parley
