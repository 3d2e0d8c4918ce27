#pragma once

#include "answer-parser.h"
#include "model.h"
#include "odds.h"
#include "requests.h"
#include "sequence.h"

#include "sampling.h"

#include <atomic>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace parley {

enum class StopReason { end, length, cancelled };

struct GenerateResult {
    StopReason stop_reason = StopReason::cancelled;
    size_t prompt_tokens = 0;
    size_t reused_tokens = 0;
    uint64_t encoded_pictures = 0;
    size_t answer_tokens = 0;
    std::optional<std::string> stop_string;
    /** All tokens of the answer, reasoning and marks included. */
    std::vector<llama_token> answer_ids;
    double prompt_ms = 0;
    double answer_ms = 0;
};

/** Who waits for an answer. Called on the engine thread; must not block or throw. */
struct GenerateListener {
    std::function<void(size_t read_tokens, size_t prompt_tokens)> on_read;
    std::function<void(const AnswerDelta &delta)> on_answer;
    std::function<void(const TokenOdds &odds)> on_odds;
    /** Outlives the call. */
    const std::atomic<bool> *is_cancelled;
};

/**
 * Decides which sequence of the context computes what, and when. One request at a time for now; each has
 * its own sequence, so that several in one batch are a change in here only. Engine thread; borrows the model.
 */
class Scheduler {
public:
    explicit Scheduler(Model &model);

    /** Runs a request to its end. @throws Fault `prompt.too-long`, `model.template-broken` */
    GenerateResult generate(const GenerateRequest &request, const GenerateListener &listener);

private:
    enum class Step { done, cancelled, full };
    struct Run;

    Sequence &sequence_for(const std::string &key);
    bool make_room(const Sequence &keeper, size_t token_count);
    Step compute(Sequence &sequence, const PrefixToken *tokens, size_t count);
    Step look_at(Run &run, const PictureRun &picture);
    /** What a status of `llama_decode` means; drops what was begun where it is not 0. */
    Step step_of(Sequence &sequence, int32_t status);
    Step read_prompt(Run &run);
    StopReason answer(Run &run);
    std::string piece_of(const Prompt &prompt, llama_token token) const;

    Model &model_;
    std::vector<Sequence> sequences_;
    size_t context_tokens_;
    uint64_t clock_ = 0;
};

} // namespace parley
