#ifdef _WIN32

#include "cache-folder.h"

#include "little-endian.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <windows.h>

namespace parley {

namespace {

namespace fs = std::filesystem;

constexpr const wchar_t *lock_name = L"lock";
/** 100 ns steps from 1601, as Windows counts, to 1970. */
constexpr uint64_t epoch_steps = 116444736000000000;
constexpr double steps_per_second = 1e7;

/** A handle that is closed with its owner. */
class Handle {
public:
    explicit Handle(HANDLE handle) : handle_(handle) {}
    Handle(Handle &&other) noexcept : handle_(std::exchange(other.handle_, INVALID_HANDLE_VALUE)) {}
    Handle(const Handle &) = delete;
    Handle &operator=(const Handle &) = delete;
    Handle &operator=(Handle &&) = delete;
    ~Handle() {
        if (is_open()) {
            CloseHandle(handle_);
        }
    }
    HANDLE get() const { return handle_; }
    bool is_open() const { return handle_ != INVALID_HANDLE_VALUE; }

private:
    HANDLE handle_;
};

/** ReadFile and WriteFile count in 32 bits. */
DWORD step_length(size_t length) {
    return static_cast<DWORD>(std::min<size_t>(length, 1U << 30U));
}

bool read_all(HANDLE file, uint64_t offset, void *target, size_t length) {
    auto *next = static_cast<uint8_t *>(target);
    while (length > 0) {
        OVERLAPPED place{};
        place.Offset = static_cast<DWORD>(offset);
        place.OffsetHigh = static_cast<DWORD>(offset >> 32U);
        DWORD count = 0;
        if (ReadFile(file, next, step_length(length), &count, &place) == 0 || count == 0) {
            return false;
        }
        next += count;
        offset += count;
        length -= count;
    }
    return true;
}

bool write_all(HANDLE file, const void *bytes, size_t length) {
    const auto *next = static_cast<const uint8_t *>(bytes);
    while (length > 0) {
        DWORD count = 0;
        if (WriteFile(file, next, step_length(length), &count, nullptr) == 0 || count == 0) {
            return false;
        }
        next += count;
        length -= count;
    }
    return true;
}

} // namespace

struct CacheFile::System {
    Handle file;
    BY_HANDLE_FILE_INFORMATION facts;
};

CacheFile::CacheFile(std::unique_ptr<System> system)
    : system_(std::move(system)),
      size_((uint64_t{system_->facts.nFileSizeHigh} << 32U) | system_->facts.nFileSizeLow) {
    const FILETIME &time = system_->facts.ftLastWriteTime;
    const uint64_t steps = (uint64_t{time.dwHighDateTime} << 32U) | time.dwLowDateTime;
    used_seconds_ = steps < epoch_steps ? 0 : static_cast<double>(steps - epoch_steps) / steps_per_second;
}

CacheFile::~CacheFile() = default;

bool CacheFile::read(uint64_t offset, void *target, size_t length) {
    return offset <= size_ && length <= size_ - offset &&
           read_all(system_->file.get(), offset, target, length);
}

/** The folder lies under the person's own profile, whose access list it inherits. */
struct CacheFolder::System {
    fs::path folder;
    Handle lock;
};

CacheFolder::CacheFolder(std::unique_ptr<System> system) : system_(std::move(system)) {
}

CacheFolder::~CacheFolder() = default;

std::unique_ptr<CacheFolder> CacheFolder::open(const std::string &path) {
    const fs::path folder = fs::u8path(path);
    std::error_code error;
    fs::create_directory(folder.parent_path(), error);
    fs::create_directory(folder, error);
    if (fs::symlink_status(folder, error).type() != fs::file_type::directory) {
        return nullptr;
    }
    // Shared with nobody: a second process cannot open it.
    Handle lock(CreateFileW((folder / lock_name).c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr,
                            OPEN_ALWAYS, FILE_FLAG_OPEN_REPARSE_POINT, nullptr));
    if (!lock.is_open()) {
        return nullptr;
    }
    return std::make_unique<CacheFolder>(std::unique_ptr<System>(new System{folder, std::move(lock)}));
}

std::vector<std::string> CacheFolder::list() const {
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator entry(system_->folder, error), end; !error && entry != end;
         entry.increment(error)) {
        names.push_back(entry->path().filename().u8string());
    }
    return names;
}

