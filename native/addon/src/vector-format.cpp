#include "vector-format.h"

#include "vector-math.h"

#include <algorithm>

namespace parley {

namespace {

constexpr std::array<uint8_t, 8> magic = {'P', 'V', 'E', 'C', '\r', '\n', 0x1a, '\n'};
constexpr uint32_t known_version = 1;
constexpr size_t version_offset = 8;
constexpr size_t dimensions_offset = 12;
constexpr size_t row_count_offset = 16;
constexpr size_t checksum_offset = 56;

/** FNV-1a, 64 bits: finds accidents, and is no protection from anyone. */
uint64_t checksum_of(const VectorHeaderBytes &bytes) {
    uint64_t hash = 0xcbf29ce484222325U;
    for (size_t index = 0; index < checksum_offset; index++) {
        hash = (hash ^ bytes[index]) * 0x100000001b3U;
    }
    return hash;
}

template <typename Number> void put(VectorHeaderBytes &bytes, size_t offset, Number number) {
    for (size_t index = 0; index < sizeof(Number); index++) {
        bytes[offset + index] = static_cast<uint8_t>(number >> (8 * index));
    }
}

template <typename Number> Number get(const VectorHeaderBytes &bytes, size_t offset) {
    Number number = 0;
    for (size_t index = 0; index < sizeof(Number); index++) {
        number |= static_cast<Number>(bytes[offset + index]) << (8 * index);
    }
    return number;
}

} // namespace

const char *name_of(VectorFault fault) {
    switch (fault) {
    case VectorFault::not_vectors:
        return "not-vectors";
    case VectorFault::version:
        return "version";
    case VectorFault::checksum:
        return "checksum";
    case VectorFault::dimensions:
        return "dimensions";
    case VectorFault::truncated:
        return "truncated";
    case VectorFault::bad_scale:
        return "bad-scale";
    case VectorFault::none:
        break;
    }
    return "none";
}

VectorHeaderBytes write_vector_header(const VectorHeader &header) {
    VectorHeaderBytes bytes{};
    std::copy(magic.begin(), magic.end(), bytes.begin());
    put(bytes, version_offset, known_version);
    put(bytes, dimensions_offset, header.dimensions);
    put(bytes, row_count_offset, header.row_count);
    put(bytes, checksum_offset, checksum_of(bytes));
    return bytes;
}

VectorFault read_vector_header(const VectorHeaderBytes &bytes, uint64_t file_bytes, VectorHeader &header) {
    if (file_bytes < magic.size() || !std::equal(magic.begin(), magic.end(), bytes.begin())) {
        return VectorFault::not_vectors;
    }
    if (file_bytes < vector_header_bytes) {
        return VectorFault::truncated;
    }
    if (get<uint32_t>(bytes, version_offset) != known_version) {
        return VectorFault::version;
    }
    if (get<uint64_t>(bytes, checksum_offset) != checksum_of(bytes)) {
        return VectorFault::checksum;
    }
    header.dimensions = get<uint32_t>(bytes, dimensions_offset);
    header.row_count = get<uint64_t>(bytes, row_count_offset);
    if (header.dimensions == 0 || header.dimensions > max_vector_dimensions) {
        return VectorFault::dimensions;
    }
    // Within these limits the size cannot overflow: 2^32 rows of 2^13 bytes.
    if (header.row_count > max_vector_rows ||
        VectorLayout(header.dimensions).file_bytes(header.row_count) > file_bytes) {
        return VectorFault::truncated;
    }
    return VectorFault::none;
}

VectorLayout::VectorLayout(uint32_t dimensions)
    : row_bytes_(vector_row_bytes(dimensions)),
      block_bytes_(vector_block_rows * (sizeof(float) + row_bytes_)) {
}

uint64_t VectorLayout::file_bytes(uint64_t row_count) const {
    return block_offset((row_count + vector_block_rows - 1) / vector_block_rows);
}

} // namespace parley
