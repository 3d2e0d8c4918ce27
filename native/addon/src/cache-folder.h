#pragma once

#include "byte-source.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace parley {

/** A file of the folder, open for reading. */
class CacheFile : public ByteSource {
public:
    struct System;
    explicit CacheFile(std::unique_ptr<System> system);
    CacheFile(const CacheFile &) = delete;
    CacheFile &operator=(const CacheFile &) = delete;
    ~CacheFile() override;

    uint64_t size() const override { return size_; }
    bool read(uint64_t offset, void *target, size_t length) override;
    /** When it was written or last marked; seconds since 1970. */
    double used_seconds() const { return used_seconds_; }

private:
    std::unique_ptr<System> system_;
    uint64_t size_;
    double used_seconds_;
};

/** How much was written on one day (days since 1970); kept in the lock file, and trusted for no more than
 * that. */
struct WrittenToday {
    uint64_t day = 0;
    uint64_t bytes = 0;
};

/**
 * A folder of plain files that one process has to itself. Nothing in it is followed or trusted: links, pipes
 * and folders are not opened. The folder and its files are readable by the person alone. One thread at a
 * time.
 */
class CacheFolder {
public:
    struct System;
    explicit CacheFolder(std::unique_ptr<System> system);
    CacheFolder(const CacheFolder &) = delete;
    CacheFolder &operator=(const CacheFolder &) = delete;
    ~CacheFolder();

    /** Makes the folder and its parent where missing, and locks it. Null where either fails, or another
     * process has it. */
    static std::unique_ptr<CacheFolder> open(const std::string &path);

    /** Names of everything in it, in no order. */
    std::vector<std::string> list() const;

    /** Null where it is missing, unreadable or no regular file. */
    std::unique_ptr<CacheFile> open_file(const std::string &name) const;

    using Piece = std::pair<const void *, size_t>;
    /**
     * Writes the pieces to a temporary file, syncs it and gives it its name, over what has it. False where
     * that fails; then nothing of it is left. The name is safe after the next `sync`.
     */
    bool write(const std::string &name, const std::vector<Piece> &pieces);

    /** Removes a file or a link; false where there is something by that name still. */
    bool remove(const std::string &name);

    /** Has the disk keep what was named and removed so far. */
    void sync();

    /** Marks a file as used now, for the order of eviction after a restart. */
    void mark_used(const std::string &name, double now_seconds);

    WrittenToday written_today() const;
    void set_written_today(const WrittenToday &written);

private:
    std::unique_ptr<System> system_;
};

/** What a file is called while it is written. Such files are what a killed process left. */
constexpr const char *partial_suffix = ".part";

} // namespace parley
