#include "own-use.h"

#if defined(_WIN32)
#include <windows.h>

#include <psapi.h>
#elif defined(__APPLE__)
#include <mach/mach.h>

#include <ctime>
#else
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <ctime>
#endif

namespace parley {

#if defined(_WIN32)

double own_cpu_seconds() {
    FILETIME created, exited, kernel, user;
    if (GetProcessTimes(GetCurrentProcess(), &created, &exited, &kernel, &user) == 0) {
        return 0;
    }
    const auto seconds = [](const FILETIME &time) {
        return static_cast<double>((static_cast<uint64_t>(time.dwHighDateTime) << 32) | time.dwLowDateTime) /
               1e7;
    };
    return seconds(kernel) + seconds(user);
}

OwnMemory::OwnMemory() = default;
OwnMemory::~OwnMemory() = default;

uint64_t OwnMemory::bytes() const {
    PROCESS_MEMORY_COUNTERS_EX counters{};
    auto *plain = reinterpret_cast<PROCESS_MEMORY_COUNTERS *>(&counters);
    return GetProcessMemoryInfo(GetCurrentProcess(), plain, sizeof(counters)) == 0 ? 0
                                                                                   : counters.PrivateUsage;
}

#else

double own_cpu_seconds() {
    timespec time{};
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) != 0) {
        return 0;
    }
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

#if defined(__APPLE__)

OwnMemory::OwnMemory() = default;
OwnMemory::~OwnMemory() = default;

std::optional<CountedData> counted_data() {
    return std::nullopt;
}

uint64_t OwnMemory::bytes() const {
    task_vm_info_data_t info{};
    mach_msg_type_number_t count = TASK_VM_INFO_COUNT;
    const auto status =
        task_info(mach_task_self(), TASK_VM_INFO, reinterpret_cast<task_info_t>(&info), &count);
    return status == KERN_SUCCESS ? info.phys_footprint : 0;
}

#else

OwnMemory::OwnMemory() : descriptor_(open("/proc/self/statm", O_RDONLY | O_CLOEXEC)) {
}

OwnMemory::~OwnMemory() {
    if (descriptor_ >= 0) {
        close(descriptor_);
    }
}

namespace {

/** The numbers of /proc/self/statm, in pages: size, resident, shared, text, library, data with stacks. */
using PageCounts = std::array<uint64_t, 6>;

std::optional<PageCounts> read_page_counts(int descriptor) {
    char text[128] = {};
    if (descriptor < 0 || pread(descriptor, text, sizeof(text) - 1, 0) <= 0) {
        return std::nullopt;
    }
    PageCounts counts{};
    char *rest = text;
    for (uint64_t &count : counts) {
        count = strtoull(rest, &rest, 10);
    }
    return counts;
}

uint64_t in_bytes(uint64_t pages) {
    return pages * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

} // namespace

uint64_t OwnMemory::bytes() const {
    const auto counts = read_page_counts(descriptor_);
    return counts ? in_bytes((*counts)[1]) : 0;
}

std::optional<CountedData> counted_data() {
    const int descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    const auto counts = read_page_counts(descriptor);
    if (descriptor >= 0) {
        close(descriptor);
    }
    if (!counts) {
        return std::nullopt;
    }
    return CountedData{in_bytes((*counts)[5]), in_bytes((*counts)[1] - (*counts)[2])};
}

#endif

#endif

} // namespace parley
