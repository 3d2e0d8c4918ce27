#pragma once

#include "byte-source.h"
#include "keyed-hash.h"
#include "prefix-token.h"

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

/**
 * The files of the prefix cache, as pure functions of bytes.
 *
 *     offset  bytes       what                                   numbers are little-endian
 *          0      8       "parleyst"
 *          8      4       version, 1
 *         12      4       kind: 1 block, 2 snapshot
 *         16     32       fingerprint of model, engine and settings
 *         48     16       id of this entry
 *         64     16       id of the block it stands on; zeros for the start of a sequence
 *         80      4       tokens of that block that come before
 *         84      4       token count: 1 to 256 for a block, 0 for a snapshot
 *         88      8       tokens before this entry
 *         96     32       hash of the path that leads here
 *        128      8       payload bytes
 *        136      4       bytes of a chunk, 131072
 *        140      4       chunk count
 *        144     16       nonce
 *        160    8 each    tokens
 *               16 each   SipHash-2-4-128 of each chunk of the payload
 *                 32      HMAC-SHA256 of all before, under the header key
 *                         payload, up to the end of the file
 *
 * Header key: HMAC-SHA256(installation's key, "parley state header"). Chunk key: the first 16 bytes of
 * HMAC-SHA256(installation's key, "parley state chunks" and the nonce). The tags stand under the header's
 * MAC, so no chunk can be changed, moved or taken from another file.
 *
 * Another kind of file says which blocks an owner uses:
 *
 *          0      8       "parleyow"
 *          8      4       version, 1
 *         12      4       entry count
 *         16     32       fingerprint
 *         48     32       the owner, as `owner_id` names it
 *         80   20 each    id of a block, and how many of its tokens are used (4 bytes)
 *                 32      HMAC-SHA256 of all before, under the header key
 */
namespace parley {

/** A file that is not what it should be. What it held is cold. */
class StateFileError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

using CacheKey = std::array<uint8_t, 32>;
using EntryId = std::array<uint8_t, 16>;

/** What files are made for and checked against. */
struct FileSeal {
    CacheKey key{};
    Digest fingerprint{};
};

enum class EntryKind : uint32_t { block = 1, snapshot = 2 };

/** Limits of what is read at all; a file beyond them is not ours. */
constexpr uint32_t max_file_tokens = 256;
constexpr uint64_t max_payload_bytes = 1ULL << 30U;
constexpr size_t state_chunk_bytes = 128UL * 1024;
constexpr uint64_t max_owner_file_bytes = 4ULL << 20U;

struct StateHeader {
    EntryKind kind = EntryKind::block;
    EntryId id{};
    EntryId parent{};
    uint32_t parent_tokens = 0;
    uint64_t depth = 0;
    Digest path_hash{};
    std::vector<PrefixToken> tokens;
    uint64_t payload_bytes = 0;
    EntryId nonce{};
    std::vector<SipTag> tags;
    /** Where the payload begins. */
    uint64_t header_bytes = 0;
};

/** Bytes of a whole file of so many tokens and so large a payload. */
uint64_t sealed_state_bytes(size_t token_count, uint64_t payload_bytes);

/** The header with its MAC, to be written before `payload`. Fills in `nonce`, `tags` and the sizes. */
std::vector<uint8_t> seal_state(StateHeader &header, const std::vector<uint8_t> &payload,
                                const FileSeal &seal);

/**
 * Reads and verifies a header; the payload is not looked at. Nothing is allocated that the file's own size
 * does not bear out. @throws StateFileError
 */
StateHeader read_state_header(ByteSource &source, const FileSeal &seal);

/** Reads and verifies the payload under a header from `read_state_header`. @throws StateFileError */
std::vector<uint8_t> read_state_payload(ByteSource &source, const StateHeader &header, const FileSeal &seal);

/** How much of a block an owner uses. */
struct BlockUse {
    EntryId block{};
    uint32_t token_count = 0;
};

struct OwnerRecord {
    Digest owner{};
    std::vector<BlockUse> uses;
};

/** A name for `owner_key` that tells nothing to who lacks the key. */
Digest owner_id(const std::string &owner_key, const CacheKey &key);

std::vector<uint8_t> seal_owner(const OwnerRecord &record, const FileSeal &seal);

/** @throws StateFileError */
OwnerRecord read_owner(ByteSource &source, const FileSeal &seal);

/** What stands at the end of a header or an owner's file: the MAC of all bytes before it. */
Digest header_mac(const FileSeal &seal, const uint8_t *bytes, size_t length);

/** 16 bytes of the system's randomness. */
EntryId random_id();

} // namespace parley
