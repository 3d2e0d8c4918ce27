#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

namespace parley {

/**
 * Bytes of a known length that are read at a position. Not thread-safe: one reader at a time.
 */
class ByteSource {
public:
    ByteSource() = default;
    ByteSource(const ByteSource &) = delete;
    ByteSource &operator=(const ByteSource &) = delete;
    virtual ~ByteSource() = default;

    virtual uint64_t size() const = 0;

    /** Fills `target` from `offset`; false when the range is not wholly inside or cannot be read. */
    virtual bool read(uint64_t offset, void *target, size_t length) = 0;
};

/** Memory owned by somebody else, who keeps it alive longer than this. For the fuzzer. */
class MemorySource : public ByteSource {
public:
    MemorySource(const uint8_t *bytes, size_t length) : bytes_(bytes), length_(length) {}
    uint64_t size() const override { return length_; }
    bool read(uint64_t offset, void *target, size_t length) override;

private:
    const uint8_t *bytes_;
    size_t length_;
};

/** Why a file could not be opened. */
enum class OpenFailure { none, missing, unreadable };

/** A file, read through a buffer of 256 KiB. Owns the handle; closing is the destructor's. */
class FileSource : public ByteSource {
public:
    /**
     * Opens `path` (UTF-8). Returns nothing where that fails and says in `failure` and `reason` why.
     * A folder, a pipe or a device counts as unreadable.
     */
    static std::unique_ptr<FileSource> open(const std::string &path, OpenFailure &failure,
                                            std::string &reason);

    uint64_t size() const override { return length_; }
    bool read(uint64_t offset, void *target, size_t length) override;

    /** As `read`, but fetches no more than asked for: for pieces that lie far apart. */
    bool read_unbuffered(uint64_t offset, void *target, size_t length);

private:
    struct Close {
        void operator()(std::FILE *file) const { std::fclose(file); }
    };
    using File = std::unique_ptr<std::FILE, Close>;

    FileSource(File file, uint64_t length);
    bool read_directly(uint64_t offset, void *target, size_t length);

    File file_;
    uint64_t length_;
    std::unique_ptr<uint8_t[]> buffer_;
    uint64_t buffer_offset_ = 0;
    size_t buffer_length_ = 0;
};

} // namespace parley
