#pragma once

#include "block-slice.h"
#include "prefix-token.h"
#include "state-file.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace parley {

using CacheBytes = std::vector<uint8_t>;

/** Tokens of one block at most. */
constexpr size_t max_block_tokens = max_file_tokens;

struct PrefixCacheOptions {
    /**
     * UTF-8; for this fingerprint alone. Made where missing, with its parent. Empty: in memory only.
     */
    std::string folder;
    /** Secret to this installation; everything on disk carries a MAC under it. */
    CacheKey key{};
    Digest fingerprint{};
    /** Budgets in bytes; 0 switches a tier off. */
    uint64_t ram_bytes = 0;
    uint64_t disk_bytes = 0;
    /** Whether a prefix can be restored at any token; else only where a snapshot is. */
    bool can_cut = true;
    /**
     * Joins slices, in order, and the snapshot at their end to what `PrefixCache::fetch` hands out. Called on
     * the cache's thread. What it throws means that the bytes are no good: a cold start.
     */
    std::function<CacheBytes(const std::vector<BlockSlice> &, const CacheBytes *snapshot)> merge;
    /**
     * A block of the slice's tokens alone, for a block whose end nobody uses any more. Called on the cache's
     * thread; what it throws drops the block. Empty: such blocks are dropped whole.
     */
    std::function<CacheBytes(const BlockSlice &)> cut;
    /** Seconds since 1970, on any thread; empty: the system's clock. */
    std::function<double()> now_seconds;
    /** Puts are written once none has come for so long. */
    uint32_t write_delay_ms = 2000;
    /** Bytes written to this folder in a day at most: a cache must not wear out a disk. */
    uint64_t write_bytes_per_day = 20ULL << 30U;
};

/** Whose a prefix is. */
struct PrefixOwner {
    /** Names a conversation. On disk only a MAC of it. */
    std::string key;
    /** Nothing that only such owners use reaches the disk, nor that they used it. */
    bool memory_only = false;
};

struct CachedBlock;
struct CachedSnapshot;

/** A prefix that can be restored. Copyable; keeps no file and no bytes alive on its own. */
struct PrefixMatch {
    size_t tokens = 0;
    /** Whether a part of it must be read from disk. */
    bool is_on_disk = false;

    struct Part {
        std::shared_ptr<CachedBlock> block;
        /** Of the block's tokens, from its first. */
        uint32_t token_count;
    };
    std::vector<Part> parts;
    std::shared_ptr<CachedSnapshot> snapshot;
};

/** What the cache lacks of a prefix. */
struct StorePlan {
    struct Range {
        size_t from;
        size_t to;
    };
    /** In order, without gaps, up to the prefix's end; each of at most `max_block_tokens`. */
    std::vector<Range> missing;
    /** Whether a snapshot at the prefix's end is worth making. Never where `can_cut`. */
    bool needs_snapshot = false;
};

struct NewBlock {
    size_t from;
    size_t to;
    /** Empty for models without attention; no slice is made of it then. */
    CacheBytes bytes;
};

struct PrefixCacheCounters {
    uint64_t ram_bytes = 0;
    uint64_t disk_bytes = 0;
    /** Since the cache was opened. */
    uint64_t disk_bytes_written = 0;
    uint64_t blocks = 0;
    uint64_t snapshots = 0;
    /** Files that were not what they should be, and were removed. */
    uint64_t bad_files = 0;
    /** Writes that failed, for a full disk for instance; what they held stays in memory. */
    uint64_t failed_writes = 0;
    /** Whether the folder has been indexed; until then nothing is found or kept. */
    bool is_ready = false;
    /** Whether there is a disk tier: false too where another process has the folder. */
    bool has_disk = false;
};

class PrefixCacheCore;

/**
 * Computed prefixes of one model, in memory and on disk. See docs/adr/0014-prefix-cache.md.
 * Every call is safe on every thread, returns without touching the disk, and never fails: what cannot be kept
 * is not kept. Callbacks run on the cache's own thread and must not throw; each is called exactly once, at
 * the latest in the destructor.
 */
class PrefixCache {
public:
    /**
     * Starts the thread, which indexes the folder; nothing waits for that.
     * @throws std::runtime_error where the system gives no thread
     */
    explicit PrefixCache(PrefixCacheOptions options);
    /** Writes what is pending, answers what waits, joins the thread. */
    ~PrefixCache();
    PrefixCache(const PrefixCache &) = delete;
    PrefixCache &operator=(const PrefixCache &) = delete;

    /** The longest prefix of `tokens` that can be restored, of `limit` tokens at most. Nothing: none. */
    std::optional<PrefixMatch> find(const std::vector<PrefixToken> &tokens, size_t limit) const;

    using OnFetched = std::function<void(std::optional<CacheBytes>)>;
    /**
     * Reads, verifies and merges. Nothing is handed to `done` where it was cancelled (looked at between
     * blocks) or where something was not as it should be; what is bad is dropped, so that `find` says what
     * is left.
     */
    void fetch(PrefixMatch match, std::shared_ptr<const std::atomic<bool>> cancelled, OnFetched done);

    /** What to hand to `put` so that the first `count` of `tokens` can be restored. */
    StorePlan plan(const std::vector<PrefixToken> &tokens, size_t count) const;

    /**
     * Keeps what `plan` asked for, and marks the prefix as used by `owner`. In memory at once; on disk later.
     * Blocks that do not follow on what is there by now are left out.
     */
    void put(const PrefixOwner &owner, const std::vector<PrefixToken> &tokens, size_t count,
             std::vector<NewBlock> blocks, std::optional<CacheBytes> snapshot);

    /** Marks what is kept of the first `count` of `tokens` as used by `owner`, now. */
    void use(const PrefixOwner &owner, const std::vector<PrefixToken> &tokens, size_t count);

    /**
     * Drops what no other owner uses, in memory and on disk; of a block that others use in part, the rest.
     * `done` is called when the files are gone. What is put for the owner afterwards is kept again.
     */
    void forget(const std::string &owner_key, std::function<void()> done);

    /** Drops from memory what is over `ram_bytes`, beginning with what is on disk as well. */
    void set_ram_budget(uint64_t ram_bytes);

    /** Writes what is pending without waiting for idle time. */
    void flush(std::function<void()> done);

    PrefixCacheCounters counters() const;

private:
    std::unique_ptr<PrefixCacheCore> core_;
};

} // namespace parley
