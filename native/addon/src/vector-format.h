#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace parley {

/*
 * A vector file. All numbers little-endian; offsets in bytes.
 *
 *   0   8  "PVEC\r\n\x1a\n": a transfer as text breaks it visibly, as with PNG
 *   8   4  version, 1
 *  12   4  dimensions
 *  16   8  rows that count; what lies behind them is left over from a write that never ended
 *  24  32  zeros
 *  56   8  FNV-1a of the 56 bytes before
 *  64      blocks of 64 rows: 64 scales (float32), then 64 rows of int8, each padded to a multiple of 64
 *
 * Scales stand together because one behind each row would cost a whole padded 64 bytes.
 */

constexpr size_t vector_header_bytes = 64;
constexpr size_t vector_block_rows = 64;
constexpr uint32_t max_vector_dimensions = 8192;
/** Row ids are 32 bits wide in JavaScript's typed arrays. */
constexpr uint64_t max_vector_rows = (uint64_t{1} << 32) - 1;

/** Why a file is not what we wrote; the words of `vectors.broken`. */
enum class VectorFault { none, not_vectors, version, checksum, dimensions, truncated, bad_scale };

const char *name_of(VectorFault fault);

struct VectorHeader {
    uint32_t dimensions = 0;
    uint64_t row_count = 0;
};

using VectorHeaderBytes = std::array<uint8_t, vector_header_bytes>;

VectorHeaderBytes write_vector_header(const VectorHeader &header);

/**
 * Reads the first bytes of a file of `file_bytes`; `bytes` holds as many of them as there are. The row count
 * it gives fits the file. Anything may stand there.
 */
VectorFault read_vector_header(const VectorHeaderBytes &bytes, uint64_t file_bytes, VectorHeader &header);

/** Where things lie in a file of vectors of some width. */
class VectorLayout {
public:
    explicit VectorLayout(uint32_t dimensions);

    size_t row_bytes() const { return row_bytes_; }
    size_t block_bytes() const { return block_bytes_; }
    uint64_t block_offset(uint64_t block) const { return vector_header_bytes + block * block_bytes_; }
    /** Bytes of a file that holds this many rows: whole blocks. */
    uint64_t file_bytes(uint64_t row_count) const;

private:
    size_t row_bytes_;
    size_t block_bytes_;
};

} // namespace parley
