#include "limits.h"

#if defined(_WIN32)

namespace parley {

bool limit_process(const Limits & /*limits*/) {
    return false;
}

} // namespace parley

#else

#include "own-use.h"

#include <sys/resource.h>

#include <csignal>

namespace parley {

namespace {

/** The watchdog looks ten times a second and ends the process with a code that says why: it goes first. */
constexpr uint64_t cpu_margin_seconds = 2;
/** Node has some 25 open, Electron some 60; nothing may be opened later but pipes and event descriptors. */
constexpr rlim_t open_files = 256;

bool set_limit(int what, rlim_t soft, rlim_t hard) {
    rlimit now{};
    if (getrlimit(what, &now) != 0) {
        return false;
    }
    const rlimit wanted{soft < now.rlim_max ? soft : now.rlim_max, hard < now.rlim_max ? hard : now.rlim_max};
    return setrlimit(what, &wanted) == 0;
}

} // namespace

bool limit_process(const Limits &limits) {
    // What modules took to load is theirs; the limit of the system counts from the start of the process.
    const auto used_seconds = static_cast<uint64_t>(own_cpu_seconds()) + 1;
    const rlim_t cpu = used_seconds + limits.cpu_seconds + cpu_margin_seconds;
    bool is_held = set_limit(RLIMIT_CPU, cpu, cpu + 1);
    // Linux counts every private writable page, the half gigabyte that V8 reserves for code included; others
    // the old heap only, and the watchdog all.
    const CountedData data = counted_data().value_or(CountedData{});
    const uint64_t left_bytes = limits.data_bytes > data.used_bytes ? limits.data_bytes - data.used_bytes : 0;
    const rlim_t counted = data.counted_bytes + left_bytes;
    is_held = set_limit(RLIMIT_DATA, counted, counted) && is_held;
#if !defined(__linux__)
    // Without a filter of calls this at least keeps it from writing.
    signal(SIGXFSZ, SIG_IGN);
    is_held = set_limit(RLIMIT_FSIZE, 0, 0) && is_held;
#endif
    is_held = set_limit(RLIMIT_CORE, 0, 0) && is_held;
    return set_limit(RLIMIT_NOFILE, open_files, open_files) && is_held;
}

} // namespace parley

#endif
