#pragma once

#include <cstddef>
#include <cstdint>

namespace parley {

/**
 * Part of one block of attention state: `token_count` cells (1 or more) from the `first_token`th on. The
 * bytes are those of a whole block, as `SequenceState::capture_range` made it; borrowed.
 */
struct BlockSlice {
    const uint8_t *data;
    size_t size;
    size_t first_token;
    size_t token_count;
};

} // namespace parley
