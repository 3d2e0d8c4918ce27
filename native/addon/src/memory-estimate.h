#pragma once

#include "embedder.h"
#include "requests.h"

#include <cstdint>

namespace parley {

struct MemoryEstimate {
    uint64_t model_bytes = 0;
    uint64_t context_bytes = 0;
    uint64_t compute_bytes = 0;
    uint64_t projector_bytes = 0;
};

/**
 * What loading would take, from the headers alone. Any thread, but never beside a load (see
 * `loading_mutex`). @throws Fault `model.file-*`, `model.projector-mismatch`, `model.unsupported`
 */
MemoryEstimate estimate_memory(const LoadRequest &request);

/** The same for an embedder. */
MemoryEstimate estimate_embedder_memory(const EmbedderRequest &request);

} // namespace parley
