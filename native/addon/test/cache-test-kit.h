#pragma once

#include "prefix-cache.h"

#include <atomic>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/** A cache over made-up states: the state of a token is its 8 bytes, that of a snapshot says how many came
 * before. */
namespace parley::test {

/** A folder that goes with its owner. */
class TemporaryFolder {
public:
    TemporaryFolder();
    TemporaryFolder(const TemporaryFolder &) = delete;
    TemporaryFolder &operator=(const TemporaryFolder &) = delete;
    ~TemporaryFolder();
    /** Where a cache goes; not made yet. */
    std::string cache() const { return (path_ / "states" / "model").string(); }
    const std::filesystem::path &path() const { return path_; }

private:
    std::filesystem::path path_;
};

/** A clock that stands still until it is told; shared with the cache's thread. */
class TestClock {
public:
    void advance(double seconds) { seconds_ = seconds_ + seconds; }
    std::function<double()> reader() {
        return [this] { return seconds_.load(); };
    }

private:
    std::atomic<double> seconds_{1.8e9};
};

PrefixCacheOptions cache_options(const std::string &folder);

/** `first`, `first` + 1 and so on. */
std::vector<PrefixToken> tokens_from(PrefixToken first, size_t count);
std::vector<PrefixToken> joined(std::vector<PrefixToken> left, const std::vector<PrefixToken> &right);

/** What `fetch` must give for a prefix. */
CacheBytes state_of(const std::vector<PrefixToken> &tokens, size_t count, bool has_snapshot);
CacheBytes block_of(const std::vector<PrefixToken> &tokens, size_t from, size_t to);
CacheBytes snapshot_of(size_t count);

/** Stores what the cache says it lacks, as the engine does. Returns how many tokens that were. */
size_t store(PrefixCache &cache, const PrefixOwner &owner, const std::vector<PrefixToken> &tokens);
/** Waits for the cache's thread. */
void await_ready(PrefixCache &cache);
void flush(PrefixCache &cache);
void forget(PrefixCache &cache, const std::string &owner);
std::optional<CacheBytes> fetch(PrefixCache &cache, const PrefixMatch &match);

/** How many tokens can be brought back; fails where they come back wrong. Nothing there: 0. */
size_t restorable(PrefixCache &cache, const std::vector<PrefixToken> &tokens, bool has_snapshots = false);

/** Names in a folder that end so. */
std::vector<std::filesystem::path> files_in(const std::string &folder, const std::string &suffix);
CacheBytes read_whole(const std::filesystem::path &path);
void write_whole(const std::filesystem::path &path, const CacheBytes &bytes);
/** Whether any file in the folder holds the bytes. */
bool folder_contains(const std::string &folder, const CacheBytes &needle);

} // namespace parley::test
