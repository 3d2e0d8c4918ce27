#ifndef _WIN32

#include "vector-disk-file.h"

#include "fault.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace parley {

namespace {

constexpr mode_t owner_only = 0600;

[[noreturn]] void fail(const std::string &path, const std::string &reason) {
    throw Fault("vectors.failed", {{"path", path}, {"reason", reason}});
}

[[noreturn]] void fail_with_errno(const std::string &path) {
    const int error = errno;
    if (error == ENOSPC || error == EDQUOT) {
        throw Fault("storage.full", {{"path", path}});
    }
    fail(path, std::generic_category().message(error));
}

/** Repeats `call` while a signal interrupts it. */
template <typename Call> auto uninterrupted(Call &&call) {
    auto result = call();
    while (result < 0 && errno == EINTR) {
        result = call();
    }
    return result;
}

} // namespace

FileMapping::~FileMapping() {
    munmap(const_cast<uint8_t *>(bytes_), length_);
}

std::unique_ptr<DiskFile> DiskFile::open(const std::string &path) {
    if (path.find('\0') != std::string::npos) {
        fail(path, "a zero byte in the path");
    }
    // O_NONBLOCK: a pipe must be refused, not waited for. It means nothing to a regular file.
    const int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK;
    const int handle = uninterrupted([&] { return ::open(path.c_str(), flags, owner_only); });
    if (handle < 0) {
        fail_with_errno(path);
    }
    std::unique_ptr<DiskFile> file(new DiskFile(path, handle));
    struct stat status {};
    if (fstat(handle, &status) != 0) {
        fail_with_errno(path);
    }
    if (!S_ISREG(status.st_mode)) {
        fail(path, "not a regular file");
    }
    if (uninterrupted([&] { return flock(handle, LOCK_EX | LOCK_NB); }) != 0) {
        if (errno == EWOULDBLOCK) {
            throw Fault("vectors.in-use", {{"path", path}});
        }
        fail_with_errno(path);
    }
    return file;
}

DiskFile::~DiskFile() {
    ::close(handle_);
}

uint64_t DiskFile::size() const {
    struct stat status {};
    if (fstat(handle_, &status) != 0) {
        fail_with_errno(path_);
    }
    return static_cast<uint64_t>(status.st_size);
}

void DiskFile::read(uint64_t offset, void *target, size_t length) const {
    auto *bytes = static_cast<uint8_t *>(target);
    while (length > 0) {
        const ssize_t count =
            uninterrupted([&] { return pread(handle_, bytes, length, static_cast<off_t>(offset)); });
        if (count < 0) {
            fail_with_errno(path_);
        }
        if (count == 0) {
            fail(path_, "the file became shorter while it was read");
        }
        bytes += count;
        offset += static_cast<uint64_t>(count);
        length -= static_cast<size_t>(count);
    }
}

void DiskFile::write(uint64_t offset, const void *source, size_t length) {
    const auto *bytes = static_cast<const uint8_t *>(source);
    while (length > 0) {
        const ssize_t count =
            uninterrupted([&] { return pwrite(handle_, bytes, length, static_cast<off_t>(offset)); });
        if (count <= 0) {
            fail_with_errno(path_);
        }
        bytes += count;
        offset += static_cast<uint64_t>(count);
        length -= static_cast<size_t>(count);
    }
}

void DiskFile::cut(uint64_t length) {
    if (uninterrupted([&] { return ftruncate(handle_, static_cast<off_t>(length)); }) != 0) {
        fail_with_errno(path_);
    }
}

void DiskFile::sync() {
    if (uninterrupted([&] { return fsync(handle_); }) != 0) {
        fail_with_errno(path_);
    }
}

std::shared_ptr<const FileMapping> DiskFile::map(size_t length) const {
    void *bytes = mmap(nullptr, length, PROT_READ, MAP_SHARED, handle_, 0);
    if (bytes == MAP_FAILED) {
        fail_with_errno(path_);
    }
    // Every scan reads all of it: have the disk begin before the first one asks.
    madvise(bytes, length, MADV_WILLNEED);
    return std::make_shared<const FileMapping>(static_cast<const uint8_t *>(bytes), length);
}

} // namespace parley

#endif
