#include "scheduler.h"

#include "fault.h"

#include <algorithm>
#include <utility>

namespace parley {

namespace {

/** State from the cache must save this many cells over what is at hand, to be worth fetching. */
constexpr size_t least_fetched_cells = 16;
constexpr int max_failed_fetches = 2;

} // namespace

Run *Scheduler::find_run(uint64_t order) {
    const auto found = std::find_if(runs_.begin(), runs_.end(),
                                    [&](const std::unique_ptr<Run> &run) { return run->order == order; });
    return found == runs_.end() ? nullptr : found->get();
}

void Scheduler::on_prompt(Run &run, BuiltPrompt built, const std::exception_ptr &error) {
    if (run.is_cancelled->load()) {
        finish(run, StopReason::cancelled);
        return;
    }
    if (error) {
        fail(run, error);
        return;
    }
    run.prompt = std::move(built.fitted.prompt);
    run.result.forgotten_messages = built.fitted.forgotten_messages;
    try {
        run.reading = make_reading(run.prompt.items, pictures_of(built.fitted.conversation), model_.eyes());
    } catch (...) {
        fail(run, std::current_exception());
        return;
    }
    run.goal = run.reading.cells.size();
    run.result.cost.prompt_tokens = run.goal;
    if (run.goal + 1 > context_tokens_) {
        fail(run, std::make_exception_ptr(
                      Fault("prompt.too-long", {{"promptTokens", static_cast<double>(run.goal)},
                                                {"contextTokens", static_cast<double>(context_tokens_)}})));
        return;
    }
    if (run.goal == 0) {
        finish(run, StopReason::end);
        return;
    }
    if (keeper_->needs_places()) {
        // One token is left to compute, since its result begins the answer.
        const size_t last = run.purpose == Purpose::answer ? run.goal - 1 : run.goal;
        for (const size_t mark : {run.reading.cut_before(built.system_items), last}) {
            if (mark > 0 && mark <= last && (run.marks.empty() || run.marks.back() < mark)) {
                run.marks.push_back(mark);
            }
        }
    }
    run.stage = Stage::waiting;
    if (run.purpose == Purpose::answer) {
        end_warming(run);
    }
}

void Scheduler::end_warming(const Run &answer) {
    std::vector<Run *> ended;
    for (const std::unique_ptr<Run> &each : runs_) {
        const bool is_same = each->request.sequence_key == answer.request.sequence_key;
        if (is_same && each->purpose != Purpose::answer && each->stage != Stage::templating) {
            ended.push_back(each.get());
        }
    }
    for (Run *run : ended) {
        finish(*run, StopReason::cancelled); // as far as it came, it is there
    }
}

void Scheduler::admit() {
    std::vector<Run *> waiting;
    for (const std::unique_ptr<Run> &run : runs_) {
        if (run->stage == Stage::waiting) {
            waiting.push_back(run.get());
        }
    }
    std::stable_sort(waiting.begin(), waiting.end(), [](const Run *left, const Run *right) {
        return left->is_background() < right->is_background();
    });
    for (Run *run : waiting) {
        if (!is_blocked(*run)) {
            place(*run);
        }
    }
}

bool Scheduler::is_blocked(const Run &run) const {
    // A conversation has one place: its runs take turns. What is paused waits until the others are done.
    return std::any_of(runs_.begin(), runs_.end(), [&](const std::unique_ptr<Run> &each) {
        const bool is_there = each->is_active() || each->stage == Stage::fetching;
        const bool is_before = each->order < run.order && each->stage != Stage::templating;
        const bool is_same = each->request.sequence_key == run.request.sequence_key;
        return each.get() != &run && ((is_same && (is_there || is_before)) || (run.is_paused && is_there));
    });
}

void Scheduler::place(Run &run) {
    run.sequence = seats_.take(run.request.sequence_key);
    if (run.sequence == nullptr) {
        return;
    }
    run.is_paused = false;
    Sequence &own = *run.sequence;
    const bool needs_result = run.purpose == Purpose::answer && !run.writing;
    const size_t limit = needs_result ? run.goal - 1 : run.goal;
    size_t at_hand = run.reading.cut_before(own.common_with(run.reading.cells, limit));
    if (!own.can_cut_to(at_hand, run.reading.position_of(at_hand))) {
        at_hand = 0;
    }
    const bool can_share = keeper_->kind() == StateKind::attention;
    const Sequence *donor = can_share ? seats_.best_donor(own, run.reading.cells, limit) : nullptr;
    const size_t shared =
        donor != nullptr ? run.reading.cut_before(donor->common_with(run.reading.cells, limit)) : 0;
    std::optional<PrefixMatch> match = find_kept(run, limit);
    if (match && run.failed_fetches < max_failed_fetches &&
        match->tokens >= std::max(at_hand, shared) + least_fetched_cells) {
        fetch(run, std::move(*match));
        return;
    }
    if (shared > at_hand) {
        at_hand = keeper_->share(*donor, own, shared, run.reading.position_of(shared)) ? shared : 0;
    } else if (!own.cut_to(at_hand, run.reading.position_of(at_hand))) {
        at_hand = 0;
    }
    begin_reading(run, at_hand, 0);
}

std::optional<PrefixMatch> Scheduler::find_kept(const Run &run, size_t limit) const {
    std::optional<PrefixMatch> match = keeper_->find(run.reading.cells, limit);
    const size_t whole = match ? run.reading.cut_before(match->tokens) : 0;
    // What is kept may end inside a picture, where nothing can go on.
    return match && whole < match->tokens ? keeper_->find(run.reading.cells, whole) : match;
}

void Scheduler::fetch(Run &run, PrefixMatch match) {
    run.stage = Stage::fetching;
    auto done = [weak = weak_from_this(), post = post_, order = run.order,
                 cells = match.tokens](std::optional<CacheBytes> state) {
        auto shared = std::make_shared<std::optional<CacheBytes>>(std::move(state));
        post([weak, order, cells, shared] {
            const std::shared_ptr<Scheduler> self = weak.lock();
            Run *waiting = self ? self->find_run(order) : nullptr;
            if (waiting != nullptr) {
                self->on_fetched(*waiting, *shared, cells);
            }
        });
    };
    keeper_->fetch(std::move(match), run.is_cancelled, std::move(done));
}

void Scheduler::on_fetched(Run &run, const std::optional<CacheBytes> &state, size_t cells) {
    if (run.is_cancelled->load()) {
        finish(run, StopReason::cancelled);
        return;
    }
    Sequence &own = *run.sequence;
    bool is_back = false;
    while (state) {
        is_back = keeper_->restore(own, *state, run.reading.cells, cells, run.reading.position_of(cells));
        if (is_back || !seats_.empty_oldest(&own)) {
            break;
        }
    }
    if (is_back) {
        begin_reading(run, 0, cells);
        return;
    }
    own.clear();
    own.leave();
    run.sequence = nullptr;
    run.failed_fetches++;
    run.stage = Stage::waiting;
}

void Scheduler::begin_reading(Run &run, size_t reused, size_t restored) {
    if (!run.writing) {
        PromptCost &cost = run.result.cost;
        cost.reused_tokens = reused;
        cost.restored_tokens = restored;
        cost.computed_tokens = run.goal - reused - restored;
        counters_.reused += reused;
        counters_.restored += restored;
        run.listener.on_read(reused + restored, run.goal);
    }
    run.stage = Stage::reading;
    if (run.sequence->size() >= run.goal) {
        if (run.writing) {
            run.stage = Stage::writing;
        } else {
            finish(run, StopReason::end); // a prefix to be warmed, that was there already
        }
    }
}

} // namespace parley
