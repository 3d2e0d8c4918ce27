#pragma once

#include <cstdint>

namespace parley {

/** What one extractor may use. */
struct Limits {
    uint64_t data_bytes = 0;
    uint64_t cpu_seconds = 0;
    int too_heavy_exit_code = 0;
    int too_slow_exit_code = 0;
};

/**
 * Has the system itself hold this process to its limits, with a margin over what the watchdog ends it for:
 * data and processor time, no core file, few descriptors. False where the system has no such limits.
 */
bool limit_process(const Limits &limits);

} // namespace parley
