#pragma once

#include "prefix-token.h"

#include "llama.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace parley {

/**
 * One conversation's place in a context: which cells are computed there, in order. The list and the
 * context's memory always agree. Engine thread; borrows the context.
 */
class Sequence {
public:
    Sequence(llama_context *context, llama_seq_id id, bool can_forget_end)
        : context_(context), id_(id), can_forget_end_(can_forget_end) {}

    llama_seq_id id() const { return id_; }
    const std::vector<PrefixToken> &cells() const { return cells_; }
    size_t size() const { return cells_.size(); }
    const std::string &key() const { return key_; }
    uint64_t last_used() const { return last_used_; }
    /** A run computes here; nobody else may take the place. */
    bool is_taken() const { return is_taken_; }

    /** Gives the place to a conversation; a place that another one held is emptied. */
    void take(const std::string &key, uint64_t now);
    void leave() { is_taken_ = false; }

    /** How many cells `wanted` begins with, of those computed here. */
    size_t common_with(const std::vector<PrefixToken> &wanted, size_t limit) const;

    /**
     * Whether only the first `count` cells could be kept, the next of which would stand at `position`.
     * A recurrent state cannot be cut, and a sliding window may have let go of what would be looked at.
     */
    bool can_cut_to(size_t count, llama_pos position) const;

    /** Keeps the first `count` cells. False, and empty, where that cannot be. */
    bool cut_to(size_t count, llama_pos position);

    /** Notes cells that the context has computed, or got back. */
    void append(const PrefixToken *cells, size_t count) { cells_.insert(cells_.end(), cells, cells + count); }

    /** After an aborted computation: forgets what was begun and not noted; the next cell stands at
     * `position`. */
    void drop_unnoted(llama_pos position);

    void clear();

private:
    llama_context *context_;
    llama_seq_id id_;
    bool can_forget_end_;
    bool is_taken_ = false;
    std::string key_;
    std::vector<PrefixToken> cells_;
    uint64_t last_used_ = 0;
};

} // namespace parley
