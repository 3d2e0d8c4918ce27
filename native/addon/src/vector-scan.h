#pragma once

#include "vector-kernels.h"
#include "vector-math.h"
#include "vector-store.h"

#include <cstdint>
#include <vector>

namespace parley {

struct VectorScan {
    QuantizedVector query;
    /** 1 or more. */
    size_t count = 1;
    /** Whether only the rows whose bit is set count: bit `row % 8` of byte `row / 8`. */
    bool has_filter = false;
    std::vector<uint8_t> filter;
    DotKernel kernel{};
};

/**
 * The rows closest to the query, the closest first; of equal ones the lower row. Looks at every row: nothing
 * is approximate but the int8 values themselves. Rows are compared by the exact product of their integer and
 * their scale, so all kernels give the same list. Any thread.
 * @throws Fault `vectors.broken` where the file holds a scale that is none
 */
std::vector<VectorHit> scan_vectors(const VectorSnapshot &snapshot, const VectorScan &scan);

} // namespace parley
