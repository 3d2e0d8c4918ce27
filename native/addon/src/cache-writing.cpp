#include "prefix-cache-core.h"

#include <utility>

/** How what was put comes to the disk: owners first, then entries, parents before what stands on them. */
namespace parley {

namespace {

bool is_written_or_root(const CachedBlock &block) {
    return block.parent == nullptr || !block.file.empty();
}

bool stands_on_written(const CachedEntry &entry) {
    return entry.kind == EntryKind::snapshot
               ? is_written_or_root(*static_cast<const CachedSnapshot &>(entry).block)
               : is_written_or_root(*static_cast<const CachedBlock &>(entry).parent);
}

uint64_t file_bytes(const CachedEntry &entry) {
    const size_t token_count =
        entry.kind == EntryKind::block ? static_cast<const CachedBlock &>(entry).tokens.size() : 0;
    return sealed_state_bytes(token_count, entry.ram->size());
}

} // namespace

void PrefixCacheCore::write_next(Lock &lock) {
    // Before the blocks: one that is there without its owner could not be forgotten.
    if (CachedOwner *owner = find_unwritten_owner()) {
        write_owner(lock, *owner);
        return;
    }
    if (unwritten_.empty()) {
        needs_sync_ = false;
        lock.unlock();
        disk_->sync();
        lock.lock();
        return;
    }
    const std::shared_ptr<CachedEntry> entry = std::move(unwritten_.front());
    unwritten_.pop_front();
    if (entry->is_gone || entry->memory_only || !entry->ram || !entry->file.empty()) {
        return;
    }
    if (stands_on_written(*entry)) {
        write_entry(lock, entry);
    } else {
        stalled_.push_back(entry);
    }
}

CachedOwner *PrefixCacheCore::find_unwritten_owner() const {
    if (are_owners_stalled_) {
        return nullptr;
    }
    for (const auto &[id, owner] : tree_.owners()) {
        if (owner->is_dirty && !owner->memory_only) {
            return owner.get();
        }
    }
    return nullptr;
}

void PrefixCacheCore::write_owner(Lock &lock, CachedOwner &owner) {
    OwnerRecord record;
    record.owner = owner.id;
    for (const auto &[serial, block] : owner.blocks) {
        record.uses.push_back({block->id, block->owners.at(&owner)});
    }
    owner.is_dirty = false;
    needs_sync_ = true;
    if (record.uses.empty()) {
        tree_.drop_owner(record.owner);
    }
    lock.unlock();
    bool is_written = true;
    if (record.uses.empty()) {
        disk_->remove_owner(record.owner);
    } else {
        is_written = disk_->write_owner(record);
    }
    lock.lock();
    if (!is_written) {
        // Only this thread removes owners, so it is there still.
        owner.is_dirty = true;
        are_owners_stalled_ = true;
        failed_writes_++;
        stall();
    }
}

void PrefixCacheCore::write_entry(Lock &lock, const std::shared_ptr<CachedEntry> &entry) {
    const std::shared_ptr<const CacheBytes> bytes = entry->ram;
    const uint64_t needed_bytes = file_bytes(*entry);
    if (needed_bytes > options_.disk_bytes || bytes->size() > max_payload_bytes) {
        return;
    }
    if (!disk_->may_write(needed_bytes, options_.write_bytes_per_day, now())) {
        unwritten_.push_front(entry);
        stall();
        return;
    }
    shrink_disk(tree_, points_, options_.disk_bytes - needed_bytes, now());
    if (tree_.has_garbage()) {
        remove_garbage(lock);
    }
    if (entry->is_gone) {
        return;
    }
    lock.unlock();
    const std::optional<CacheDisk::Written> written = disk_->write(*entry, *bytes);
    if (written) {
        disk_->add_written(written->bytes, now());
    }
    lock.lock();
    if (!written) {
        failed_writes_++;
        unwritten_.push_front(entry);
        stall();
        return;
    }
    tree_.set_file(*entry, written->name, written->bytes);
    disk_bytes_written_ += written->bytes;
    needs_sync_ = true;
}

void PrefixCacheCore::stall() {
    stalled_.insert(stalled_.end(), unwritten_.begin(), unwritten_.end());
    unwritten_.clear();
}

} // namespace parley
