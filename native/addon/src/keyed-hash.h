#pragma once

#include "sha256.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace parley {

/** HMAC-SHA256 (RFC 2104) of bytes that lie together, under a key of any length. */
Digest hmac_sha256(const void *key, size_t key_bytes, const void *bytes, size_t length);

using SipKey = std::array<uint8_t, 16>;
using SipTag = std::array<uint8_t, 16>;

/**
 * SipHash-2-4 with 128 bits of output (Aumasson and Bernstein, 2012): a MAC as long as the key is secret,
 * and several times as fast as SHA-256 without special instructions.
 */
SipTag siphash128(const SipKey &key, const void *bytes, size_t length);

/** Whether two secrets of one length are equal; the time tells nothing about where they differ. */
bool is_equal_secretly(const void *left, const void *right, size_t length);

} // namespace parley
