#include "scheduler.h"

#include "fault.h"
#include "greedy-choice.h"

#include "common.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace parley {

namespace {

/** Whether nothing was left to choose from; the grammar would end the process over such a token. */
bool is_dead_end(common_sampler *sampler) {
    const llama_token_data_array *candidates = common_sampler_get_candidates(sampler, false);
    const bool has_chosen =
        candidates->selected >= 0 && static_cast<size_t>(candidates->selected) < candidates->size;
    return !has_chosen ||
           candidates->data[candidates->selected].logit == -std::numeric_limits<float>::infinity();
}

} // namespace

void Scheduler::after_reading(Run &run, const Portion &portion) {
    Sequence &sequence = *run.sequence;
    sequence.append(run.reading.cells.data() + sequence.size(), portion.tokens.size());
    after_cells(run, static_cast<int32_t>(portion.first_index + portion.tokens.size() - 1));
}

void Scheduler::after_cells(Run &run, int32_t result_index) {
    const Sequence &sequence = *run.sequence;
    if (!run.writing) {
        run.listener.on_read(sequence.size(), run.goal);
    }
    const bool is_mark = std::binary_search(run.marks.begin(), run.marks.end(), sequence.size());
    if (is_mark) {
        keep(run, true);
    }
    if (sequence.size() < run.goal) {
        return;
    }
    if (run.purpose != Purpose::answer) {
        finish(run, StopReason::end);
        return;
    }
    if (run.writing) {
        run.stage = Stage::writing; // it was paused; its next token is chosen already
        return;
    }
    begin_writing(run);
    if (choose_token(run, result_index)) {
        run.stage = Stage::writing;
    }
}

void Scheduler::begin_writing(Run &run) {
    run.read_at = SteadyClock::now();
    run.result.prompt_ms = ms_between(run.begun, run.read_at);
    const bool has_grammar =
        !run.prompt.format.grammar.empty() || run.request.reasoning_budget_tokens.has_value();
    run.writing = std::make_unique<Writing>(make_sampler(model_.weights(), run.request, run.prompt),
                                            is_plainly_greedy(run.request, has_grammar),
                                            AnswerParser(run.prompt, run.request.stop), costs_);
    // It is looked through for what the answer may repeat.
    for (const PrefixToken cell : run.reading.cells) {
        run.history.push_back(is_picture(cell) ? LLAMA_TOKEN_NULL : to_llama_token(cell));
    }
}

std::vector<llama_token> Scheduler::guess_for(Run &run, size_t limit) {
    const size_t most = static_cast<size_t>(run.request.max_answer_tokens.value_or(INT32_MAX));
    const size_t left = most - std::min(most, run.result.answer_tokens.size());
    return run.writing->drafter.guess(run.history, run.writing->pending, std::min(limit, left));
}

void Scheduler::after_writing(Run &run, const Portion &portion) {
    Sequence &sequence = *run.sequence;
    size_t right = 0;
    bool goes_on = true;
    while (goes_on) {
        // The token at `right` is computed, and known to be the answer's: the next is chosen from its result.
        const PrefixToken cell = to_prefix_token(portion.tokens[right]);
        sequence.append(&cell, 1);
        run.reading.cells.push_back(cell);
        run.history.push_back(portion.tokens[right]);
        run.goal = run.reading.cells.size();
        goes_on = choose_token(run, static_cast<int32_t>(portion.first_index + right));
        if (!goes_on) {
            return; // the run is gone, and with it the cells behind: see `choose_token`
        }
        if (right + 1 == portion.tokens.size() || run.writing->pending != portion.tokens[right + 1]) {
            break;
        }
        right++;
    }
    const size_t guessed = portion.tokens.size() - 1;
    run.writing->drafter.learn(guessed, right);
    run.result.drafted_tokens += guessed;
    run.result.accepted_tokens += right;
    if (right < guessed) {
        drop_unnoted(run);
    }
}

bool Scheduler::choose_token(Run &run, int32_t index) {
    Writing &writing = *run.writing;
    const llama_token token = writing.is_greedy
                                  ? likeliest_token(llama_get_logits_ith(model_.context(), index),
                                                    llama_vocab_n_tokens(model_.vocab()))
                                  : common_sampler_sample(writing.sampler.get(), model_.context(), index);
    if (!writing.is_greedy && is_dead_end(writing.sampler.get())) {
        throw Fault("schema.unsupported",
                    {{"detail", std::string("no token that is allowed fits the form")}});
    }
    common_sampler_accept(writing.sampler.get(), token, true);
    if (run.result.answer_tokens.empty()) {
        run.result.first_token_ms = ms_between(run.begun, SteadyClock::now());
    }
    const auto over = [&](StopReason reason) {
        // Guesses behind the end were computed and are not part of the sequence.
        drop_unnoted(run);
        finish(run, reason);
        return false;
    };
    if (llama_vocab_is_eog(model_.vocab(), token)) {
        return over(StopReason::end);
    }
    run.result.answer_tokens.push_back(token);
    if (run.request.alternatives) {
        run.listener.on_odds(odds_of(model_.context(), index, token, *run.request.alternatives));
    }
    if (writing.parser.add(piece_of(run, token))) {
        return over(StopReason::end);
    }
    give(run, writing.parser.take());
    const auto most = static_cast<size_t>(run.request.max_answer_tokens.value_or(INT32_MAX));
    if (run.result.answer_tokens.size() >= most) {
        return over(StopReason::length);
    }
    writing.pending = token;
    return true;
}

void Scheduler::give(Run &run, const AnswerDelta &delta) {
    if (!delta.empty()) {
        run.listener.on_answer(delta);
    }
}

std::string Scheduler::piece_of(const Run &run, llama_token token) const {
    const bool is_shown = run.prompt.preserved.count(token) != 0;
    return common_token_to_piece(model_.vocab(), token, is_shown);
}

} // namespace parley
