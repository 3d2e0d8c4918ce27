#pragma once

#include <cstdint>

namespace parley {

/** How one element type of a tensor is laid out: `block_bytes` hold `block_elements` elements of a row. */
struct ElementType {
    uint32_t block_elements;
    uint32_t block_bytes;
};

/** The layout of a `ggml_type` of llama.cpp v0.5.0; null for a number it does not know or has removed. */
const ElementType *find_element_type(uint32_t type);

/** The name people know a `general.file_type` by, such as `Q4_K_M`; null for an unknown number. */
const char *file_type_name(uint64_t file_type);

} // namespace parley
