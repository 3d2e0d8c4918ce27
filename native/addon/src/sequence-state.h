#pragma once

#include "llama.h"
#include "state-form.h"

#include <memory>
#include <vector>

namespace parley {

/**
 * Takes computed prefixes out of a context as bytes and brings them back. Engine thread, between two calls of
 * llama_decode; borrows the context, whose memory is unified (`kv_unified`). Positions are llama.cpp's:
 * a text token takes one, and so does each cell of a picture, except in models with picture positions
 * (M-RoPE), where all cells of a picture share one and a range that ends inside it takes all or none.
 *
 * Whatever was captured can be restored to any sequence, in any context of the same model, build and KV
 * types.
 */
class SequenceState {
public:
    /**
     * Learns what states of this context look like, by computing two tokens in `spare_id` right after
     * loading. That sequence (below `n_seq_max`) is this object's own from then on, and empty between calls.
     */
    SequenceState(llama_context *context, llama_seq_id spare_id);

    StateKind kind() const { return kind_; }

    /** Whether prefixes are kept in blocks: all but recurrent models and those that cannot be kept. */
    bool has_blocks() const { return kind_ != StateKind::recurrent && kind_ != StateKind::uncacheable; }

    /** Whether a prefix can only be restored where a partial state was captured at its end. */
    bool needs_partial() const { return has_partial() && kind_ != StateKind::uncacheable; }

    /**
     * The attention state of the cells at positions [from, to) as a block; nothing is computed. The cells
     * must be there: capture before the sequence is cut back or cleared. Costs a copy of these cells, and in
     * a hybrid or windowed model a copy of the partial state too. No bytes in a recurrent model. @throws
     * StateError
     */
    std::vector<uint8_t> capture_range(llama_seq_id id, llama_pos from, llama_pos to);

    /**
     * What recurrent and windowed layers remember at the end of the sequence as it is now: it fits no other
     * length. Moves a window to the cells where `restore` would put it, so that going on gives the same bits
     * with and without a restore between. Only with `needs_partial`. @throws StateError; the sequence is
     * empty then where it was windowed
     */
    std::vector<uint8_t> capture_partial(llama_seq_id id);

    /**
     * Replaces what is in the sequence by `state` (as `merge_state` made it), which must hold `cell_count`
     * cells and end before `end_position`. Other sequences keep their cells. False where the bytes do not fit
     * or the context has no room: the sequence is empty then.
     */
    bool restore(llama_seq_id id, const std::vector<uint8_t> &state, size_t cell_count,
                 llama_pos end_position);

    /**
     * Lets `to` begin with the cells of `from` before `end_position`, without a copy: both then count for one
     * in the context until they part. What was in `to` is gone. Attention models only; false for the others.
     */
    bool share(llama_seq_id from, llama_seq_id to, llama_pos end_position);

private:
    bool has_partial() const { return kind_ != StateKind::attention; }
    void lay_window_anew(llama_seq_id id, const std::vector<uint8_t> &partial);
    void clear(llama_seq_id id);

    llama_context *context_;
    llama_memory_t memory_;
    llama_seq_id spare_id_;
    StateKind kind_ = StateKind::uncacheable;
    std::unique_ptr<StateForm> form_;
};

} // namespace parley
