#include "gguf-tensors.h"

#include "checked.h"
#include "gguf-element-types.h"
#include "gguf-rules.h"

#include <algorithm>
#include <limits>
#include <unordered_set>

namespace parley {

namespace {

[[noreturn]] void refuse(const char *fault, const std::string &detail, const GgufTensor &tensor) {
    throw GgufError(fault, "the tensor " + printable(tensor.name) + " " + detail, tensor.header_offset);
}

/** ggml counts in signed 64 bits: a product must stay below 2^63. */
uint64_t multiply(uint64_t a, uint64_t b, const GgufTensor &tensor) {
    const auto product = checked_multiply(a, b);
    if (!product || *product > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
        refuse("size-overflow", "has a size that does not fit in 63 bits", tensor);
    }
    return *product;
}

void check_shape(GgufTensor &tensor) {
    uint64_t elements = 1;
    for (const uint64_t dimension : tensor.dimensions) {
        if (dimension < 1) {
            refuse("bad-dimensions", "has an empty dimension", tensor);
        }
        elements = multiply(elements, dimension, tensor);
    }
    const ElementType type = *find_element_type(tensor.type);
    if (tensor.dimensions.front() % type.block_elements != 0) {
        refuse("bad-dimensions", "has rows that are no whole number of blocks", tensor);
    }
    tensor.data_bytes = multiply(elements / type.block_elements, type.block_bytes, tensor);
}

void check_place(const GgufTensor &tensor, const GgufHeader &header) {
    if (tensor.data_offset % header.alignment != 0) {
        refuse("misaligned-tensor", "does not begin at a multiple of the alignment", tensor);
    }
    const auto padded = checked_pad(tensor.data_bytes, header.alignment);
    const auto start = checked_add(header.data_start, tensor.data_offset);
    const auto end = start ? checked_add(*start, tensor.data_bytes) : std::nullopt;
    const auto padded_end = start && padded ? checked_add(*start, *padded) : std::nullopt;
    if (!end || !padded_end) {
        refuse("size-overflow", "ends beyond 64 bits", tensor);
    }
    if (*end > header.file_bytes) {
        refuse("tensor-outside-file",
               "ends at byte " + std::to_string(*end) + " of " + std::to_string(header.file_bytes), tensor);
    }
}

void check_overlap(const GgufHeader &header) {
    std::vector<const GgufTensor *> sorted;
    sorted.reserve(header.tensors.size());
    for (const GgufTensor &tensor : header.tensors) {
        sorted.push_back(&tensor);
    }
    std::sort(sorted.begin(), sorted.end(), [](const GgufTensor *left, const GgufTensor *right) {
        return left->data_offset < right->data_offset;
    });
    for (size_t index = 1; index < sorted.size(); index++) {
        // Cannot overflow: each end was checked to be inside the file.
        if (sorted[index - 1]->data_offset + sorted[index - 1]->data_bytes > sorted[index]->data_offset) {
            refuse("overlapping-tensors", "begins inside another", *sorted[index]);
        }
    }
}

} // namespace

uint64_t element_count(const GgufTensor &tensor) {
    uint64_t elements = 1;
    for (const uint64_t dimension : tensor.dimensions) {
        elements *= dimension;
    }
    return elements;
}

void check_tensors(GgufHeader &header) {
    std::unordered_set<std::string> names;
    for (GgufTensor &tensor : header.tensors) {
        if (!names.insert(tensor.name).second) {
            refuse("duplicate-tensor", "stands twice", tensor);
        }
        check_shape(tensor);
        check_place(tensor, header);
    }
    check_overlap(header);
}

} // namespace parley
