#include "state-keeper.h"

#include "state-layout.h"

#include <utility>

namespace parley {

StateKeeper::StateKeeper(llama_context *context, llama_seq_id spare) : state_(context, spare) {
}

void StateKeeper::open(PrefixCacheOptions options) {
    if (state_.kind() == StateKind::uncacheable) {
        return;
    }
    options.can_cut = !state_.needs_partial();
    // On the cache's thread: nothing of this object is used there.
    options.merge = [](const std::vector<BlockSlice> &slices, const CacheBytes *snapshot) {
        return merge_state(slices, snapshot);
    };
    options.cut = cut_block;
    cache_ = std::make_unique<PrefixCache>(std::move(options));
}

std::optional<PrefixMatch> StateKeeper::find(const std::vector<PrefixToken> &cells, size_t limit) const {
    return cache_ ? cache_->find(cells, limit) : std::nullopt;
}

void StateKeeper::fetch(PrefixMatch match, std::shared_ptr<const std::atomic<bool>> is_cancelled,
                        PrefixCache::OnFetched done) {
    cache_->fetch(std::move(match), std::move(is_cancelled), std::move(done));
}

bool StateKeeper::restore(Sequence &sequence, const CacheBytes &state, const std::vector<PrefixToken> &cells,
                          size_t count, llama_pos end_position) {
    sequence.clear();
    if (!state_.restore(sequence.id(), state, count, end_position)) {
        return false;
    }
    sequence.append(cells.data(), count);
    return true;
}

bool StateKeeper::share(const Sequence &from, Sequence &to, size_t count, llama_pos end_position) {
    to.clear();
    if (!state_.share(from.id(), to.id(), end_position)) {
        return false;
    }
    to.append(from.cells().data(), count);
    return true;
}

void StateKeeper::keep(Sequence &sequence, const Reading &reading, const PrefixOwner &owner, bool is_place) {
    const size_t count = sequence.size();
    if (!cache_ || count == 0 || (needs_places() && !is_place)) {
        return;
    }
    const StorePlan plan = cache_->plan(sequence.cells(), count);
    if (plan.missing.empty() && !plan.needs_snapshot) {
        cache_->use(owner, sequence.cells(), count);
        return;
    }
    try {
        size_t kept = plan.missing.empty() ? count : plan.missing.front().from;
        std::vector<NewBlock> blocks;
        for (const StorePlan::Range &range : plan.missing) {
            const std::optional<llama_pos> from = border(reading, range.from);
            const std::optional<llama_pos> to = border(reading, range.to);
            if (!from || !to) {
                break; // its cells share a position with their neighbours: they cannot be told apart
            }
            blocks.push_back({range.from, range.to, capture(sequence, *from, *to)});
            kept = range.to;
        }
        std::optional<CacheBytes> snapshot;
        if (plan.needs_snapshot && kept == count) {
            snapshot = state_.capture_partial(sequence.id());
        }
        cache_->put(owner, sequence.cells(), kept, std::move(blocks), std::move(snapshot));
    } catch (const StateError &) {
        // What cannot be taken out is computed again another time. A window may be gone from the context.
        if (state_.kind() == StateKind::sliding_window) {
            sequence.clear();
        }
    }
}

CacheBytes StateKeeper::capture(const Sequence &sequence, llama_pos from, llama_pos to) {
    return state_.capture_range(sequence.id(), from, to);
}

std::optional<llama_pos> StateKeeper::border(const Reading &reading, size_t cell) {
    const size_t begin = reading.cut_before(cell);
    const PictureRun *run = reading.run_at(begin);
    if (begin == cell || run == nullptr) {
        return reading.position_of(cell);
    }
    const bool has_own_positions = static_cast<size_t>(run->position_count) == run->cell_count;
    return has_own_positions
               ? std::optional<llama_pos>(reading.position_of(begin) + static_cast<llama_pos>(cell - begin))
               : std::nullopt;
}

void StateKeeper::forget(const std::string &owner_key, std::function<void()> done) {
    if (cache_) {
        cache_->forget(owner_key, std::move(done));
    } else {
        done();
    }
}

void StateKeeper::set_ram_budget(uint64_t ram_bytes) {
    if (cache_) {
        cache_->set_ram_budget(ram_bytes);
    }
}

} // namespace parley
