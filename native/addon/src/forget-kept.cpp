#include "forget-kept.h"

#include "prefix-cache.h"
#include "state-layout.h"

#include <cstdint>
#include <filesystem>
#include <future>
#include <limits>
#include <memory>
#include <stdexcept>

namespace parley {

namespace {

uint8_t value_of(char digit) {
    if (digit >= '0' && digit <= '9') {
        return static_cast<uint8_t>(digit - '0');
    }
    if (digit >= 'a' && digit <= 'f') {
        return static_cast<uint8_t>(digit - 'a' + 10);
    }
    throw std::invalid_argument("a fingerprint is 64 hex digits");
}

void forget_one(PrefixCache &cache, const std::string &owner_key) {
    const auto done = std::make_shared<std::promise<void>>();
    cache.forget(owner_key, [done] { done->set_value(); });
    done->get_future().wait();
}

} // namespace

bool forget_kept(const KeptCache &cache, const std::vector<std::string> &owner_keys) {
    std::error_code error;
    if (!std::filesystem::exists(std::filesystem::u8path(cache.folder), error)) {
        return !error;
    }
    PrefixCacheOptions options;
    options.folder = cache.folder;
    options.key = cache.key;
    options.fingerprint = cache.fingerprint;
    // Nothing but what is forgotten shall go.
    options.disk_bytes = std::numeric_limits<uint64_t>::max();
    options.cut = cut_block;
    PrefixCache kept(std::move(options));
    for (const std::string &owner_key : owner_keys) {
        forget_one(kept, owner_key);
    }
    // Known once the first was answered; asked last, so that it is also for no owners at all.
    const auto is_opened = std::make_shared<std::promise<void>>();
    kept.flush([is_opened] { is_opened->set_value(); });
    is_opened->get_future().wait();
    return kept.counters().has_disk;
}

Digest digest_of_hex(const std::string &hex) {
    Digest digest{};
    if (hex.size() != digest.size() * 2) {
        throw std::invalid_argument("a fingerprint is 64 hex digits");
    }
    for (size_t index = 0; index < digest.size(); index++) {
        digest[index] = static_cast<uint8_t>(value_of(hex[2 * index]) << 4U | value_of(hex[2 * index + 1]));
    }
    return digest;
}

} // namespace parley
