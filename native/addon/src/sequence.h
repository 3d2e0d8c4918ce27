#pragma once

#include "reading.h"

#include "llama.h"

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
    /** Where the next cell goes; less than the count of cells after a picture with M-RoPE. */
    llama_pos next_position() const { return next_position_; }
    const std::string &key() const { return key_; }
    uint64_t last_used() const { return last_used_; }

    /** Gives the place to a conversation; a place that another one held is emptied. */
    void assign(const std::string &key, uint64_t now);

    /**
     * Keeps as much of what is computed as `prompt` begins with, forgets the rest, and says how many cells
     * that is, never ending inside a picture. At least one cell of the prompt is left to compute, since its
     * result begins the answer.
     */
    size_t keep_common_start(const Reading &prompt);

    /** Notes cells that the context has computed, and the positions they took. */
    void append(const PrefixToken *cells, size_t count, llama_pos position_count);

    /** After an aborted computation: forgets what was begun and not noted. */
    void drop_unnoted();

    void clear();

private:
    bool forget_from(size_t cell, llama_pos position);

    llama_context *context_;
    llama_seq_id id_;
    bool can_forget_end_;
    std::string key_;
    std::vector<PrefixToken> cells_;
    llama_pos next_position_ = 0;
    uint64_t last_used_ = 0;
};

} // namespace parley
