#pragma once

#include "cache-folder.h"
#include "prefix-tree.h"
#include "state-file.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace parley {

/**
 * The cache's entries as files of its folder. Used by the cache's thread alone, without its lock: what it
 * reads of an entry (place, tokens, id, file) no other thread changes.
 */
class CacheDisk {
public:
    CacheDisk(std::unique_ptr<CacheFolder> folder, const FileSeal &seal)
        : folder_(std::move(folder)), seal_(seal), written_(folder_->written_today()) {}

    /**
     * Fills an empty tree with what the folder holds, and removes what it should not: files that a killed
     * process left half-written, bad ones, and those whose place or whose owner is gone. Counts the bad ones.
     */
    uint64_t index(PrefixTree &tree);

    /** Reads and verifies; of a block that was cut since, what it was before. @throws StateFileError */
    std::vector<uint8_t> read(const CachedEntry &entry);

    struct Written {
        std::string name;
        uint64_t bytes;
    };
    /** Nothing where that failed; then nothing of it is left, or what was there before. */
    std::optional<Written> write(const CachedEntry &entry, const std::vector<uint8_t> &payload);

    bool write_owner(const OwnerRecord &record);
    void remove_owner(const Digest &owner);
    void remove(const std::string &name) { folder_->remove(name); }
    void mark_used(const std::string &name, double now_seconds) { folder_->mark_used(name, now_seconds); }
    void sync() { folder_->sync(); }

    /** Whether `bytes` more may be written on this day; `add_written` counts them. */
    bool may_write(uint64_t bytes, uint64_t bytes_per_day, double now_seconds) const;
    void add_written(uint64_t bytes, double now_seconds);

private:
    struct Found {
        StateHeader header;
        std::string name;
        uint64_t file_bytes;
        double used_seconds;
    };

    std::optional<Found> read_found(const std::string &name) const;
    std::optional<OwnerRecord> read_record(const std::string &name) const;

    void plant(PrefixTree &tree, std::vector<Found> states, const std::vector<OwnerRecord> &records);

    std::unique_ptr<CacheFolder> folder_;
    FileSeal seal_;
    WrittenToday written_;
};

/** The file of a state entry, or of an owner. */
std::string state_file_name(const EntryId &id);
std::string owner_file_name(const Digest &owner);

} // namespace parley
