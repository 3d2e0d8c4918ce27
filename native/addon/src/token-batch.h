#pragma once

#include "llama.h"

#include <cstddef>
#include <cstdint>

namespace parley {

/** One llama_batch with room for `capacity` tokens, freed with the scope. */
class TokenBatch {
public:
    explicit TokenBatch(size_t capacity) : batch_(llama_batch_init(static_cast<int32_t>(capacity), 0, 1)) {}
    TokenBatch(const TokenBatch &) = delete;
    TokenBatch &operator=(const TokenBatch &) = delete;
    ~TokenBatch() { llama_batch_free(batch_); }
    llama_batch &get() { return batch_; }

private:
    llama_batch batch_;
};

} // namespace parley
