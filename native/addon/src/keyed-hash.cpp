#include "keyed-hash.h"

#include "little-endian.h"

#include <cstring>

namespace parley {

namespace {

constexpr size_t sha_block_bytes = 64;

uint64_t rotated(uint64_t value, unsigned bits) {
    return (value << bits) | (value >> (64 - bits));
}

struct SipState {
    uint64_t a;
    uint64_t b;
    uint64_t c;
    uint64_t d;

    void round() {
        a += b;
        b = rotated(b, 13) ^ a;
        a = rotated(a, 32);
        c += d;
        d = rotated(d, 16) ^ c;
        a += d;
        d = rotated(d, 21) ^ a;
        c += b;
        b = rotated(b, 17) ^ c;
        c = rotated(c, 32);
    }

    void absorb(uint64_t word) {
        d ^= word;
        round();
        round();
        a ^= word;
    }

    uint64_t finish() {
        round();
        round();
        round();
        round();
        return a ^ b ^ c ^ d;
    }
};

} // namespace

Digest hmac_sha256(const void *key, size_t key_bytes, const void *bytes, size_t length) {
    std::array<uint8_t, sha_block_bytes> inner{};
    if (key_bytes > inner.size()) {
        const Digest short_key = sha256(key, key_bytes);
        std::memcpy(inner.data(), short_key.data(), short_key.size());
    } else if (key_bytes > 0) {
        std::memcpy(inner.data(), key, key_bytes);
    }
    std::array<uint8_t, sha_block_bytes> outer = inner;
    for (size_t index = 0; index < inner.size(); index++) {
        inner[index] ^= 0x36;
        outer[index] ^= 0x5c;
    }
    Sha256 inner_hash;
    inner_hash.update(inner.data(), inner.size());
    inner_hash.update(bytes, length);
    const Digest inner_digest = inner_hash.finish();
    Sha256 outer_hash;
    outer_hash.update(outer.data(), outer.size());
    outer_hash.update(inner_digest.data(), inner_digest.size());
    return outer_hash.finish();
}

SipTag siphash128(const SipKey &key, const void *bytes, size_t length) {
    const uint64_t low = read_u64(key.data());
    const uint64_t high = read_u64(key.data() + 8);
    SipState state{low ^ 0x736f6d6570736575, high ^ 0x646f72616e646f6d ^ 0xee, low ^ 0x6c7967656e657261,
                   high ^ 0x7465646279746573};
    const auto *next = static_cast<const uint8_t *>(bytes);
    const size_t whole = length - length % 8;
    for (size_t at = 0; at < whole; at += 8) {
        state.absorb(read_u64(next + at));
    }
    std::array<uint8_t, 8> rest{};
    if (length > whole) {
        std::memcpy(rest.data(), next + whole, length - whole);
    }
    rest[7] = static_cast<uint8_t>(length);
    state.absorb(read_u64(rest.data()));
    SipTag tag{};
    state.c ^= 0xee;
    write_u64(tag.data(), state.finish());
    state.b ^= 0xdd;
    write_u64(tag.data() + 8, state.finish());
    return tag;
}

bool is_equal_secretly(const void *left, const void *right, size_t length) {
    const auto *first = static_cast<const volatile uint8_t *>(left);
    const auto *second = static_cast<const volatile uint8_t *>(right);
    uint8_t difference = 0;
    for (size_t index = 0; index < length; index++) {
        difference = static_cast<uint8_t>(difference | (first[index] ^ second[index]));
    }
    return difference == 0;
}

} // namespace parley
