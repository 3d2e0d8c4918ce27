#include "byte-source.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

namespace parley {

namespace {

constexpr size_t buffer_bytes = 256 * 1024;

bool is_inside(uint64_t offset, size_t length, uint64_t size) {
    return offset <= size && length <= size - offset;
}

bool seek(std::FILE *file, uint64_t offset) {
#ifdef _WIN32
    return _fseeki64(file, static_cast<int64_t>(offset), SEEK_SET) == 0;
#else
    return fseeko(file, static_cast<off_t>(offset), SEEK_SET) == 0;
#endif
}

std::FILE *open_for_reading(const std::filesystem::path &path) {
#ifdef _WIN32
    return _wfopen(path.c_str(), L"rb");
#else
    return std::fopen(path.c_str(), "rbe");
#endif
}

} // namespace

bool MemorySource::read(uint64_t offset, void *target, size_t length) {
    if (!is_inside(offset, length, length_)) {
        return false;
    }
    if (length > 0) {
        std::memcpy(target, bytes_ + offset, length);
    }
    return true;
}

std::unique_ptr<FileSource> FileSource::open(const std::string &path, OpenFailure &failure,
                                             std::string &reason) {
    std::error_code error;
    const std::filesystem::path native = std::filesystem::u8path(path);
    const auto status = std::filesystem::status(native, error);
    failure = OpenFailure::none;
    if (status.type() == std::filesystem::file_type::not_found) {
        failure = OpenFailure::missing;
        return nullptr;
    }
    if (!std::filesystem::is_regular_file(status)) {
        failure = OpenFailure::unreadable;
        reason = error ? error.message() : "not a regular file";
        return nullptr;
    }
    const uint64_t length = std::filesystem::file_size(native, error);
    File file(error ? nullptr : open_for_reading(native));
    if (!file) {
        failure = OpenFailure::unreadable;
        reason = error ? error.message() : std::generic_category().message(errno);
        return nullptr;
    }
    // The buffer below is the only one: stdio's own would be read again after every seek.
    std::setvbuf(file.get(), nullptr, _IONBF, 0);
    return std::unique_ptr<FileSource>(new FileSource(std::move(file), length));
}

FileSource::FileSource(File file, uint64_t length)
    : file_(std::move(file)), length_(length), buffer_(std::make_unique<uint8_t[]>(buffer_bytes)) {
}

bool FileSource::read_directly(uint64_t offset, void *target, size_t length) {
    return seek(file_.get(), offset) && std::fread(target, 1, length, file_.get()) == length;
}

bool FileSource::read_unbuffered(uint64_t offset, void *target, size_t length) {
    return is_inside(offset, length, length_) && read_directly(offset, target, length);
}

bool FileSource::read(uint64_t offset, void *target, size_t length) {
    if (!is_inside(offset, length, length_)) {
        return false;
    }
    if (length >= buffer_bytes) {
        return read_directly(offset, target, length);
    }
    const bool is_buffered = offset >= buffer_offset_ && offset + length <= buffer_offset_ + buffer_length_;
    if (!is_buffered) {
        const auto wanted = static_cast<size_t>(std::min<uint64_t>(buffer_bytes, length_ - offset));
        buffer_length_ = 0;
        if (!read_directly(offset, buffer_.get(), wanted)) {
            return false;
        }
        buffer_offset_ = offset;
        buffer_length_ = wanted;
    }
    if (length > 0) {
        std::memcpy(target, buffer_.get() + (offset - buffer_offset_), length);
    }
    return true;
}

} // namespace parley
