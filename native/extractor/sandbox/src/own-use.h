#pragma once

#include <cstdint>
#include <optional>

namespace parley {

/** Processor time of this process so far, over all its threads. */
double own_cpu_seconds();

/**
 * Counts the memory of this process. Make it before the process restricts itself: on Linux it keeps a
 * descriptor. Any thread, one at a time.
 */
class OwnMemory {
public:
    OwnMemory();
    ~OwnMemory();
    OwnMemory(const OwnMemory &) = delete;
    OwnMemory &operator=(const OwnMemory &) = delete;

    /** Linux: resident, with the program's own pages. macOS: footprint. Windows: committed. 0 when it cannot
     * tell. */
    uint64_t bytes() const;

private:
    int descriptor_ = -1;
};

/** What the system's own limit on data counts, which is more than is in use: engines reserve ahead. Linux
 * only. */
struct CountedData {
    uint64_t counted_bytes = 0;
    uint64_t used_bytes = 0;
};

/** Nothing where it cannot tell. */
std::optional<CountedData> counted_data();

} // namespace parley
