#pragma once

#include "block-slice.h"

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

/**
 * The bytes of a llama.cpp v0.5.0 sequence state, without llama.cpp: pure functions of bytes, on any thread.
 *
 *     state   = header, attention part, partial part
 *     header  = magic u32, sequence id i32
 *
 * The attention part holds one entry per cell (position, and where it looked in a picture) and then, layer by
 * layer, the keys of all cells and the values of all cells. It can be cut and joined by cells. The partial
 * part is what recurrent and windowed layers remember; it fits the end of its prefix alone, and stays in one
 * piece. llama.cpp writes cells in the order they lie in; a block holds them in the order of their positions.
 *
 *     block   = magic u32, bytes of a cell's picture position u32, llama.cpp's magic u32, attention part
 *
 * A model without attention has blocks of no bytes at all.
 *
 * Numbers are little-endian on every machine that we build for.
 */
namespace parley {

/** Bytes that are not what they should be; what the caller had is cold. */
class StateError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/** Bytes of the header in front of a state. */
constexpr size_t state_header_bytes = 8;

/**
 * Where the attention part of `state` ends, header included, given the size of its partial state (which has
 * a header of its own). @throws StateError where the partial is larger than the whole
 */
size_t attention_end(size_t state_bytes, size_t partial_bytes);

/**
 * How many bytes the attention part of `state` (its first `end` bytes) spends on a cell's place in a picture:
 * 0 or 12. @throws StateError where the bytes are no attention part of either form, up to exactly `end`
 */
uint32_t find_cell_extra_bytes(const std::vector<uint8_t> &state, size_t end);

/**
 * Makes a block of the attention part of `state`, with its cells by rising position (in a picture: from the
 * top left). Equal states give equal blocks, whichever sequence and cells they lay in.
 * @throws StateError, also where no cell is at `first_position` or one is before it
 */
std::vector<uint8_t> make_block(const std::vector<uint8_t> &state, size_t end, uint32_t cell_extra_bytes,
                                int32_t first_position);

/** Cells in a block. @throws StateError where it is none */
size_t count_block_cells(const uint8_t *block, size_t size);

/** A block of the slice's cells alone. @throws StateError */
std::vector<uint8_t> cut_block(const BlockSlice &slice);

/**
 * Joins slices, in the order of their positions, and the partial state at their end, to one state that
 * `SequenceState::restore` takes. Where all slices are empty (a recurrent model) the partial state is all of
 * it. Never reads outside the slices. @throws StateError where blocks are broken or do not belong together
 */
std::vector<uint8_t> merge_state(const std::vector<BlockSlice> &slices, const std::vector<uint8_t> *partial);

} // namespace parley
