#include "scheduler.h"

#include "fault.h"
#include "token-batch.h"

#include "common.h"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <utility>

namespace parley {

namespace {

/** Tokens of a prompt that are read in one step while others answer: their next words come soon. */
constexpr size_t shared_reading_tokens = 64;
/** The same for background runs beside visible ones. */
constexpr size_t background_reading_tokens = 32;
/** Of the time, one part in this many is the background's while visible runs go on. */
constexpr double background_part = 8;

} // namespace

Scheduler::Scheduler(Model &model, std::unique_ptr<StateKeeper> keeper, Post post,
                     const std::atomic<bool> &has_commands)
    : model_(model), keeper_(std::move(keeper)), post_(std::move(post)), has_commands_(has_commands),
      seats_(model), governor_(model.threads()), context_tokens_(llama_n_ctx(model.context())),
      step_tokens_(llama_n_ubatch(model.context())),
      prompt_thread_(std::make_unique<PromptThread>(model.prompts())) {
}

Scheduler::~Scheduler() {
    prompt_thread_.reset();
    for (const std::unique_ptr<Run> &run : runs_) {
        run->result.stop_reason = StopReason::cancelled;
        run->listener.on_end(run->result);
    }
}

void Scheduler::add(std::unique_ptr<Run> owned) {
    Run &run = *owned;
    run.order = next_order_++;
    runs_.push_back(std::move(owned));
    std::function<size_t(const FittedPrompt &)> size_of;
    try {
        size_of = cell_counter(run.request.conversation);
    } catch (...) {
        fail(run, std::current_exception());
        return;
    }
    const auto done = [weak = weak_from_this(), post = post_,
                       order = run.order](BuiltPrompt built, const std::exception_ptr &error) {
        auto shared = std::make_shared<BuiltPrompt>(std::move(built));
        post([weak, order, shared, error] {
            const std::shared_ptr<Scheduler> self = weak.lock();
            Run *waiting = self ? self->find_run(order) : nullptr;
            if (waiting != nullptr) {
                self->on_prompt(*waiting, std::move(*shared), error);
            }
        });
    };
    // Of what is never kept nobody needs to know where its system part ends: no text of it is remembered.
    const bool wants_system_end = keeper_->needs_places() && !run.request.is_ephemeral;
    prompt_thread_->build(run.request, run.purpose, wants_system_end, context_tokens_ - 1, size_of,
                          run.is_cancelled, done);
}

void Scheduler::forget(const std::string &sequence_key, std::function<void()> done) {
    for (const std::unique_ptr<Run> &run : runs_) {
        if (run->request.sequence_key == sequence_key) {
            run->is_cancelled->store(true);
            run->request.is_ephemeral = true; // what it has computed is not kept at its end
        }
    }
    end_cancelled();
    if (Sequence *sequence = seats_.find(sequence_key)) {
        sequence->clear();
    }
    if (model_.eyes() != nullptr) {
        model_.eyes()->forget();
    }
    model_.prompts().forget();
    keeper_->forget(sequence_key, std::move(done));
}

std::function<size_t(const FittedPrompt &)> Scheduler::cell_counter(const Conversation &conversation) const {
    // Made here, since only this thread may ask the projector; used on the prompt thread.
    std::map<const Picture *, size_t> cells;
    for (const std::shared_ptr<const Picture> &picture : pictures_of(conversation)) {
        cells[picture.get()] = model_.eyes() != nullptr ? model_.eyes()->size_of(*picture) : 1;
    }
    return [cells = std::move(cells)](const FittedPrompt &fitted) {
        // A picture is an item too, in whose place its cells come.
        size_t count = fitted.prompt.items.size() - pictures_of(fitted.conversation).size();
        for (const std::shared_ptr<const Picture> &picture : pictures_of(fitted.conversation)) {
            const auto found = cells.find(picture.get());
            count += found == cells.end() ? 0 : found->second;
        }
        return count;
    };
}

bool Scheduler::step() {
    end_cancelled();
    admit();
    const bool has_visible = has_visible_work();
    const bool is_background = !has_visible || is_backgrounds_turn();
    Run *looking = looking_run(is_background);
    std::vector<Portion> portions = looking != nullptr ? std::vector<Portion>() : choose(is_background);
    if (looking == nullptr && portions.empty() && is_background && has_visible) {
        background_ms_ = visible_ms_; // nothing there to do: its time is not saved up
        looking = looking_run(false);
        portions = looking != nullptr ? std::vector<Portion>() : choose(false);
    }
    if (looking != nullptr) {
        look(*looking);
        return true;
    }
    if (portions.empty()) {
        return false;
    }
    const SteadyClock::time_point start = SteadyClock::now();
    governor_.rest(ms_between(last_step_, start));
    Outcome outcome = Outcome::full;
    try {
        outcome = compute(portions);
    } catch (...) {
        for (const Portion &portion : portions) {
            portion.run->sequence->clear();
            fail(*portion.run, std::current_exception());
        }
        return true;
    }
    last_step_ = SteadyClock::now();
    if (outcome == Outcome::full) {
        if (!make_room()) {
            finish(*portions.front().run, StopReason::length);
        }
        return true;
    }
    if (outcome == Outcome::done) {
        account(portions, portions.front().run->is_background(), ms_between(start, SteadyClock::now()));
        for (const Portion &portion : portions) {
            go_on(*portion.run, [&] {
                if (portion.is_reading) {
                    after_reading(*portion.run, portion);
                } else {
                    after_writing(*portion.run, portion);
                }
            });
        }
    }
    return true;
}

void Scheduler::go_on(Run &run, const std::function<void()> &work) {
    const uint64_t order = run.order;
    try {
        work();
    } catch (...) {
        // It may be over already; what was thrown is then of no use to anybody.
        if (Run *left = find_run(order)) {
            drop_unnoted(*left);
            fail(*left, std::current_exception());
        }
    }
}

void Scheduler::end_cancelled() {
    std::vector<Run *> ended;
    for (const std::unique_ptr<Run> &run : runs_) {
        if (run->is_cancelled->load()) {
            ended.push_back(run.get());
        }
    }
    for (Run *run : ended) {
        finish(*run, StopReason::cancelled);
    }
}

void Scheduler::finish(Run &run, StopReason reason) {
    RunResult &result = run.result;
    result.stop_reason = reason;
    if (run.writing) {
        give(run, run.writing->parser.finish(reason == StopReason::end));
        result.stop_string = run.writing->parser.stop_string();
        result.answer_ms = ms_between(run.read_at, SteadyClock::now());
    } else if (run.is_active()) {
        result.prompt_ms = ms_between(run.begun, SteadyClock::now());
    }
    if (run.is_active()) {
        keep(run, run.purpose == Purpose::settled && reason == StopReason::end);
    }
    if (run.request.is_ephemeral && model_.eyes() != nullptr) {
        model_.eyes()->forget();
    }
    const RunListener listener = run.listener;
    const RunResult told = std::move(result);
    leave(run);
    listener.on_end(told);
}

void Scheduler::keep(const Run &run, bool is_place) {
    if (!run.request.is_ephemeral) {
        keeper_->keep(*run.sequence, run.reading, {run.request.sequence_key, false}, is_place);
    }
}

void Scheduler::fail(Run &run, std::exception_ptr error) {
    const RunListener listener = run.listener;
    leave(run);
    listener.on_fault(std::move(error));
}

void Scheduler::leave(Run &run) {
    if (run.sequence != nullptr) {
        run.sequence->leave();
    }
    runs_.remove_if([&](const std::unique_ptr<Run> &each) { return each.get() == &run; });
}

void Scheduler::set_threads(int count) {
    governor_ = ThreadGovernor(count);
    model_.set_threads(count);
}

bool Scheduler::has_visible_work() const {
    return std::any_of(runs_.begin(), runs_.end(), [](const std::unique_ptr<Run> &run) {
        return run->is_active() && !run->is_background();
    });
}

bool Scheduler::is_backgrounds_turn() const {
    return background_ms_ * background_part < visible_ms_;
}

std::vector<Scheduler::Portion> Scheduler::choose(bool is_background) {
    std::vector<Run *> chosen;
    for (const std::unique_ptr<Run> &run : runs_) {
        if (run->is_active() && run->is_background() == is_background) {
            chosen.push_back(run.get());
        }
    }
    const auto writers = static_cast<size_t>(
        std::count_if(chosen.begin(), chosen.end(), [](Run *run) { return run->stage == Stage::writing; }));
    std::vector<Portion> portions;
    size_t used = 0;
    for (Run *run : chosen) {
        if (run->stage != Stage::writing || used >= step_tokens_) {
            continue;
        }
        Portion portion{run, used, {run->writing->pending}, false};
        // Beside others a guess would take from their time.
        if (writers == 1 && chosen.size() == 1 && run->request.may_speculate && model_.can_forget_end()) {
            const std::vector<llama_token> guess =
                guess_for(*run, std::min(step_tokens_ - 1, context_tokens_ - run->sequence->size()));
            portion.tokens.insert(portion.tokens.end(), guess.begin(), guess.end());
        }
        used += portion.tokens.size();
        portions.push_back(std::move(portion));
    }
    size_t room = step_tokens_ - std::min(step_tokens_, used);
    if (writers > 0) {
        room = std::min(room, shared_reading_tokens);
    }
    if (is_background && has_visible_work()) {
        room = std::min(room, background_reading_tokens);
    }
    for (Run *run : chosen) {
        if (run->stage != Stage::reading || room == 0) {
            continue;
        }
        const size_t begin = run->sequence->size();
        const auto mark = std::upper_bound(run->marks.begin(), run->marks.end(), begin);
        const size_t wanted =
            std::min({begin + room, run->goal, mark == run->marks.end() ? run->goal : *mark});
        const size_t end = begin + run->reading.tokens_from(begin, wanted - begin);
        if (end == begin) {
            continue; // a picture is next
        }
        Portion portion{run, used, {}, true};
        for (size_t index = begin; index < end; index++) {
            portion.tokens.push_back(to_llama_token(run->reading.cells[index]));
        }
        room -= portion.tokens.size();
        used += portion.tokens.size();
        portions.push_back(std::move(portion));
    }
    return portions;
}

Scheduler::Outcome Scheduler::compute(const std::vector<Portion> &portions) {
    size_t total = 0;
    std::vector<const std::atomic<bool> *> flags;
    for (const Portion &portion : portions) {
        total += portion.tokens.size();
        flags.push_back(portion.run->is_cancelled.get());
    }
    // Where an unfinished step cannot be taken back, the others in it would lose all they have.
    if (portions.size() > 1 && !model_.can_forget_end()) {
        flags.clear();
    }
    if (portions.front().run->is_background() && model_.can_forget_end()) {
        flags.push_back(&has_commands_);
    }
    TokenBatch batch(total);
    for (const Portion &portion : portions) {
        const Run &run = *portion.run;
        const size_t begin = run.sequence->size();
        const llama_pos position = run.reading.position_of(begin);
        for (size_t index = 0; index < portion.tokens.size(); index++) {
            const bool is_last = index + 1 == portion.tokens.size() && begin + index + 1 >= run.goal;
            common_batch_add(batch.get(), portion.tokens[index], position + static_cast<llama_pos>(index),
                             {run.sequence->id()}, is_last || !portion.is_reading);
        }
    }
    model_.abort_switch().watch(std::move(flags));
    const int32_t status = llama_decode(model_.context(), batch.get());
    model_.abort_switch().watch({});
    if (status == 0) {
        counters_.computed += total;
        return Outcome::done;
    }
    for (const Portion &portion : portions) {
        drop_unnoted(*portion.run);
    }
    return failure_of(status);
}

Scheduler::Outcome Scheduler::failure_of(int32_t status) {
    if (status == 1) {
        return Outcome::full;
    }
    if (status == 2) {
        return Outcome::aborted;
    }
    throw std::runtime_error("llama_decode gave " + std::to_string(status));
}

void Scheduler::drop_unnoted(Run &run) {
    run.sequence->drop_unnoted(run.reading.position_of(run.sequence->size()));
}

void Scheduler::account(const std::vector<Portion> &portions, bool is_background, double ms) {
    DecodeObservation observation{0, 0, ms};
    for (const Portion &portion : portions) {
        observation.tokens += portion.tokens.size();
        observation.depth_tokens += portion.run->sequence->size();
    }
    if (governor_.note(observation) != model_.threads()) {
        model_.set_threads(governor_.threads());
    }
    if (portions.size() == 1 && !portions.front().is_reading) {
        costs_.note(portions.front().tokens.size(), ms);
    }
    const bool has_background = std::any_of(runs_.begin(), runs_.end(), [](const std::unique_ptr<Run> &run) {
        return run->is_active() && run->is_background();
    });
    if (!has_background || !has_visible_work()) {
        visible_ms_ = 0;
        background_ms_ = 0;
    } else if (is_background) {
        background_ms_ += ms;
    } else {
        visible_ms_ += ms;
    }
}

bool Scheduler::make_room() {
    if (seats_.empty_oldest(nullptr)) {
        return true;
    }
    // Every place is a run's: the least urgent and newest gives way, keeps its text and goes on later.
    Run *newest = nullptr;
    for (const std::unique_ptr<Run> &each : runs_) {
        const bool is_later =
            newest == nullptr || each->is_background() > newest->is_background() ||
            (each->is_background() == newest->is_background() && each->order > newest->order);
        if (each->is_active() && is_later) {
            newest = each.get();
        }
    }
    const auto active = std::count_if(runs_.begin(), runs_.end(),
                                      [](const std::unique_ptr<Run> &run) { return run->is_active(); });
    if (active < 2) {
        return false;
    }
    keep(*newest, false);
    newest->sequence->clear();
    newest->sequence->leave();
    newest->sequence = nullptr;
    newest->stage = Stage::waiting;
    newest->is_paused = true;
    return true;
}

} // namespace parley
