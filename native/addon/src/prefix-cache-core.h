#pragma once

#include "cache-disk.h"
#include "prefix-cache.h"
#include "prefix-eviction.h"
#include "prefix-tree.h"
#include "worker-thread.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace parley {

/**
 * The tree under its lock, and the thread that reads, writes and removes. Callers only look at the tree and
 * add to it; only the thread removes from it and touches the disk, so what it reads of an entry stays as it
 * is.
 */
class PrefixCacheCore {
public:
    explicit PrefixCacheCore(PrefixCacheOptions options);
    ~PrefixCacheCore();
    PrefixCacheCore(const PrefixCacheCore &) = delete;
    PrefixCacheCore &operator=(const PrefixCacheCore &) = delete;

    std::optional<PrefixMatch> find(const std::vector<PrefixToken> &tokens, size_t limit) const;
    StorePlan plan(const std::vector<PrefixToken> &tokens, size_t count) const;
    void put(const PrefixOwner &owner, const std::vector<PrefixToken> &tokens, size_t count,
             std::vector<NewBlock> blocks, std::optional<CacheBytes> snapshot);
    void use(const PrefixOwner &owner, const std::vector<PrefixToken> &tokens, size_t count);
    void set_ram_budget(uint64_t ram_bytes);
    PrefixCacheCounters counters() const;

    void fetch(PrefixMatch match, std::shared_ptr<const std::atomic<bool>> cancelled,
               PrefixCache::OnFetched done);
    void forget(const std::string &owner_key, std::function<void()> done);
    void flush(std::function<void()> done);

private:
    using Lock = std::unique_lock<std::mutex>;
    using Clock = std::chrono::steady_clock;

    // On the callers' threads, locked (prefix-cache.cpp).
    bool keeps_anything() const;
    void add_blocks(const PrefixOwner &owner, const std::vector<PrefixToken> &tokens, size_t count,
                    std::vector<NewBlock> blocks, PrefixTree::Path &path);
    void add_snapshot(const PrefixOwner &owner, const PrefixTree::Path &path, CacheBytes bytes);
    void keep(const PrefixOwner &owner, const std::shared_ptr<CachedEntry> &entry, CacheBytes bytes);
    void mark_used(const PrefixOwner &owner, const PrefixTree::Path &path);
    void enqueue(std::function<void()> command);
    void try_again();
    double now() const { return options_.now_seconds(); }

    // On the cache's thread; those that take a lock let go of it while they touch the disk.
    void run();
    void open_folder();
    void remove_idle_owners();
    void work(Lock &lock);
    void wait(Lock &lock);
    bool is_time_to_write() const;
    bool has_work_on_disk() const;
    void shrink();
    void remove_garbage(Lock &lock);
    void answer_flushes(Lock &lock);

    std::optional<CacheBytes> gather(const PrefixMatch &match, const std::atomic<bool> &cancelled);
    std::shared_ptr<const CacheBytes> read_entry(CachedEntry &entry, size_t token_count);
    void drop(CachedEntry &entry);
    void forget_now(const Digest &owner);
    bool shorten(CachedBlock &block);

    // Writing (cache-writing.cpp).
    void write_next(Lock &lock);
    CachedOwner *find_unwritten_owner() const;
    void write_owner(Lock &lock, CachedOwner &owner);
    void write_entry(Lock &lock, const std::shared_ptr<CachedEntry> &entry);
    void stall();

    PrefixCacheOptions options_;
    const RestorePoints points_;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    PrefixTree tree_;
    std::deque<std::function<void()>> commands_;
    /** What shall be written, parents first; and what could not be, until the next put. */
    std::deque<std::shared_ptr<CachedEntry>> unwritten_;
    std::deque<std::shared_ptr<CachedEntry>> stalled_;
    std::vector<std::function<void()>> flushes_;
    Clock::time_point last_change_;
    bool are_owners_stalled_ = false;
    bool is_ready_ = false;
    bool is_stopping_ = false;
    bool has_disk_ = false;
    bool needs_sync_ = false;
    uint64_t disk_bytes_written_ = 0;
    uint64_t bad_files_ = 0;
    uint64_t failed_writes_ = 0;

    /** The thread's own. Null: in memory only. */
    std::unique_ptr<CacheDisk> disk_;
    WorkerThread thread_;
};

} // namespace parley
