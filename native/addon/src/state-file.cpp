#include "state-file.h"

#include "little-endian.h"

#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <string_view>

namespace parley {

namespace {

constexpr std::string_view state_magic = "parleyst";
constexpr std::string_view owner_magic = "parleyow";
constexpr uint32_t format_version = 1;
constexpr size_t fixed_header_bytes = 160;
constexpr size_t fixed_owner_bytes = 80;
constexpr size_t use_bytes = sizeof(EntryId) + sizeof(uint32_t);
constexpr size_t mac_bytes = sizeof(Digest);

[[noreturn]] void refuse(const char *reason) {
    throw StateFileError(reason);
}

void require(bool is_right, const char *reason) {
    if (!is_right) {
        refuse(reason);
    }
}

Digest derived(const CacheKey &key, std::string_view purpose, const EntryId *nonce) {
    std::vector<uint8_t> message(purpose.begin(), purpose.end());
    if (nonce != nullptr) {
        message.insert(message.end(), nonce->begin(), nonce->end());
    }
    return hmac_sha256(key.data(), key.size(), message.data(), message.size());
}

SipKey chunk_key(const FileSeal &seal, const EntryId &nonce) {
    const Digest whole = derived(seal.key, "parley state chunks", &nonce);
    SipKey key{};
    std::copy_n(whole.begin(), key.size(), key.begin());
    return key;
}

uint64_t chunk_count(uint64_t payload_bytes) {
    return (payload_bytes + state_chunk_bytes - 1) / state_chunk_bytes;
}

uint64_t header_length(uint64_t token_count, uint64_t chunks) {
    return fixed_header_bytes + token_count * sizeof(PrefixToken) + chunks * sizeof(SipTag) + mac_bytes;
}

size_t chunk_length(uint64_t payload_bytes, size_t chunk) {
    const uint64_t start = uint64_t{chunk} * state_chunk_bytes;
    return static_cast<size_t>(std::min<uint64_t>(state_chunk_bytes, payload_bytes - start));
}

/** `length` bytes, of which the last 32 are the MAC of the others. */
std::vector<uint8_t> read_sealed(ByteSource &source, size_t length, const FileSeal &seal) {
    std::vector<uint8_t> bytes(length);
    require(source.read(0, bytes.data(), length), "the file ends too early");
    const Digest mac = header_mac(seal, bytes.data(), length - mac_bytes);
    require(is_equal_secretly(mac.data(), bytes.data() + length - mac_bytes, mac_bytes),
            "the file was not written by this installation");
    return bytes;
}

struct Sizes {
    uint32_t token_count;
    uint64_t payload_bytes;
    uint32_t chunk_count;
    size_t header_bytes;
};

/** Looks at no more than is needed to know how long the header is. */
Sizes read_sizes(ByteSource &source) {
    std::array<uint8_t, fixed_header_bytes> fixed{};
    require(source.read(0, fixed.data(), fixed.size()), "too short for a header");
    ByteReader reader(fixed.data(), fixed.size());
    require(std::memcmp(reader.take(state_magic.size()), state_magic.data(), state_magic.size()) == 0,
            "no state file");
    require(reader.u32() == format_version, "another version");
    Sizes sizes{};
    sizes.token_count = read_u32(fixed.data() + 84);
    sizes.payload_bytes = read_u64(fixed.data() + 128);
    sizes.chunk_count = read_u32(fixed.data() + 140);
    require(sizes.token_count <= max_file_tokens, "too many tokens");
    require(sizes.payload_bytes <= max_payload_bytes, "the payload is too large");
    require(read_u32(fixed.data() + 136) == state_chunk_bytes, "chunks of another size");
    require(sizes.chunk_count == chunk_count(sizes.payload_bytes), "the wrong number of chunks");
    sizes.header_bytes = static_cast<size_t>(header_length(sizes.token_count, sizes.chunk_count));
    require(source.size() == sizes.header_bytes + sizes.payload_bytes, "the file has another length");
    return sizes;
}

void check_sense(const StateHeader &header, const Digest &fingerprint, const FileSeal &seal) {
    require(fingerprint == seal.fingerprint, "made for another model");
    const bool is_block = header.kind == EntryKind::block;
    require(is_block || header.kind == EntryKind::snapshot, "an unknown kind");
    require(is_block == !header.tokens.empty(), "the wrong number of tokens for its kind");
    require(header.parent_tokens <= max_file_tokens && header.depth >= header.parent_tokens,
            "stands on more tokens than there are");
}

} // namespace

uint64_t sealed_state_bytes(size_t token_count, uint64_t payload_bytes) {
    return header_length(token_count, chunk_count(payload_bytes)) + payload_bytes;
}

std::vector<uint8_t> seal_state(StateHeader &header, const std::vector<uint8_t> &payload,
                                const FileSeal &seal) {
    header.payload_bytes = payload.size();
    header.nonce = random_id();
    header.tags.clear();
    const SipKey key = chunk_key(seal, header.nonce);
    for (size_t chunk = 0; chunk < chunk_count(payload.size()); chunk++) {
        header.tags.push_back(
            siphash128(key, payload.data() + chunk * state_chunk_bytes, chunk_length(payload.size(), chunk)));
    }
    ByteWriter writer;
    writer.bytes(state_magic.data(), state_magic.size());
    writer.u32(format_version);
    writer.u32(static_cast<uint32_t>(header.kind));
    writer.bytes(seal.fingerprint);
    writer.bytes(header.id);
    writer.bytes(header.parent);
    writer.u32(header.parent_tokens);
    writer.u32(static_cast<uint32_t>(header.tokens.size()));
    writer.u64(header.depth);
    writer.bytes(header.path_hash);
    writer.u64(header.payload_bytes);
    writer.u32(state_chunk_bytes);
    writer.u32(static_cast<uint32_t>(header.tags.size()));
    writer.bytes(header.nonce);
    for (const PrefixToken token : header.tokens) {
        writer.u64(token);
    }
    for (const SipTag &tag : header.tags) {
        writer.bytes(tag);
    }
    writer.bytes(header_mac(seal, writer.written().data(), writer.written().size()));
    header.header_bytes = writer.written().size();
    return writer.written();
}

StateHeader read_state_header(ByteSource &source, const FileSeal &seal) {
    const Sizes sizes = read_sizes(source);
    const std::vector<uint8_t> bytes = read_sealed(source, sizes.header_bytes, seal);
    // The same bytes are read a second time from here on: the file may have changed since `read_sizes`.
    require(read_u32(bytes.data() + 84) == sizes.token_count &&
                read_u64(bytes.data() + 128) == sizes.payload_bytes,
            "the file changed while it was read");
    ByteReader reader(bytes.data(), bytes.size());
    reader.take(state_magic.size() + sizeof(format_version));
    StateHeader header;
    header.kind = static_cast<EntryKind>(reader.u32());
    Digest fingerprint{};
    reader.copy(fingerprint);
    reader.copy(header.id);
    reader.copy(header.parent);
    header.parent_tokens = reader.u32();
    reader.u32();
    header.depth = reader.u64();
    reader.copy(header.path_hash);
    header.payload_bytes = reader.u64();
    reader.u64();
    reader.copy(header.nonce);
    header.tokens.resize(sizes.token_count);
    for (PrefixToken &token : header.tokens) {
        token = reader.u64();
    }
    header.tags.resize(sizes.chunk_count);
    for (SipTag &tag : header.tags) {
        reader.copy(tag);
    }
    header.header_bytes = sizes.header_bytes;
    check_sense(header, fingerprint, seal);
    return header;
}

std::vector<uint8_t> read_state_payload(ByteSource &source, const StateHeader &header, const FileSeal &seal) {
    std::vector<uint8_t> payload(static_cast<size_t>(header.payload_bytes));
    const SipKey key = chunk_key(seal, header.nonce);
    for (size_t chunk = 0; chunk < header.tags.size(); chunk++) {
        uint8_t *bytes = payload.data() + chunk * state_chunk_bytes;
        const size_t length = chunk_length(payload.size(), chunk);
        require(source.read(header.header_bytes + chunk * state_chunk_bytes, bytes, length),
                "the payload ends too early");
        const SipTag tag = siphash128(key, bytes, length);
        require(is_equal_secretly(tag.data(), header.tags[chunk].data(), tag.size()),
                "the payload was changed");
    }
    return payload;
}

Digest owner_id(const std::string &owner_key, const CacheKey &key) {
    const Digest naming = derived(key, "parley owner name", nullptr);
    return hmac_sha256(naming.data(), naming.size(), owner_key.data(), owner_key.size());
}

std::vector<uint8_t> seal_owner(const OwnerRecord &record, const FileSeal &seal) {
    ByteWriter writer;
    writer.bytes(owner_magic.data(), owner_magic.size());
    writer.u32(format_version);
    writer.u32(static_cast<uint32_t>(record.uses.size()));
    writer.bytes(seal.fingerprint);
    writer.bytes(record.owner);
    for (const BlockUse &use : record.uses) {
        writer.bytes(use.block);
        writer.u32(use.token_count);
    }
    writer.bytes(header_mac(seal, writer.written().data(), writer.written().size()));
    return writer.written();
}

OwnerRecord read_owner(ByteSource &source, const FileSeal &seal) {
    constexpr size_t around_bytes = fixed_owner_bytes + mac_bytes;
    require(source.size() >= around_bytes && source.size() <= max_owner_file_bytes, "no length for an owner");
    const std::vector<uint8_t> bytes = read_sealed(source, static_cast<size_t>(source.size()), seal);
    ByteReader reader(bytes.data(), bytes.size());
    require(std::memcmp(reader.take(owner_magic.size()), owner_magic.data(), owner_magic.size()) == 0,
            "no owner file");
    require(reader.u32() == format_version, "another version");
    const uint32_t count = reader.u32();
    require(bytes.size() == around_bytes + uint64_t{count} * use_bytes, "the wrong number of blocks");
    Digest fingerprint{};
    reader.copy(fingerprint);
    require(fingerprint == seal.fingerprint, "made for another model");
    OwnerRecord record;
    reader.copy(record.owner);
    record.uses.resize(count);
    for (BlockUse &use : record.uses) {
        reader.copy(use.block);
        use.token_count = reader.u32();
    }
    return record;
}

Digest header_mac(const FileSeal &seal, const uint8_t *bytes, size_t length) {
    const Digest key = derived(seal.key, "parley state header", nullptr);
    return hmac_sha256(key.data(), key.size(), bytes, length);
}

EntryId random_id() {
    std::random_device device;
    EntryId id{};
    for (size_t index = 0; index < id.size(); index += 4) {
        write_u32(id.data() + index, device());
    }
    return id;
}

} // namespace parley
