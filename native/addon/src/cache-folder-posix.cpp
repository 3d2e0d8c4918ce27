#ifndef _WIN32

#include "cache-folder.h"

#include "little-endian.h"

#include <array>
#include <cerrno>
#include <cmath>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace parley {

namespace {

constexpr mode_t folder_mode = 0700;
constexpr mode_t file_mode = 0600;
constexpr const char *lock_name = "lock";

/** A descriptor that is closed with its owner; -1 is none. */
class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor &&other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor(const Descriptor &) = delete;
    Descriptor &operator=(const Descriptor &) = delete;
    Descriptor &operator=(Descriptor &&) = delete;
    ~Descriptor() {
        if (number_ >= 0) {
            close(number_);
        }
    }
    int get() const { return number_; }
    bool is_open() const { return number_ >= 0; }

private:
    int number_;
};

bool write_all(int file, const void *bytes, size_t length) {
    const auto *next = static_cast<const uint8_t *>(bytes);
    while (length > 0) {
        const ssize_t count = ::write(file, next, length);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return false;
        }
        next += count;
        length -= static_cast<size_t>(count);
    }
    return true;
}

bool read_all(int file, uint64_t offset, void *target, size_t length) {
    auto *next = static_cast<uint8_t *>(target);
    while (length > 0) {
        const ssize_t count = pread(file, next, length, static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return false;
        }
        next += count;
        offset += static_cast<uint64_t>(count);
        length -= static_cast<size_t>(count);
    }
    return true;
}

/** `fsync` on macOS stops at the drive's own cache. */
bool sync_file(int file) {
#ifdef F_FULLFSYNC
    if (fcntl(file, F_FULLFSYNC) == 0) {
        return true;
    }
#endif
    return fsync(file) == 0;
}

double modified_seconds(const struct stat &status) {
#ifdef __APPLE__
    const timespec &time = status.st_mtimespec;
#else
    const timespec &time = status.st_mtim;
#endif
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

} // namespace

struct CacheFile::System {
    Descriptor file;
    struct stat status;
};

CacheFile::CacheFile(std::unique_ptr<System> system)
    : system_(std::move(system)), size_(static_cast<uint64_t>(system_->status.st_size)),
      used_seconds_(modified_seconds(system_->status)) {
}

CacheFile::~CacheFile() = default;

bool CacheFile::read(uint64_t offset, void *target, size_t length) {
    return offset <= size_ && length <= size_ - offset &&
           read_all(system_->file.get(), offset, target, length);
}

struct CacheFolder::System {
    Descriptor folder;
    Descriptor lock;
};

CacheFolder::CacheFolder(std::unique_ptr<System> system) : system_(std::move(system)) {
}

CacheFolder::~CacheFolder() = default;

std::unique_ptr<CacheFolder> CacheFolder::open(const std::string &path) {
    const size_t end_of_parent = path.find_last_of('/');
    if (end_of_parent != std::string::npos && end_of_parent > 0) {
        mkdir(path.substr(0, end_of_parent).c_str(), folder_mode);
    }
    if (mkdir(path.c_str(), folder_mode) != 0 && errno != EEXIST) {
        return nullptr;
    }
    Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    // A folder that somebody made for all to read is ours from now on; where it is not ours, this fails.
    if (!folder.is_open() || fchmod(folder.get(), folder_mode) != 0) {
        return nullptr;
    }
    Descriptor lock(
        openat(folder.get(), lock_name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, file_mode));
    struct stat status {};
    if (!lock.is_open() || fstat(lock.get(), &status) != 0 || !S_ISREG(status.st_mode) ||
        flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        return nullptr;
    }
    return std::make_unique<CacheFolder>(
        std::unique_ptr<System>(new System{std::move(folder), std::move(lock)}));
}

std::vector<std::string> CacheFolder::list() const {
    // Not a duplicate of our descriptor: that would share its place in the folder.
    const int number = openat(system_->folder.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = number < 0 ? nullptr : fdopendir(number);
    if (folder == nullptr) {
        if (number >= 0) {
            close(number);
        }
        return {};
    }
    std::vector<std::string> names;
    // Each stream is read by one thread, which is all that readdir asks for.
    while (const dirent *entry = readdir(folder)) { // NOLINT(concurrency-mt-unsafe)
        names.emplace_back(entry->d_name);
    }
    closedir(folder);
    return names;
}

std::unique_ptr<CacheFile> CacheFolder::open_file(const std::string &name) const {
    // Without O_NONBLOCK a pipe in the place of a file would hold the thread for ever.
    Descriptor file(
        openat(system_->folder.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat status {};
    if (!file.is_open() || fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
        return nullptr;
    }
    return std::make_unique<CacheFile>(
        std::unique_ptr<CacheFile::System>(new CacheFile::System{std::move(file), status}));
}

bool CacheFolder::write(const std::string &name, const std::vector<Piece> &pieces) {
    const int folder = system_->folder.get();
    const std::string partial = name + partial_suffix;
    unlinkat(folder, partial.c_str(), 0);
    bool is_written = false;
    {
        const Descriptor file(
            openat(folder, partial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, file_mode));
        is_written = file.is_open();
        for (const auto &[bytes, length] : pieces) {
            is_written = is_written && write_all(file.get(), bytes, length);
        }
        is_written = is_written && sync_file(file.get());
    }
    if (is_written && renameat(folder, partial.c_str(), folder, name.c_str()) == 0) {
        return true;
    }
    unlinkat(folder, partial.c_str(), 0);
    return false;
}

bool CacheFolder::remove(const std::string &name) {
    return unlinkat(system_->folder.get(), name.c_str(), 0) == 0 || errno == ENOENT;
}

void CacheFolder::sync() {
    sync_file(system_->folder.get());
}

void CacheFolder::mark_used(const std::string &name, double now_seconds) {
    const double whole = std::floor(now_seconds);
    timespec time{};
    time.tv_sec = static_cast<time_t>(whole);
    time.tv_nsec = static_cast<long>((now_seconds - whole) * 1e9); // NOLINT(google-runtime-int)
    const std::array<timespec, 2> times{time, time};
    utimensat(system_->folder.get(), name.c_str(), times.data(), AT_SYMLINK_NOFOLLOW);
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
    // Not synced: after a crash of the machine the day begins anew.
    if (lseek(system_->lock.get(), 0, SEEK_SET) == 0) {
        write_all(system_->lock.get(), bytes.data(), bytes.size());
    }
}

} // namespace parley

#endif
