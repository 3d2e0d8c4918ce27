#include "prefix-cache-core.h"

#include <exception>
#include <new>
#include <utility>

namespace parley {

namespace {

/** What may lie in memory beyond its budget while it waits to be written. */
constexpr uint64_t unwritten_allowance_bytes = 256ULL << 20U;

double system_seconds() {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration<double>(since_epoch).count();
}

} // namespace

PrefixCacheCore::PrefixCacheCore(PrefixCacheOptions options)
    : options_(std::move(options)),
      points_(options_.can_cut ? RestorePoints::any_token : RestorePoints::snapshots) {
    if (!options_.now_seconds) {
        options_.now_seconds = system_seconds;
    }
    thread_.start([this] { run(); });
}

PrefixCacheCore::~PrefixCacheCore() {
    {
        const Lock lock(mutex_);
        is_stopping_ = true;
        changed_.notify_one();
    }
    thread_.join();
}

void PrefixCacheCore::run() {
    open_folder();
    Lock lock(mutex_);
    while (true) {
        shrink();
        const bool is_idle = commands_.empty() && !tree_.has_garbage() && flushes_.empty() &&
                             !(has_work_on_disk() && is_time_to_write());
        if (!is_idle) {
            work(lock);
        } else if (is_stopping_) {
            return;
        } else {
            wait(lock);
        }
    }
}

/** Without the lock: until it is done, nobody else looks at the tree. */
void PrefixCacheCore::open_folder() {
    std::unique_ptr<CacheFolder> folder =
        options_.folder.empty() ? nullptr : CacheFolder::open(options_.folder);
    uint64_t bad_files = 0;
    if (folder) {
        disk_ = std::make_unique<CacheDisk>(std::move(folder), FileSeal{options_.key, options_.fingerprint});
        bad_files = disk_->index(tree_);
        shrink_disk(tree_, points_, options_.disk_bytes, now());
        remove_idle_owners();
    }
    const Lock lock(mutex_);
    bad_files_ = bad_files;
    has_disk_ = disk_ && options_.disk_bytes > 0;
    is_ready_ = true;
}

/** Those whose last block is gone. */
void PrefixCacheCore::remove_idle_owners() {
    std::vector<Digest> idle;
    for (const auto &[id, owner] : tree_.owners()) {
        if (owner->blocks.empty()) {
            idle.push_back(id);
        }
    }
    for (const Digest &id : idle) {
        tree_.drop_owner(id);
        disk_->remove_owner(id);
    }
}

/** The most urgent thing: space and privacy, then who waits, then what was put. */
void PrefixCacheCore::work(Lock &lock) {
    if (tree_.has_garbage()) {
        remove_garbage(lock);
    } else if (!commands_.empty()) {
        const std::function<void()> command = std::move(commands_.front());
        commands_.pop_front();
        lock.unlock();
        command();
        lock.lock();
    } else if (has_work_on_disk()) {
        write_next(lock);
    } else {
        answer_flushes(lock);
    }
}

void PrefixCacheCore::wait(Lock &lock) {
    if (has_work_on_disk()) {
        changed_.wait_until(lock, last_change_ + std::chrono::milliseconds(options_.write_delay_ms));
    } else {
        changed_.wait(lock);
    }
}

bool PrefixCacheCore::is_time_to_write() const {
    return is_stopping_ || !flushes_.empty() || tree_.ram_bytes() > options_.ram_bytes ||
           Clock::now() >= last_change_ + std::chrono::milliseconds(options_.write_delay_ms);
}

bool PrefixCacheCore::has_work_on_disk() const {
    return has_disk_ && (needs_sync_ || !unwritten_.empty() || find_unwritten_owner() != nullptr);
}

void PrefixCacheCore::shrink() {
    const uint64_t unwritten_bytes = unwritten_.empty() ? 0 : unwritten_allowance_bytes;
    shrink_ram(tree_, points_, options_.ram_bytes, unwritten_bytes, now());
}

void PrefixCacheCore::remove_garbage(Lock &lock) {
    const std::vector<std::string> names = tree_.take_garbage();
    lock.unlock();
    for (const std::string &name : names) {
        disk_->remove(name);
    }
    lock.lock();
    needs_sync_ = true;
}

void PrefixCacheCore::answer_flushes(Lock &lock) {
    const std::vector<std::function<void()>> flushes = std::exchange(flushes_, {});
    lock.unlock();
    for (const std::function<void()> &done : flushes) {
        done();
    }
    lock.lock();
}

std::optional<CacheBytes> PrefixCacheCore::gather(const PrefixMatch &match,
                                                  const std::atomic<bool> &cancelled) {
    std::vector<std::shared_ptr<const CacheBytes>> held;
    std::vector<BlockSlice> slices;
    for (const PrefixMatch::Part &part : match.parts) {
        std::shared_ptr<const CacheBytes> bytes =
            cancelled ? nullptr : read_entry(*part.block, part.token_count);
        if (!bytes) {
            return std::nullopt;
        }
        if (!bytes->empty()) {
            slices.push_back({bytes->data(), bytes->size(), 0, part.token_count});
        }
        held.push_back(std::move(bytes));
    }
    std::shared_ptr<const CacheBytes> snapshot;
    if (match.snapshot) {
        snapshot = cancelled ? nullptr : read_entry(*match.snapshot, 0);
    }
    if (cancelled || (match.snapshot && !snapshot)) {
        return std::nullopt;
    }
    try {
        return options_.merge(slices, snapshot.get());
    } catch (const std::bad_alloc &) {
        return std::nullopt;
    } catch (const std::exception &) {
        // They do not belong together, and which of them is wrong nobody knows.
        drop(*match.parts.front().block);
        return std::nullopt;
    }
}

/** Null where its first `token_count` tokens are not to be had. */
std::shared_ptr<const CacheBytes> PrefixCacheCore::read_entry(CachedEntry &entry, size_t token_count) {
    {
        const Lock lock(mutex_);
        const bool is_short = entry.kind == EntryKind::block &&
                              static_cast<const CachedBlock &>(entry).tokens.size() < token_count;
        if (entry.is_gone || is_short || is_stopping_) {
            return nullptr;
        }
        entry.used_seconds = now();
        if (entry.ram) {
            return entry.ram;
        }
    }
    try {
        auto bytes = std::make_shared<const CacheBytes>(disk_->read(entry));
        disk_->mark_used(entry.file, now());
        return bytes;
    } catch (const std::bad_alloc &) {
        return nullptr;
    } catch (const StateFileError &) {
        drop(entry);
        return nullptr;
    }
}

void PrefixCacheCore::drop(CachedEntry &entry) {
    const Lock lock(mutex_);
    bad_files_ += entry.is_gone ? 0 : 1;
    tree_.remove(entry);
}

void PrefixCacheCore::forget_now(const Digest &owner) {
    Lock lock(mutex_);
    const std::vector<std::shared_ptr<CachedBlock>> shortened = tree_.forget(owner);
    lock.unlock();
    for (const std::shared_ptr<CachedBlock> &block : shortened) {
        if (!shorten(*block)) {
            lock.lock();
            tree_.remove(*block);
            lock.unlock();
        }
    }
    if (!disk_) {
        return;
    }
    lock.lock();
    remove_garbage(lock);
    lock.unlock();
    // Last: should the process die before, the owner is known still, and can be forgotten again.
    disk_->remove_owner(owner);
    disk_->sync();
}

/** Cuts the bytes of a block that the tree has cut already. False: they cannot be. */
bool PrefixCacheCore::shorten(CachedBlock &block) {
    try {
        const std::shared_ptr<const CacheBytes> whole =
            block.ram ? block.ram : std::make_shared<const CacheBytes>(disk_->read(block));
        if (!options_.cut) {
            return false;
        }
        CacheBytes rest;
        if (!whole->empty()) {
            rest = options_.cut({whole->data(), whole->size(), 0, block.tokens.size()});
        }
        std::optional<CacheDisk::Written> written;
        if (!block.file.empty()) {
            written = disk_->write(block, rest);
            if (!written) {
                return false;
            }
        }
        const Lock lock(mutex_);
        if (block.ram) {
            tree_.set_ram(block, std::make_shared<const CacheBytes>(std::move(rest)));
        }
        if (written) {
            tree_.set_file(block, written->name, written->bytes);
        }
        return true;
    } catch (const std::exception &) {
        return false;
    }
}

} // namespace parley
