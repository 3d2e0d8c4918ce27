#ifdef _WIN32

#include "vector-disk-file.h"

#include "fault.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#define NOMINMAX
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

namespace parley {

namespace {

constexpr size_t max_transfer_bytes = 1U << 30;

[[noreturn]] void fail(const std::string &path, DWORD error) {
    if (error == ERROR_DISK_FULL || error == ERROR_HANDLE_DISK_FULL) {
        throw Fault("storage.full", {{"path", path}});
    }
    if (error == ERROR_SHARING_VIOLATION || error == ERROR_LOCK_VIOLATION) {
        throw Fault("vectors.in-use", {{"path", path}});
    }
    const std::string reason = std::system_category().message(static_cast<int>(error));
    throw Fault("vectors.failed", {{"path", path}, {"reason", reason}});
}

OVERLAPPED position(uint64_t offset) {
    OVERLAPPED overlapped{};
    overlapped.Offset = static_cast<DWORD>(offset);
    overlapped.OffsetHigh = static_cast<DWORD>(offset >> 32);
    return overlapped;
}

} // namespace

FileMapping::~FileMapping() {
    UnmapViewOfFile(bytes_);
}

std::unique_ptr<DiskFile> DiskFile::open(const std::string &path) {
    const std::filesystem::path native = std::filesystem::u8path(path);
    // Shared for reading only: nobody else may open it for writing while we have it.
    const HANDLE handle = CreateFileW(native.c_str(), GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, nullptr,
                                      OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr);
    if (handle == INVALID_HANDLE_VALUE) {
        fail(path, GetLastError());
    }
    std::unique_ptr<DiskFile> file(new DiskFile(path, handle));
    if (GetFileType(handle) != FILE_TYPE_DISK) {
        fail(path, ERROR_INVALID_NAME);
    }
    return file;
}

DiskFile::~DiskFile() {
    CloseHandle(handle_);
}

uint64_t DiskFile::size() const {
    LARGE_INTEGER size{};
    if (GetFileSizeEx(handle_, &size) == 0) {
        fail(path_, GetLastError());
    }
    return static_cast<uint64_t>(size.QuadPart);
}

void DiskFile::read(uint64_t offset, void *target, size_t length) const {
    auto *bytes = static_cast<uint8_t *>(target);
    while (length > 0) {
        OVERLAPPED at = position(offset);
        DWORD count = 0;
        const auto wanted = static_cast<DWORD>(std::min(length, max_transfer_bytes));
        if (ReadFile(handle_, bytes, wanted, &count, &at) == 0 || count == 0) {
            fail(path_, count == 0 ? ERROR_HANDLE_EOF : GetLastError());
        }
        bytes += count;
        offset += count;
        length -= count;
    }
}

void DiskFile::write(uint64_t offset, const void *source, size_t length) {
    const auto *bytes = static_cast<const uint8_t *>(source);
    while (length > 0) {
        OVERLAPPED at = position(offset);
        DWORD count = 0;
        const auto wanted = static_cast<DWORD>(std::min(length, max_transfer_bytes));
        if (WriteFile(handle_, bytes, wanted, &count, &at) == 0) {
            fail(path_, GetLastError());
        }
        bytes += count;
        offset += count;
        length -= count;
    }
}

void DiskFile::cut(uint64_t length) {
    FILE_END_OF_FILE_INFO end{};
    end.EndOfFile.QuadPart = static_cast<LONGLONG>(length);
    if (SetFileInformationByHandle(handle_, FileEndOfFileInfo, &end, sizeof(end)) == 0) {
        fail(path_, GetLastError());
    }
}

void DiskFile::sync() {
    if (FlushFileBuffers(handle_) == 0) {
        fail(path_, GetLastError());
    }
}

std::shared_ptr<const FileMapping> DiskFile::map(size_t length) const {
    // The view keeps the section alive; its handle is not needed any longer.
    const HANDLE section = CreateFileMappingW(handle_, nullptr, PAGE_READONLY, 0, 0, nullptr);
    if (section == nullptr) {
        fail(path_, GetLastError());
    }
    const void *bytes = MapViewOfFile(section, FILE_MAP_READ, 0, 0, length);
    const DWORD error = GetLastError();
    CloseHandle(section);
    if (bytes == nullptr) {
        fail(path_, error);
    }
    return std::make_shared<const FileMapping>(static_cast<const uint8_t *>(bytes), length);
}

} // namespace parley

#endif
