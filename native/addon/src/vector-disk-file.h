#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace parley {

/**
 * The first bytes of a file as memory, for reading. Lives on after the file was closed, and does not see it
 * grow. Any thread.
 */
class FileMapping {
public:
    FileMapping(const uint8_t *bytes, size_t length) : bytes_(bytes), length_(length) {}
    FileMapping(const FileMapping &) = delete;
    FileMapping &operator=(const FileMapping &) = delete;
    ~FileMapping();

    const uint8_t *bytes() const { return bytes_; }
    size_t length() const { return length_; }

private:
    const uint8_t *bytes_;
    size_t length_;
};

/**
 * A file that this process alone writes: opening locks it, destruction closes and unlocks it. One thread at
 * a time may call what changes it; `map` may run beside that.
 */
class DiskFile {
public:
    /**
     * Opens `path` (UTF-8), or makes it, readable by the person alone.
     * @throws Fault `vectors.in-use` where it is open already, here or elsewhere; `vectors.failed`
     */
    static std::unique_ptr<DiskFile> open(const std::string &path);
    DiskFile(const DiskFile &) = delete;
    DiskFile &operator=(const DiskFile &) = delete;
    ~DiskFile();

    const std::string &path() const { return path_; }
    /** Bytes. @throws Fault `vectors.failed` */
    uint64_t size() const;
    /** Fills `target` from `offset`, which lies `length` or more before the end. @throws Fault
     * `vectors.failed` */
    void read(uint64_t offset, void *target, size_t length) const;
    /** Overwrites or appends. @throws Fault `storage.full`, `vectors.failed` */
    void write(uint64_t offset, const void *source, size_t length);
    /** Cuts off what is beyond `length`. @throws Fault `vectors.failed` */
    void cut(uint64_t length);
    /** Returns once everything written is on the disk. @throws Fault `vectors.failed` */
    void sync();
    /** Maps the first `length` bytes (1 or more), which are there. @throws Fault `vectors.failed` */
    std::shared_ptr<const FileMapping> map(size_t length) const;

private:
#ifdef _WIN32
    using Handle = void *;
#else
    using Handle = int;
#endif

    DiskFile(std::string path, Handle handle) : path_(std::move(path)), handle_(handle) {
    }

    std::string path_;
    Handle handle_;
};

} // namespace parley
