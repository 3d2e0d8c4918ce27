#include "cache-test-kit.h"

#include "little-endian.h"
#include "test-kit.h"

#include <algorithm>
#include <fstream>
#include <future>
#include <iterator>
#include <utility>

namespace parley::test {

namespace {

constexpr size_t token_bytes = sizeof(PrefixToken);

CacheBytes slice_bytes(const BlockSlice &slice) {
    if (slice.size % token_bytes != 0 || slice.first_token + slice.token_count > slice.size / token_bytes) {
        throw std::runtime_error("a slice of something else");
    }
    const uint8_t *first = slice.data + slice.first_token * token_bytes;
    return {first, first + slice.token_count * token_bytes};
}

/** Calls `start` with a callback, and waits until that is called. */
template <typename Start> void await(Start start) {
    std::promise<void> done;
    start([&done] { done.set_value(); });
    done.get_future().wait();
}

} // namespace

TemporaryFolder::TemporaryFolder() {
    const std::string pattern = (std::filesystem::temp_directory_path() / "parley-cache-").string();
    for (unsigned number = 0;; number++) {
        const EntryId id = random_id();
        path_ = pattern + std::to_string(read_u32(id.data()));
        if (std::filesystem::create_directory(path_)) {
            return;
        }
    }
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
}

PrefixCacheOptions cache_options(const std::string &folder) {
    PrefixCacheOptions options;
    options.folder = folder;
    options.key.fill(0x5a);
    options.fingerprint.fill(0x11);
    options.ram_bytes = 64U << 20U;
    options.disk_bytes = 64U << 20U;
    options.merge = [](const std::vector<BlockSlice> &slices, const CacheBytes *snapshot) {
        CacheBytes all;
        for (const BlockSlice &slice : slices) {
            const CacheBytes part = slice_bytes(slice);
            all.insert(all.end(), part.begin(), part.end());
        }
        if (snapshot != nullptr) {
            all.insert(all.end(), snapshot->begin(), snapshot->end());
        }
        return all;
    };
    options.cut = slice_bytes;
    return options;
}

std::vector<PrefixToken> tokens_from(PrefixToken first, size_t count) {
    std::vector<PrefixToken> tokens(count);
    for (PrefixToken &token : tokens) {
        token = first++;
    }
    return tokens;
}

std::vector<PrefixToken> joined(std::vector<PrefixToken> left, const std::vector<PrefixToken> &right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

CacheBytes block_of(const std::vector<PrefixToken> &tokens, size_t from, size_t to) {
    CacheBytes bytes((to - from) * token_bytes);
    for (size_t index = from; index < to; index++) {
        write_u64(bytes.data() + (index - from) * token_bytes, tokens[index]);
    }
    return bytes;
}

CacheBytes snapshot_of(size_t count) {
    CacheBytes bytes(24, 0xee);
    write_u64(bytes.data(), count);
    return bytes;
}

CacheBytes state_of(const std::vector<PrefixToken> &tokens, size_t count, bool has_snapshot) {
    CacheBytes bytes = block_of(tokens, 0, count);
    if (has_snapshot) {
        const CacheBytes snapshot = snapshot_of(count);
        bytes.insert(bytes.end(), snapshot.begin(), snapshot.end());
    }
    return bytes;
}

size_t store(PrefixCache &cache, const PrefixOwner &owner, const std::vector<PrefixToken> &tokens) {
    const StorePlan plan = cache.plan(tokens, tokens.size());
    std::vector<NewBlock> blocks;
    size_t stored = 0;
    for (const StorePlan::Range &range : plan.missing) {
        blocks.push_back({range.from, range.to, block_of(tokens, range.from, range.to)});
        stored += range.to - range.from;
    }
    std::optional<CacheBytes> snapshot;
    if (plan.needs_snapshot) {
        snapshot = snapshot_of(tokens.size());
    }
    cache.put(owner, tokens, tokens.size(), std::move(blocks), std::move(snapshot));
    return stored;
}

void flush(PrefixCache &cache) {
    await([&cache](std::function<void()> done) { cache.flush(std::move(done)); });
}

void await_ready(PrefixCache &cache) {
    flush(cache);
}

void forget(PrefixCache &cache, const std::string &owner) {
    await([&](std::function<void()> done) { cache.forget(owner, std::move(done)); });
}

std::optional<CacheBytes> fetch(PrefixCache &cache, const PrefixMatch &match) {
    std::promise<std::optional<CacheBytes>> result;
    cache.fetch(match, std::make_shared<std::atomic<bool>>(false),
                [&result](std::optional<CacheBytes> bytes) { result.set_value(std::move(bytes)); });
    return result.get_future().get();
}

size_t restorable(PrefixCache &cache, const std::vector<PrefixToken> &tokens, bool has_snapshots) {
    const std::optional<PrefixMatch> match = cache.find(tokens, tokens.size());
    if (!match) {
        return 0;
    }
    const std::optional<CacheBytes> bytes = fetch(cache, *match);
    if (!bytes) {
        return 0;
    }
    if (*bytes != state_of(tokens, match->tokens, has_snapshots)) {
        throw CheckFailure("what came back is not what was stored");
    }
    return match->tokens;
}

std::vector<std::filesystem::path> files_in(const std::string &folder, const std::string &suffix) {
    std::vector<std::filesystem::path> paths;
    for (const auto &entry : std::filesystem::directory_iterator(folder)) {
        const std::string name = entry.path().filename().string();
        if (name.size() >= suffix.size() && name.substr(name.size() - suffix.size()) == suffix) {
            paths.push_back(entry.path());
        }
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

CacheBytes read_whole(const std::filesystem::path &path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void write_whole(const std::filesystem::path &path, const CacheBytes &bytes) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file.write(reinterpret_cast<const char *>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

bool folder_contains(const std::string &folder, const CacheBytes &needle) {
    const std::vector<std::filesystem::path> paths = files_in(folder, "");
    return std::any_of(paths.begin(), paths.end(), [&needle](const std::filesystem::path &path) {
        const CacheBytes bytes = read_whole(path);
        return std::search(bytes.begin(), bytes.end(), needle.begin(), needle.end()) != bytes.end();
    });
}

} // namespace parley::test
