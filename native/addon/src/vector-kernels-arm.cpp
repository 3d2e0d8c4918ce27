#include "vector-kernels.h"

#if defined(__aarch64__) || defined(_M_ARM64)

#include <arm_neon.h>

#if defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#elif defined(_WIN32)
#include <windows.h>
#endif

#if defined(_MSC_VER) && !defined(__clang__)
#define PARLEY_TARGET(features)
#elif defined(__clang__)
#define PARLEY_TARGET(features) __attribute__((target(features)))
#else
#define PARLEY_TARGET(features) __attribute__((target("arch=armv8.2-a+" features)))
#endif

namespace parley {

namespace {

/** SDOT adds four products of signed bytes into 32 bits. */
PARLEY_TARGET("dotprod")
void dots_neon_dotprod(const int8_t *query, const int8_t *rows, size_t row_bytes, size_t row_count,
                       int32_t *dots) {
    for (size_t row = 0; row < row_count; row++) {
        const int8_t *values = rows + row * row_bytes;
        int32x4_t even = vdupq_n_s32(0);
        int32x4_t odd = vdupq_n_s32(0);
        for (size_t offset = 0; offset < row_bytes; offset += 2 * sizeof(int8x16_t)) {
            even = vdotq_s32(even, vld1q_s8(query + offset), vld1q_s8(values + offset));
            odd = vdotq_s32(odd, vld1q_s8(query + offset + sizeof(int8x16_t)),
                            vld1q_s8(values + offset + sizeof(int8x16_t)));
        }
        dots[row] = vaddvq_s32(vaddq_s32(even, odd));
    }
}

/** Every Armv8 processor: a product fits in 16 bits, and pairs are added into 32. */
void dots_neon(const int8_t *query, const int8_t *rows, size_t row_bytes, size_t row_count, int32_t *dots) {
    for (size_t row = 0; row < row_count; row++) {
        const int8_t *values = rows + row * row_bytes;
        int32x4_t low = vdupq_n_s32(0);
        int32x4_t high = vdupq_n_s32(0);
        for (size_t offset = 0; offset < row_bytes; offset += sizeof(int8x16_t)) {
            const int8x16_t value = vld1q_s8(values + offset);
            const int8x16_t factor = vld1q_s8(query + offset);
            low = vpadalq_s16(low, vmull_s8(vget_low_s8(factor), vget_low_s8(value)));
            high = vpadalq_s16(high, vmull_high_s8(factor, value));
        }
        dots[row] = vaddvq_s32(vaddq_s32(low, high));
    }
}

bool has_dotprod() {
#if defined(__APPLE__)
    return true; // since the first Apple silicon
#elif defined(__linux__)
    return (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0;
#elif defined(_WIN32)
    return IsProcessorFeaturePresent(PF_ARM_V82_DP_INSTRUCTIONS_AVAILABLE) != 0;
#else
    return false;
#endif
}

} // namespace

std::vector<DotKernel> arm_kernels() {
    std::vector<DotKernel> kernels;
    if (has_dotprod()) {
        kernels.push_back({"neon-dotprod", dots_neon_dotprod});
    }
    kernels.push_back({"neon", dots_neon});
    return kernels;
}

} // namespace parley

#else

namespace parley {

std::vector<DotKernel> arm_kernels() {
    return {};
}

} // namespace parley

#endif
