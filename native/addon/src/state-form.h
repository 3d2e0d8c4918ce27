#pragma once

#include "attention-part.h"

#include <vector>

namespace parley {

/**
 * What a computed prefix consists of. `attention` can be cut back at any token; the others only at the end of
 * a prefix whose partial state was kept. A model whose state we do not understand is `uncacheable`.
 */
enum class StateKind { attention, sliding_window, recurrent, hybrid, uncacheable };

/** As `LoadedModel.stateKind` of index.d.ts. */
const char *name_of(StateKind kind);

/**
 * How the states of one context are made up, learnt from a sample, so that bytes can be judged before
 * llama.cpp sees them: it asserts where it should refuse. Without llama.cpp; any thread.
 */
class StateForm {
public:
    /**
     * From the whole and the partial state of one sequence of a few text tokens.
     * @throws StateError where they are not what a model of this kind should give
     */
    StateForm(StateKind kind, const std::vector<uint8_t> &whole, const std::vector<uint8_t> &partial);

    /** Bytes that each cell spends on its place in a picture. */
    uint32_t cell_extra_bytes() const { return attention_.extra_bytes; }

    /**
     * Passes over a state of this form with `cell_count` cells, at positions from 0 to before `end_position`.
     * A recurrent state has no cells; only its position counts. @throws StateError for all others
     */
    void check(const std::vector<uint8_t> &state, size_t cell_count, int32_t end_position) const;

private:
    StateKind kind_;
    uint32_t magic_;
    Attention attention_;
    Attention window_;
    size_t recurrent_bytes_ = 0;
};

} // namespace parley
