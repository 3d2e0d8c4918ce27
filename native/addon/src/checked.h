#pragma once

#include <cstdint>
#include <limits>
#include <optional>

namespace parley {

/** `a + b`, or nothing where it does not fit. No compiler builtin, so that MSVC builds the same code. */
inline std::optional<uint64_t> checked_add(uint64_t a, uint64_t b) {
    if (b > std::numeric_limits<uint64_t>::max() - a) {
        return std::nullopt;
    }
    return a + b;
}

/** `a * b`, or nothing where it does not fit. */
inline std::optional<uint64_t> checked_multiply(uint64_t a, uint64_t b) {
    if (a != 0 && b > std::numeric_limits<uint64_t>::max() / a) {
        return std::nullopt;
    }
    return a * b;
}

/** `value` rounded up to a multiple of `alignment` (1 or more), or nothing where it does not fit. */
inline std::optional<uint64_t> checked_pad(uint64_t value, uint64_t alignment) {
    const uint64_t rest = value % alignment;
    return rest == 0 ? std::optional<uint64_t>(value) : checked_add(value, alignment - rest);
}

} // namespace parley
