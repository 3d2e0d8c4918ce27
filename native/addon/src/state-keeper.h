#pragma once

#include "prefix-cache.h"
#include "prefix-token.h"
#include "reading.h"
#include "sequence-state.h"
#include "sequence.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace parley {

/**
 * Between the scheduler and the prefix cache: takes state out of the context in the cache's pieces and puts
 * it back. Without a cache it finds nothing and keeps nothing. Engine thread; borrows the context.
 */
class StateKeeper {
public:
    /** `spare`: a sequence of the context for the keeper alone. Computes two tokens there. */
    StateKeeper(llama_context *context, llama_seq_id spare);
    StateKeeper(const StateKeeper &) = delete;
    StateKeeper &operator=(const StateKeeper &) = delete;
    /** Writes what is pending. */
    ~StateKeeper() = default;

    /** Keeps from now on. `options`: all but what depends on the model's kind of state. */
    void open(PrefixCacheOptions options);

    StateKind kind() const { return state_.kind(); }
    /** Whether state can only be brought back at places where it was kept on purpose. */
    bool needs_places() const { return cache_ && state_.needs_partial(); }

    /** The longest prefix of `cells` that can come back, at most `limit`. */
    std::optional<PrefixMatch> find(const std::vector<PrefixToken> &cells, size_t limit) const;
    /** Reads it beside the engine thread. `done`: any thread; nothing where it cannot come back after all. */
    void fetch(PrefixMatch match, std::shared_ptr<const std::atomic<bool>> is_cancelled,
               PrefixCache::OnFetched done);
    /** Fills an empty sequence with the first `count` of `cells`. False, and empty, where that fails. */
    bool restore(Sequence &sequence, const CacheBytes &state, const std::vector<PrefixToken> &cells,
                 size_t count, llama_pos end_position);
    /** Lets `to` begin with `count` cells of `from` at no cost. False, and empty, where the model cannot. */
    bool share(const Sequence &from, Sequence &to, size_t count, llama_pos end_position);

    /**
     * Keeps for `owner` what all of `sequence` holds, beyond what is kept already. `reading` begins with its
     * cells. `is_place`: where the model needs it, also what lets a later run begin right here;
     * without it such a model's state is not kept at all.
     */
    void keep(Sequence &sequence, const Reading &reading, const PrefixOwner &owner, bool is_place);

    /** `done`: any thread. */
    void forget(const std::string &owner_key, std::function<void()> done);
    void set_ram_budget(uint64_t ram_bytes);
    PrefixCacheCounters counters() const { return cache_ ? cache_->counters() : PrefixCacheCounters{}; }

private:
    CacheBytes capture(const Sequence &sequence, llama_pos from, llama_pos to);
    /** Where the range ends that begins or ends before `cell`; nothing inside a picture without borders. */
    static std::optional<llama_pos> border(const Reading &reading, size_t cell);

    SequenceState state_;
    std::unique_ptr<PrefixCache> cache_;
};

} // namespace parley
