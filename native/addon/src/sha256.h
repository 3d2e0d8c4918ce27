#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace parley {

/** A hash of 32 bytes. */
using Digest = std::array<uint8_t, 32>;

/** SHA-256 (FIPS 180-4) of bytes that come in pieces. Pure; one thread at a time. */
class Sha256 {
public:
    void update(const void *bytes, size_t length);

    /** The hash of everything so far. Call once, last. */
    Digest finish();

private:
    void compress(const uint8_t *block);

    std::array<uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                   0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::array<uint8_t, 64> block_{};
    size_t filled_ = 0;
    uint64_t total_bytes_ = 0;
};

/** SHA-256 of bytes that lie together. */
Digest sha256(const void *bytes, size_t length);

} // namespace parley