std::unique_ptr<CacheFile> CacheFolder::open_file(const std::string &name) const {
    Handle file(CreateFileW((system_->folder / fs::u8path(name)).c_str(), GENERIC_READ, FILE_SHARE_READ,
                            nullptr, OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT, nullptr));
    BY_HANDLE_FILE_INFORMATION facts{};
    constexpr DWORD refused = FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT;
    if (!file.is_open() || GetFileType(file.get()) != FILE_TYPE_DISK ||
        GetFileInformationByHandle(file.get(), &facts) == 0 || (facts.dwFileAttributes & refused) != 0) {
        return nullptr;
    }
    return std::make_unique<CacheFile>(
        std::unique_ptr<CacheFile::System>(new CacheFile::System{std::move(file), facts}));
}

bool CacheFolder::write(const std::string &name, const std::vector<Piece> &pieces) {
    const fs::path target = system_->folder / fs::u8path(name);
    const fs::path partial = system_->folder / fs::u8path(name + partial_suffix);
    DeleteFileW(partial.c_str());
    bool is_written = false;
    {
        const Handle file(CreateFileW(partial.c_str(), GENERIC_WRITE, 0, nullptr, CREATE_NEW,
                                      FILE_ATTRIBUTE_NORMAL, nullptr));
        is_written = file.is_open();
        for (const auto &[bytes, length] : pieces) {
            is_written = is_written && write_all(file.get(), bytes, length);
        }
        is_written = is_written && FlushFileBuffers(file.get()) != 0;
    }
    constexpr DWORD how = MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH;
    if (is_written && MoveFileExW(partial.c_str(), target.c_str(), how) != 0) {
        return true;
    }
    DeleteFileW(partial.c_str());
    return false;
}

bool CacheFolder::remove(const std::string &name) {
    return DeleteFileW((system_->folder / fs::u8path(name)).c_str()) != 0 ||
           GetLastError() == ERROR_FILE_NOT_FOUND;
}

void CacheFolder::sync() {
    // Names are written through by MoveFileExW.
}

void CacheFolder::mark_used(const std::string &name, double now_seconds) {
    const Handle file(CreateFileW((system_->folder / fs::u8path(name)).c_str(), FILE_WRITE_ATTRIBUTES,
                                  FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr, OPEN_EXISTING,
                                  FILE_FLAG_OPEN_REPARSE_POINT, nullptr));
    const uint64_t steps = epoch_steps + static_cast<uint64_t>(now_seconds * steps_per_second);
    const FILETIME time{static_cast<DWORD>(steps), static_cast<DWORD>(steps >> 32U)};
    if (file.is_open()) {
        SetFileTime(file.get(), nullptr, &time, &time);
    }
}

WrittenToday CacheFolder::written_today() const {
    std::array<uint8_t, 16> bytes{};
    if (!read_all(system_->lock.get(), 0, bytes.data(), bytes.size())) {
        return {};
    }
    return {read_u64(bytes.data()), read_u64(bytes.data() + 8)};
}

void CacheFolder::set_written_today(const WrittenToday &written) {
    std::array<uint8_t, 16> bytes{};
    write_u64(bytes.data(), written.day);
    write_u64(bytes.data() + 8, written.bytes);
    if (SetFilePointer(system_->lock.get(), 0, nullptr, FILE_BEGIN) == 0) {
        write_all(system_->lock.get(), bytes.data(), bytes.size());
    }
}

} // namespace parley

#endif
