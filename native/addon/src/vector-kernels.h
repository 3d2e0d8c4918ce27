#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace parley {

/** Rows of int8 are padded with zeros to a multiple of this, so that no kernel needs a remainder. */
constexpr size_t vector_row_alignment = 64;

/**
 * One way to multiply int8 vectors. All kernels give the same integers; they differ in the instructions
 * they need. Any thread; nothing is kept between calls.
 */
struct DotKernel {
    const char *name;

    /**
     * Writes the dot product of `query` with each of `row_count` rows, which follow each other in memory.
     * `row_bytes` is a multiple of `vector_row_alignment` and at most 2^16. Rows may hold any int8; values of
     * the query lie in [-127, 127]: -128 has no opposite in a byte, which the AVX2 kernel needs.
     */
    void (*dots)(const int8_t *query, const int8_t *rows, size_t row_bytes, size_t row_count, int32_t *dots);
};

/** The kernels this processor can run, the fastest first; the last is always `scalar`. */
std::vector<DotKernel> available_kernels();

/** Those of x86-64 and Arm; empty on the other. */
std::vector<DotKernel> x86_kernels();
std::vector<DotKernel> arm_kernels();

} // namespace parley
