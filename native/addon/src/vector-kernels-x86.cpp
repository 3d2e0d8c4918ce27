#include "vector-kernels.h"

#if defined(__x86_64__) || defined(_M_X64)

#include <immintrin.h>

#if defined(__GNUC__) && !defined(__clang__)
// GCC's own header starts "undefined" values from themselves and is warned of it (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

// The rest of the addon is built for every x86-64 processor: only these functions may use more, and only
// after the processor was asked. Microsoft's compiler takes any intrinsic anywhere.
#if defined(_MSC_VER) && !defined(__clang__)
#include <intrin.h>
#define PARLEY_TARGET(features)
#else
#define PARLEY_TARGET(features) __attribute__((target(features)))
#endif

namespace parley {

namespace {

PARLEY_TARGET("avx2")
int32_t sum_of_lanes(__m256i lanes) {
    __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1));
    sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, _MM_SHUFFLE(1, 0, 3, 2)));
    sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, _MM_SHUFFLE(2, 3, 0, 1)));
    return _mm_cvtsi128_si32(sum);
}

/**
 * VPDPBUSD multiplies unsigned by signed bytes and adds four products into 32 bits without saturation. Rows
 * become unsigned by flipping the sign bit, which adds 128 to every value; what that adds to a dot product,
 * 128 times the sum of the query, is the same for all rows and taken off at the end.
 */
PARLEY_TARGET("avx512f,avx512vnni")
void dots_avx512_vnni(const int8_t *query, const int8_t *rows, size_t row_bytes, size_t row_count,
                      int32_t *dots) {
    const __m512i sign_bits = _mm512_set1_epi8(static_cast<char>(0x80));
    __m512i excess = _mm512_setzero_si512();
    for (size_t offset = 0; offset < row_bytes; offset += sizeof(__m512i)) {
        excess = _mm512_dpbusd_epi32(excess, sign_bits, _mm512_loadu_si512(query + offset));
    }
    for (size_t row = 0; row < row_count; row++) {
        const int8_t *values = rows + row * row_bytes;
        __m512i sum = _mm512_setzero_si512();
        for (size_t offset = 0; offset < row_bytes; offset += sizeof(__m512i)) {
            const __m512i shifted = _mm512_xor_si512(_mm512_loadu_si512(values + offset), sign_bits);
            sum = _mm512_dpbusd_epi32(sum, shifted, _mm512_loadu_si512(query + offset));
        }
        dots[row] = _mm512_reduce_add_epi32(_mm512_sub_epi32(sum, excess));
    }
}

/**
 * VPMADDUBSW multiplies unsigned by signed bytes too, but saturates the sum of two products at 16 bits. With
 * |row| as the unsigned side and the query carrying the sign, a sum is at most 2 * 128 * 127 = 32,512: it
 * never saturates, so the result is exact.
 */
PARLEY_TARGET("avx2")
void dots_avx2(const int8_t *query, const int8_t *rows, size_t row_bytes, size_t row_count, int32_t *dots) {
    const __m256i ones = _mm256_set1_epi16(1);
    for (size_t row = 0; row < row_count; row++) {
        const int8_t *values = rows + row * row_bytes;
        __m256i sum = _mm256_setzero_si256();
        for (size_t offset = 0; offset < row_bytes; offset += sizeof(__m256i)) {
            const __m256i value = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(values + offset));
            const __m256i factor = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(query + offset));
            const __m256i pairs =
                _mm256_maddubs_epi16(_mm256_abs_epi8(value), _mm256_sign_epi8(factor, value));
            sum = _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, ones));
        }
        dots[row] = sum_of_lanes(sum);
    }
}

struct Features {
    bool has_avx2 = false;
    bool has_avx512_vnni = false;
};

#if defined(_MSC_VER) && !defined(__clang__)

/** What the processor has and the system saves at a thread switch (Intel SDM vol. 1, 13.3 and 15.2). */
Features processor_features() {
    constexpr unsigned long long avx_state = 0x06;
    constexpr unsigned long long avx512_state = 0xe6;
    int registers[4] = {};
    __cpuid(registers, 0);
    const int last_leaf = registers[0];
    __cpuid(registers, 1);
    const bool can_ask_state = (registers[2] & (1 << 27)) != 0;
    if (last_leaf < 7 || !can_ask_state) {
        return {};
    }
    const unsigned long long saved_state = _xgetbv(0);
    __cpuidex(registers, 7, 0);
    Features features;
    features.has_avx2 = (registers[1] & (1 << 5)) != 0 && (saved_state & avx_state) == avx_state;
    features.has_avx512_vnni = (registers[1] & (1 << 16)) != 0 && (registers[2] & (1 << 11)) != 0 &&
                               (saved_state & avx512_state) == avx512_state;
    return features;
}

#else

Features processor_features() {
    __builtin_cpu_init();
    Features features;
    features.has_avx2 = __builtin_cpu_supports("avx2") != 0;
    features.has_avx512_vnni =
        __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512vnni") != 0;
    return features;
}

#endif

} // namespace

std::vector<DotKernel> x86_kernels() {
    const Features features = processor_features();
    std::vector<DotKernel> kernels;
    if (features.has_avx512_vnni) {
        kernels.push_back({"avx512-vnni", dots_avx512_vnni});
    }
    if (features.has_avx2) {
        kernels.push_back({"avx2", dots_avx2});
    }
    return kernels;
}

} // namespace parley

#else

namespace parley {

std::vector<DotKernel> x86_kernels() {
    return {};
}

} // namespace parley

#endif
