#pragma once

#include <cstdint>

namespace parley {

/**
 * What one cell of a sequence holds, as the cache compares it: the id of a text token, or a cell of a
 * picture (top bit set, then 63 bits of a hash over the picture's content, the cell's index and their count).
 * Two equal prefixes of these were computed from the same input.
 */
using PrefixToken = uint64_t;

constexpr PrefixToken picture_bit = PrefixToken{1} << 63U;

inline bool is_picture(PrefixToken token) {
    return (token & picture_bit) != 0;
}

inline PrefixToken to_prefix_token(int32_t token) {
    return static_cast<PrefixToken>(static_cast<uint32_t>(token));
}

/** Only for text. */
inline int32_t to_llama_token(PrefixToken token) {
    return static_cast<int32_t>(static_cast<uint32_t>(token));
}

} // namespace parley
