#pragma once

#include "requests.h"

#include "ggml-backend.h"
#include "llama.h"

#include <string>

namespace parley {

/** Sequence ids of one context. */
struct SequencePlan {
    /** Conversations that keep their place at one time; ids [0, conversations). */
    uint32_t conversations;
    /** Ids after those, through which parts of a state are read out and brought in. */
    uint32_t spares;
};

/** Whether each sequence of such a model keeps one state of fixed size, at least in some of its layers. */
bool reserves_states(const std::string &architecture);

/** How many sequences suit a model of this architecture (`general.architecture`). */
SequencePlan plan_sequences(const std::string &architecture);

/** Whether there is a device to compute on other than the CPU. */
bool has_gpu();

/** Whether weights in such a buffer lie in the mapped file: they count as free memory, but are wanted there.
 */
bool is_mapped(ggml_backend_buffer_type_t type);

/**
 * The parameters that both loading and estimating use, so that the estimate is true. `threads` counts
 * compute threads. What they point to lives as long as the program.
 */
llama_model_params model_params(const LoadRequest &request);
llama_context_params context_params(const LoadRequest &request, const SequencePlan &plan, int threads);

} // namespace parley
