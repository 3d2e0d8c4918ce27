#include "sha256.h"

#include <algorithm>
#include <cstring>

namespace parley {

namespace {

constexpr std::array<uint32_t, 64> round_constants{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

uint32_t rotated(uint32_t value, unsigned bits) {
    return (value >> bits) | (value << (32 - bits));
}

uint32_t read_big_endian(const uint8_t *bytes) {
    return (uint32_t{bytes[0]} << 24) | (uint32_t{bytes[1]} << 16) | (uint32_t{bytes[2]} << 8) | bytes[3];
}

} // namespace

void Sha256::update(const void *bytes, size_t length) {
    if (length == 0) {
        return;
    }
    const auto *next = static_cast<const uint8_t *>(bytes);
    total_bytes_ += length;
    if (filled_ > 0) {
        const size_t count = std::min(length, block_.size() - filled_);
        std::memcpy(block_.data() + filled_, next, count);
        filled_ += count;
        next += count;
        length -= count;
        if (filled_ < block_.size()) {
            return;
        }
        compress(block_.data());
        filled_ = 0;
    }
    for (; length >= block_.size(); length -= block_.size(), next += block_.size()) {
        compress(next);
    }
    std::memcpy(block_.data(), next, length);
    filled_ = length;
}

Digest Sha256::finish() {
    const uint64_t total_bits = total_bytes_ * 8;
    std::array<uint8_t, 72> padding{0x80};
    const size_t zeros_end = (filled_ < 56 ? 56 : 120) - filled_;
    for (size_t index = 0; index < 8; index++) {
        padding[zeros_end + index] = static_cast<uint8_t>(total_bits >> (56 - 8 * index));
    }
    update(padding.data(), zeros_end + 8);
    Digest digest{};
    for (size_t index = 0; index < digest.size(); index++) {
        digest[index] = static_cast<uint8_t>(state_[index / 4] >> (24 - 8 * (index % 4)));
    }
    return digest;
}

void Sha256::compress(const uint8_t *block) {
    std::array<uint32_t, 64> words{};
    for (size_t index = 0; index < 16; index++) {
        words[index] = read_big_endian(block + 4 * index);
    }
    for (size_t index = 16; index < 64; index++) {
        const uint32_t early = words[index - 15];
        const uint32_t late = words[index - 2];
        words[index] = words[index - 16] + (rotated(early, 7) ^ rotated(early, 18) ^ (early >> 3)) +
                       words[index - 7] + (rotated(late, 17) ^ rotated(late, 19) ^ (late >> 10));
    }
    auto [a, b, c, d, e, f, g, h] = state_;
    for (size_t index = 0; index < 64; index++) {
        const uint32_t first = h + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) + ((e & f) ^ (~e & g)) +
                               round_constants[index] + words[index];
        const uint32_t second =
            (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
        h = g;
        g = f;
        f = e;
        e = d + first;
        d = c;
        c = b;
        b = a;
        a = first + second;
    }
    const std::array<uint32_t, 8> added{a, b, c, d, e, f, g, h};
    for (size_t index = 0; index < added.size(); index++) {
        state_[index] += added[index];
    }
}

Digest sha256(const void *bytes, size_t length) {
    Sha256 hash;
    hash.update(bytes, length);
    return hash.finish();
}

} // namespace parley
