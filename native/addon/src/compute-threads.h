#pragma once

#include "ggml-cpu.h"
#include "llama.h"

#include <map>
#include <memory>

namespace parley {

/**
 * The threads that compute for one context. Without a pool ggml starts and ends its threads for every token.
 * There is a pool for each number of threads that was used: the idle threads of a larger one would be woken
 * for every token, and a pool that llama.cpp has seen must outlive the context. Those not in use sleep.
 * Engine thread; to be destroyed after the context.
 */
class ComputeThreads {
public:
    /** Computes with `count` threads, 1 or more, from the next `llama_decode` on. */
    void use(llama_context *context, int count);

    /** Threads in use; 0 before the first `use`. */
    int count() const { return count_; }

private:
    struct FreePool {
        void operator()(ggml_threadpool *pool) const;
    };

    int count_ = 0;
    std::map<int, std::unique_ptr<ggml_threadpool, FreePool>> pools_;
};

} // namespace parley
