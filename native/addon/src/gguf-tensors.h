#pragma once

#include "gguf-reader.h"

namespace parley {

/**
 * Checks shapes, names and places of all tensors and fills in `data_bytes`. Needs `alignment` and
 * `data_start`. @throws GgufError
 */
void check_tensors(GgufHeader &header);

/** The elements of a tensor whose shape was checked. */
uint64_t element_count(const GgufTensor &tensor);

} // namespace parley
