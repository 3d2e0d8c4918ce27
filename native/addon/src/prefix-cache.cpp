#include "prefix-cache.h"

#include "prefix-cache-core.h"

#include <algorithm>
#include <utility>

namespace parley {

PrefixCache::PrefixCache(PrefixCacheOptions options)
    : core_(std::make_unique<PrefixCacheCore>(std::move(options))) {
}

PrefixCache::~PrefixCache() = default;

std::optional<PrefixMatch> PrefixCache::find(const std::vector<PrefixToken> &tokens, size_t limit) const {
    return core_->find(tokens, limit);
}

void PrefixCache::fetch(PrefixMatch match, std::shared_ptr<const std::atomic<bool>> cancelled,
                        OnFetched done) {
    core_->fetch(std::move(match), std::move(cancelled), std::move(done));
}

StorePlan PrefixCache::plan(const std::vector<PrefixToken> &tokens, size_t count) const {
    return core_->plan(tokens, count);
}

void PrefixCache::put(const PrefixOwner &owner, const std::vector<PrefixToken> &tokens, size_t count,
                      std::vector<NewBlock> blocks, std::optional<CacheBytes> snapshot) {
    core_->put(owner, tokens, count, std::move(blocks), std::move(snapshot));
}

void PrefixCache::use(const PrefixOwner &owner, const std::vector<PrefixToken> &tokens, size_t count) {
    core_->use(owner, tokens, count);
}

void PrefixCache::forget(const std::string &owner_key, std::function<void()> done) {
    core_->forget(owner_key, std::move(done));
}

void PrefixCache::set_ram_budget(uint64_t ram_bytes) {
    core_->set_ram_budget(ram_bytes);
}

void PrefixCache::flush(std::function<void()> done) {
    core_->flush(std::move(done));
}

PrefixCacheCounters PrefixCache::counters() const {
    return core_->counters();
}

bool PrefixCacheCore::keeps_anything() const {
    return is_ready_ && (has_disk_ || options_.ram_bytes > 0);
}

std::optional<PrefixMatch> PrefixCacheCore::find(const std::vector<PrefixToken> &tokens, size_t limit) const {
    const Lock lock(mutex_);
    if (!is_ready_) {
        return std::nullopt;
    }
    const PrefixTree::Path path = tree_.walk(tokens, limit);
    PrefixMatch match;
    match.tokens = path.tokens;
    if (points_ == RestorePoints::snapshots) {
        match.snapshot = PrefixTree::last_snapshot(path);
        match.tokens = match.snapshot
                           ? static_cast<size_t>(match.snapshot->block->depth + match.snapshot->token_count)
                           : 0;
        match.is_on_disk = match.snapshot && !match.snapshot->ram;
    }
    if (match.tokens == 0) {
        return std::nullopt;
    }
    for (const PrefixTree::Step &step : path.steps) {
        const auto depth = static_cast<size_t>(step.block->depth);
        if (depth >= match.tokens) {
            break;
        }
        const size_t token_count = std::min<size_t>(step.token_count, match.tokens - depth);
        match.parts.push_back({step.block, static_cast<uint32_t>(token_count)});
        match.is_on_disk = match.is_on_disk || !step.block->ram;
    }
    return match;
}

StorePlan PrefixCacheCore::plan(const std::vector<PrefixToken> &tokens, size_t count) const {
    const Lock lock(mutex_);
    StorePlan plan;
    count = std::min(count, tokens.size());
    if (!keeps_anything() || count == 0) {
        return plan;
    }
    const PrefixTree::Path path = tree_.walk(tokens, count);
    for (size_t from = path.tokens; from < count; from += max_block_tokens) {
        plan.missing.push_back({from, std::min(count, from + max_block_tokens)});
    }
    if (points_ == RestorePoints::snapshots) {
        const bool is_whole = path.tokens == count;
        plan.needs_snapshot =
            !is_whole || path.steps.back().block->snapshots.count(path.steps.back().token_count) == 0;
    }
    return plan;
}

void PrefixCacheCore::put(const PrefixOwner &owner, const std::vector<PrefixToken> &tokens, size_t count,
                          std::vector<NewBlock> blocks, std::optional<CacheBytes> snapshot) {
    const Lock lock(mutex_);
    count = std::min(count, tokens.size());
    if (!keeps_anything() || count == 0) {
        return;
    }
    PrefixTree::Path path = tree_.walk(tokens, count);
    add_blocks(owner, tokens, count, std::move(blocks), path);
    if (snapshot && path.tokens == count && points_ == RestorePoints::snapshots) {
        add_snapshot(owner, path, std::move(*snapshot));
    }
    mark_used(owner, path);
    try_again();
}

void PrefixCacheCore::add_blocks(const PrefixOwner &owner, const std::vector<PrefixToken> &tokens,
                                 size_t count, std::vector<NewBlock> blocks, PrefixTree::Path &path) {
    for (NewBlock &added : blocks) {
        if (added.to <= path.tokens) {
            continue;
        }
        // The tree may have lost or gained since it was asked: then the rest is for another time.
        if (added.from != path.tokens || added.to > count || added.to - added.from > max_block_tokens) {
            return;
        }
        const auto block = std::make_shared<CachedBlock>();
        block->id = random_id();
        block->tokens.assign(tokens.begin() + static_cast<std::ptrdiff_t>(added.from),
                             tokens.begin() + static_cast<std::ptrdiff_t>(added.to));
        CachedBlock *parent = path.steps.empty() ? nullptr : path.steps.back().block.get();
        const uint32_t parent_tokens = path.steps.empty() ? 0 : path.steps.back().token_count;
        if (!tree_.add(block, parent, parent_tokens)) {
            return;
        }
        keep(owner, block, std::move(added.bytes));
        path.steps.push_back({block, static_cast<uint32_t>(block->tokens.size())});
        path.tokens = added.to;
    }
}

void PrefixCacheCore::add_snapshot(const PrefixOwner &owner, const PrefixTree::Path &path, CacheBytes bytes) {
    const auto snapshot = std::make_shared<CachedSnapshot>();
    snapshot->id = random_id();
    const PrefixTree::Step &end = path.steps.back();
    if (tree_.add(snapshot, *end.block, end.token_count)) {
        keep(owner, snapshot, std::move(bytes));
    }
}

void PrefixCacheCore::keep(const PrefixOwner &owner, const std::shared_ptr<CachedEntry> &entry,
                           CacheBytes bytes) {
    entry->memory_only = owner.memory_only;
    entry->used_seconds = now();
    tree_.set_ram(*entry, std::make_shared<const CacheBytes>(std::move(bytes)));
    if (!owner.memory_only && has_disk_) {
        unwritten_.push_back(entry);
    }
}

void PrefixCacheCore::use(const PrefixOwner &owner, const std::vector<PrefixToken> &tokens, size_t count) {
    const Lock lock(mutex_);
    if (keeps_anything()) {
        mark_used(owner, tree_.walk(tokens, count));
    }
}

void PrefixCacheCore::mark_used(const PrefixOwner &owner, const PrefixTree::Path &path) {
    if (path.steps.empty()) {
        return;
    }
    std::vector<std::shared_ptr<CachedEntry>> released;
    tree_.use(tree_.owner(owner_id(owner.key, options_.key), owner.memory_only), path, now(), released);
    if (has_disk_) {
        unwritten_.insert(unwritten_.end(), released.begin(), released.end());
    }
    last_change_ = Clock::now();
    changed_.notify_one();
}

void PrefixCacheCore::set_ram_budget(uint64_t ram_bytes) {
    const Lock lock(mutex_);
    options_.ram_bytes = ram_bytes;
    changed_.notify_one();
}

PrefixCacheCounters PrefixCacheCore::counters() const {
    const Lock lock(mutex_);
    PrefixCacheCounters counters;
    if (!is_ready_) {
        return counters;
    }
    counters.ram_bytes = tree_.ram_bytes();
    counters.disk_bytes = tree_.disk_bytes();
    counters.disk_bytes_written = disk_bytes_written_;
    counters.blocks = tree_.block_count();
    counters.snapshots = tree_.snapshot_count();
    counters.bad_files = bad_files_;
    counters.failed_writes = failed_writes_;
    counters.is_ready = is_ready_;
    counters.has_disk = has_disk_;
    return counters;
}

void PrefixCacheCore::enqueue(std::function<void()> command) {
    const Lock lock(mutex_);
    commands_.push_back(std::move(command));
    changed_.notify_one();
}

void PrefixCacheCore::try_again() {
    unwritten_.insert(unwritten_.begin(), stalled_.begin(), stalled_.end());
    stalled_.clear();
    are_owners_stalled_ = false;
}

void PrefixCacheCore::fetch(PrefixMatch match, std::shared_ptr<const std::atomic<bool>> cancelled,
                            PrefixCache::OnFetched done) {
    enqueue([this, match = std::move(match), cancelled = std::move(cancelled), done = std::move(done)] {
        done(gather(match, *cancelled));
    });
}

void PrefixCacheCore::forget(const std::string &owner_key, std::function<void()> done) {
    enqueue([this, owner = owner_id(owner_key, options_.key), done = std::move(done)] {
        forget_now(owner);
        done();
    });
}

void PrefixCacheCore::flush(std::function<void()> done) {
    enqueue([this, done = std::move(done)] {
        const Lock lock(mutex_);
        try_again();
        flushes_.push_back(done);
    });
}

} // namespace parley
