#include "vector-scan.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace parley {

namespace {

constexpr size_t filter_bits = 8;
constexpr size_t filter_bytes_of_block = vector_block_rows / filter_bits;

/** The filter's bits of one block; rows beyond its end are left out. */
class BlockFilter {
public:
    BlockFilter(const VectorScan &scan, uint64_t block) : is_open_(!scan.has_filter) {
        const uint64_t first = block * filter_bytes_of_block;
        if (is_open_ || first >= scan.filter.size()) {
            return;
        }
        bytes_ = scan.filter.data() + first;
        byte_count_ =
            std::min<size_t>(filter_bytes_of_block, scan.filter.size() - static_cast<size_t>(first));
    }

    bool lets_any_through() const {
        return is_open_ || std::any_of(bytes_, bytes_ + byte_count_, [](uint8_t byte) { return byte != 0; });
    }
    bool lets_through(size_t row) const {
        const size_t byte = row / filter_bits;
        return is_open_ || (byte < byte_count_ && ((bytes_[byte] >> (row % filter_bits)) & 1) != 0);
    }

private:
    bool is_open_;
    const uint8_t *bytes_ = nullptr;
    size_t byte_count_ = 0;
};

} // namespace

std::vector<VectorHit> scan_vectors(const VectorSnapshot &snapshot, const VectorScan &scan) {
    const size_t row_bytes = snapshot.store().layout().row_bytes();
    BestHits best(scan.count);
    int32_t dots[vector_block_rows];
    for (uint64_t first = 0; first < snapshot.row_count(); first += vector_block_rows) {
        const uint64_t block = first / vector_block_rows;
        const BlockFilter filter(scan, block);
        if (!filter.lets_any_through()) {
            continue;
        }
        const auto count =
            static_cast<size_t>(std::min<uint64_t>(vector_block_rows, snapshot.row_count() - first));
        const float *scales = snapshot.scales(block);
        scan.kernel.dots(scan.query.values.data(), snapshot.rows(block), row_bytes, count, dots);
        for (size_t row = 0; row < count; row++) {
            // Exact: 27 bits times 24. The query's scale, the same for all, comes last.
            const double score = dots[row] * static_cast<double>(scales[row]);
            if (!filter.lets_through(row) || !(best.would_take(score) || std::isnan(score))) {
                continue;
            }
            // A scale is only looked at where it would get into the list: NaN never sorts, infinity always
            // wins.
            if (!std::isfinite(scales[row])) {
                snapshot.store().refuse(VectorFault::bad_scale);
            }
            best.offer({score, static_cast<uint32_t>(first + row)});
        }
    }
    std::vector<VectorHit> hits = std::move(best).sorted();
    for (VectorHit &hit : hits) {
        // The sum makes a negative zero a plain one.
        hit.score = hit.score * static_cast<double>(scan.query.scale) + 0.0;
    }
    return hits;
}

} // namespace parley
