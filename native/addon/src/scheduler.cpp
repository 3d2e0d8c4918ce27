#include "scheduler.h"

#include "fault.h"
#include "greedy-choice.h"
#include "sampler.h"

#include "common.h"

#include <algorithm>
#include <chrono>
#include <memory>

namespace parley {

namespace {

using Clock = std::chrono::steady_clock;

double ms_between(Clock::time_point start, Clock::time_point end) {
    return std::chrono::duration<double, std::milli>(end - start).count();
}

/** One llama_batch, freed with the scope. */
class Batch {
public:
    explicit Batch(size_t capacity) : batch_(llama_batch_init(static_cast<int32_t>(capacity), 0, 1)) {}
    Batch(const Batch &) = delete;
    Batch &operator=(const Batch &) = delete;
    ~Batch() { llama_batch_free(batch_); }
    llama_batch &get() { return batch_; }

private:
    llama_batch batch_;
};

} // namespace

struct Scheduler::Run {
    const GenerateRequest &request;
    const GenerateListener &listener;
    Sequence &sequence;
    Prompt prompt;
    Reading reading;
    GenerateResult result;
};

Scheduler::Scheduler(Model &model) : model_(model), context_tokens_(llama_n_ctx(model.context())) {
    for (uint32_t id = 0; id < model.sequences().conversations; id++) {
        sequences_.emplace_back(model.context(), static_cast<llama_seq_id>(id), model.can_forget_end());
    }
}

GenerateResult Scheduler::generate(const GenerateRequest &request, const GenerateListener &listener) {
    const Clock::time_point start = Clock::now();
    Prompt prompt = model_.prompts().build(request.conversation, request.output_schema);
    Reading reading = make_reading(prompt.items, pictures_of(request.conversation), model_.eyes());
    const size_t prompt_tokens = reading.cells.size();
    if (prompt_tokens + 1 > context_tokens_) {
        throw Fault("prompt.too-long", {{"promptTokens", static_cast<double>(prompt_tokens)},
                                        {"contextTokens", static_cast<double>(context_tokens_)}});
    }
    Run run{request, listener, sequence_for(request.sequence_key), std::move(prompt), std::move(reading), {}};
    run.result.prompt_tokens = prompt_tokens;
    model_.abort_switch().watch(listener.is_cancelled);
    const Step step = read_prompt(run);
    const Clock::time_point read = Clock::now();
    run.result.prompt_ms = ms_between(start, read);
    if (step == Step::full) {
        run.result.stop_reason = StopReason::length;
    } else if (step == Step::done) {
        run.result.stop_reason = answer(run);
    }
    model_.abort_switch().watch(nullptr);
    run.result.answer_ms = ms_between(read, Clock::now());
    return run.result;
}

Sequence &Scheduler::sequence_for(const std::string &key) {
    const auto is_same = [&](const Sequence &sequence) { return sequence.key() == key; };
    auto found = std::find_if(sequences_.begin(), sequences_.end(), is_same);
    if (found == sequences_.end()) {
        found = std::min_element(
            sequences_.begin(), sequences_.end(),
            [](const Sequence &left, const Sequence &right) { return left.last_used() < right.last_used(); });
    }
    found->assign(key, ++clock_);
    return *found;
}

bool Scheduler::make_room(const Sequence &keeper, size_t token_count) {
    while (true) {
        size_t used = token_count;
        Sequence *oldest = nullptr;
        for (Sequence &sequence : sequences_) {
            used += sequence.cells().size();
            const bool is_candidate = sequence.id() != keeper.id() && !sequence.cells().empty();
            if (is_candidate && (oldest == nullptr || sequence.last_used() < oldest->last_used())) {
                oldest = &sequence;
            }
        }
        if (used <= context_tokens_) {
            return true;
        }
        if (oldest == nullptr) {
            return false;
        }
        oldest->clear();
    }
}

Scheduler::Step Scheduler::compute(Sequence &sequence, const PrefixToken *tokens, size_t count) {
    if (!make_room(sequence, count)) {
        return Step::full;
    }
    Batch batch(count);
    for (size_t index = 0; index < count; index++) {
        const llama_pos position = sequence.next_position() + static_cast<llama_pos>(index);
        common_batch_add(batch.get(), to_llama_token(tokens[index]), position, {sequence.id()},
                         index + 1 == count);
    }
    const Step step = step_of(sequence, llama_decode(model_.context(), batch.get()));
    if (step == Step::done) {
        sequence.append(tokens, count, static_cast<llama_pos>(count));
    }
    return step;
}

Scheduler::Step Scheduler::step_of(Sequence &sequence, int32_t status) {
    if (status == 0) {
        return Step::done;
    }
    sequence.drop_unnoted();
    if (status == 1) {
        return Step::full;
    }
    if (status == 2) {
        return Step::cancelled;
    }
    sequence.clear();
    throw std::runtime_error("llama_decode gave " + std::to_string(status));
}

Scheduler::Step Scheduler::look_at(Run &run, const PictureRun &picture) {
    const uint64_t encoded_before = model_.eyes()->encoded_runs();
    const PictureEmbeddings embeddings = model_.eyes()->encode(picture, *run.listener.is_cancelled);
    run.result.encoded_pictures += model_.eyes()->encoded_runs() - encoded_before;
    if (!embeddings) {
        return Step::cancelled;
    }
    if (!make_room(run.sequence, picture.cell_count)) {
        return Step::full;
    }
    const size_t end = picture.first_cell + picture.cell_count;
    const size_t step_cells = llama_n_ubatch(model_.context());
    // Noted only when all of it is there: a picture is never kept in part.
    for (size_t offset = 0; offset < picture.cell_count;) {
        const size_t count = PictureEncoder::step_cells(picture, offset, step_cells);
        const bool is_last = picture.first_cell + offset + count == run.reading.cells.size();
        const Step step = step_of(
            run.sequence,
            model_.eyes()->decode(model_.context(), picture, *embeddings,
                                  {offset, count, run.sequence.id(), run.sequence.next_position(), is_last}));
        if (step != Step::done) {
            return step;
        }
        offset += count;
        run.listener.on_read(picture.first_cell + offset, run.reading.cells.size());
    }
    run.sequence.append(run.reading.cells.data() + picture.first_cell, end - picture.first_cell,
                        picture.position_count);
    return Step::done;
}

Scheduler::Step Scheduler::read_prompt(Run &run) {
    const std::vector<PrefixToken> &cells = run.reading.cells;
    run.result.reused_tokens = run.sequence.keep_common_start(run.reading);
    const size_t step_tokens = llama_n_ubatch(model_.context());
    size_t read = run.result.reused_tokens;
    run.listener.on_read(read, cells.size());
    while (read < cells.size()) {
        if (run.listener.is_cancelled->load()) {
            return Step::cancelled;
        }
        const PictureRun *picture = run.reading.run_at(read);
        const size_t count =
            picture != nullptr ? picture->cell_count : run.reading.tokens_from(read, step_tokens);
        const Step step =
            picture != nullptr ? look_at(run, *picture) : compute(run.sequence, cells.data() + read, count);
        if (step != Step::done) {
            return step;
        }
        read += count;
        run.listener.on_read(read, cells.size());
    }
    return Step::done;
}

StopReason Scheduler::answer(Run &run) {
    const common_sampler_ptr sampler = make_sampler(model_.weights(), run.request, run.prompt);
    const bool has_grammar =
        !run.prompt.format.grammar.empty() || run.request.reasoning_budget_tokens.has_value();
    const bool is_greedy = is_plainly_greedy(run.request, has_grammar);
    const int32_t vocabulary = llama_vocab_n_tokens(model_.vocab());
    AnswerParser parser(run.prompt, run.request.stop);
    const auto give = [&](const AnswerDelta &delta) {
        if (!delta.empty()) {
            run.listener.on_answer(delta);
        }
    };
    const auto stop = [&](StopReason reason) {
        give(parser.finish(reason == StopReason::end));
        run.result.stop_string = parser.stop_string();
        return reason;
    };
    const auto max_tokens = static_cast<size_t>(run.request.max_answer_tokens.value_or(INT32_MAX));
    while (true) {
        if (run.listener.is_cancelled->load()) {
            return stop(StopReason::cancelled);
        }
        const llama_token token =
            is_greedy ? likeliest_token(llama_get_logits_ith(model_.context(), -1), vocabulary)
                      : common_sampler_sample(sampler.get(), model_.context(), -1);
        common_sampler_accept(sampler.get(), token, true);
        if (llama_vocab_is_eog(model_.vocab(), token)) {
            return stop(StopReason::end);
        }
        run.result.answer_tokens++;
        run.result.answer_ids.push_back(token);
        if (run.request.alternatives) {
            run.listener.on_odds(odds_of(model_.context(), -1, token, *run.request.alternatives));
        }
        if (parser.add(piece_of(run.prompt, token))) {
            return stop(StopReason::end);
        }
        give(parser.take());
        if (run.result.answer_tokens >= max_tokens) {
            return stop(StopReason::length);
        }
        const PrefixToken cell = to_prefix_token(token);
        const Step step = compute(run.sequence, &cell, 1);
        if (step != Step::done) {
            return stop(step == Step::full ? StopReason::length : StopReason::cancelled);
        }
    }
}

std::string Scheduler::piece_of(const Prompt &prompt, llama_token token) const {
    const bool is_shown = prompt.preserved.count(token) != 0;
    return common_token_to_piece(model_.vocab(), token, is_shown);
}

} // namespace parley
