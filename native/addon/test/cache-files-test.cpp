#include "cache-test-kit.h"
#include "test-kit.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace parley::test {

namespace {

FileSeal test_seal() {
    FileSeal seal;
    seal.key.fill(1);
    seal.fingerprint.fill(2);
    return seal;
}

CacheBytes state_file(const CacheBytes &payload, size_t token_count) {
    StateHeader header;
    header.id = random_id();
    header.tokens = tokens_from(7, token_count);
    CacheBytes bytes = seal_state(header, payload, test_seal());
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    return bytes;
}

/** The payload, or the reason against it. */
std::pair<std::optional<CacheBytes>, std::string> opened(const CacheBytes &file, const FileSeal &seal) {
    MemorySource source(file.data(), file.size());
    try {
        return {read_state_payload(source, read_state_header(source, seal), seal), ""};
    } catch (const StateFileError &error) {
        return {std::nullopt, error.what()};
    }
}

bool is_refused(const CacheBytes &file) {
    return !opened(file, test_seal()).first.has_value();
}

CacheBytes pattern(size_t count) {
    CacheBytes bytes(count);
    for (size_t index = 0; index < count; index++) {
        bytes[index] = static_cast<uint8_t>(index * 31 + index / state_chunk_bytes);
    }
    return bytes;
}

} // namespace

TEST("a state file gives back what was put in, whatever its size") {
    const size_t chunk = state_chunk_bytes;
    for (const size_t size : {size_t{0}, size_t{1}, chunk - 1, chunk, chunk + 1, 3 * chunk + 5}) {
        const CacheBytes payload = pattern(size);
        CHECK(opened(state_file(payload, 3), test_seal()).first == payload);
    }
}

TEST("a state file cut at any byte is refused") {
    const CacheBytes file = state_file(pattern(100), 2);
    for (size_t length = 0; length < file.size(); length++) {
        CHECK(is_refused(CacheBytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(length))));
    }
}

TEST("a state file cut around the border of every chunk is refused") {
    const CacheBytes payload = pattern(3 * state_chunk_bytes + 5);
    const CacheBytes file = state_file(payload, 1);
    const size_t start = file.size() - payload.size();
    for (size_t chunk = 0; chunk <= 3; chunk++) {
        for (const size_t length : {start + chunk * state_chunk_bytes - 1, start + chunk * state_chunk_bytes,
                                    start + chunk * state_chunk_bytes + 1}) {
            CHECK(is_refused(CacheBytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(length))));
        }
    }
}

TEST("a state file with a byte too many is refused") {
    CacheBytes file = state_file(pattern(100), 2);
    file.push_back(0);
    CHECK(is_refused(file));
}

TEST("every flipped bit of a state file is noticed") {
    const CacheBytes file = state_file(pattern(70), 2);
    for (size_t bit = 0; bit < file.size() * 8; bit++) {
        CacheBytes flipped = file;
        flipped[bit / 8] ^= static_cast<uint8_t>(1U << (bit % 8));
        CHECK(is_refused(flipped));
    }
}

TEST("chunks of a state file that change places, or come from another file, are noticed") {
    const CacheBytes payload = pattern(2 * state_chunk_bytes);
    CacheBytes swapped = state_file(payload, 1);
    const auto start = swapped.end() - static_cast<std::ptrdiff_t>(payload.size());
    std::swap_ranges(start, start + state_chunk_bytes, start + state_chunk_bytes);
    CHECK(is_refused(swapped));
    CacheBytes mixed = state_file(payload, 1);
    const CacheBytes other = state_file(payload, 1);
    std::copy_n(other.begin(), other.size() - payload.size(), mixed.begin());
    CHECK(!is_refused(mixed)); // the other file's header with the other file's payload, which is the same
    mixed = state_file(CacheBytes(payload.size(), 7), 1);
    std::copy_n(other.begin(), other.size() - payload.size(), mixed.begin());
    CHECK(is_refused(mixed));
}

TEST("a state file under another key or for another model is refused") {
    const CacheBytes file = state_file(pattern(10), 1);
    FileSeal other_key = test_seal();
    other_key.key[31] ^= 1;
    CHECK_EQUAL(opened(file, other_key).second, std::string("the file was not written by this installation"));
    FileSeal other_model = test_seal();
    other_model.fingerprint[0] ^= 1;
    CHECK_EQUAL(opened(file, other_model).second, std::string("made for another model"));
    CHECK(opened(file, test_seal()).first.has_value());
}

TEST("lengths that would not fit are refused before memory is taken") {
    const CacheBytes file = state_file(pattern(10), 1);
    for (const size_t field : {size_t{84}, size_t{128}, size_t{132}, size_t{136}, size_t{140}}) {
        CacheBytes huge = file;
        for (size_t index = field; index < field + 4; index++) {
            huge[index] = 0xff;
        }
        CHECK(is_refused(huge));
    }
}

TEST("two files of the same state share no tag: each has a key of its own") {
    const CacheBytes one = state_file(pattern(100), 1);
    const CacheBytes two = state_file(pattern(100), 1);
    const auto tag = [](const CacheBytes &file) {
        return CacheBytes(file.begin() + 168, file.begin() + 184);
    };
    CHECK(tag(one) != tag(two));
}

TEST("an owner's file gives back what was put in, and nothing once a bit is flipped or a byte is missing") {
    OwnerRecord record;
    record.owner.fill(9);
    record.uses = {{random_id(), 3}, {random_id(), 256}};
    const CacheBytes file = seal_owner(record, test_seal());
    const auto is_read = [](const CacheBytes &bytes) {
        MemorySource source(bytes.data(), bytes.size());
        try {
            return read_owner(source, test_seal()).uses.size() == 2;
        } catch (const StateFileError &) {
            return false;
        }
    };
    CHECK(is_read(file));
    for (size_t bit = 0; bit < file.size() * 8; bit++) {
        CacheBytes flipped = file;
        flipped[bit / 8] ^= static_cast<uint8_t>(1U << (bit % 8));
        CHECK(!is_read(flipped));
    }
    for (size_t length = 0; length < file.size(); length++) {
        CHECK(!is_read(CacheBytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(length))));
    }
}

TEST("an owner's name on disk is not its key, and differs between installations") {
    CacheKey key{};
    CacheKey other{};
    other[0] = 1;
    CHECK(owner_id("conversation", key) != owner_id("conversation", other));
    CHECK(owner_id("conversation", key) != owner_id("conversatiom", key));
}

} // namespace parley::test
