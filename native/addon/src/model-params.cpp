#include "model-params.h"

#include "llama-arch.h"

#include <string_view>

namespace parley {

namespace {

// Small steps of the prompt, so that progress is seen and another conversation could get in between.
constexpr uint32_t step_tokens = 256;
constexpr uint32_t gpu_step_tokens = 512;

// Attention state is shared by all: another id costs nothing but a bit in each cell. A recurrent model
// reserves one whole state for each id, some tens of megabytes.
constexpr SequencePlan shared_plan{16, 2};
constexpr SequencePlan reserved_plan{4, 2};

} // namespace

bool reserves_states(const std::string &architecture) {
    const llm_arch known = llm_arch_from_string(architecture);
    return llm_arch_is_recurrent(known) || llm_arch_is_hybrid(known);
}

SequencePlan plan_sequences(const std::string &architecture) {
    return reserves_states(architecture) ? reserved_plan : shared_plan;
}

bool has_gpu() {
    return ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_GPU) != nullptr ||
           ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_IGPU) != nullptr;
}

bool is_mapped(ggml_backend_buffer_type_t type) {
    // As ggml's backends name the buffers that they make over memory which they did not allocate.
    constexpr std::string_view mark = "_Mapped";
    const std::string_view name = ggml_backend_buft_name(type);
    return name.size() >= mark.size() && name.substr(name.size() - mark.size()) == mark;
}

llama_model_params model_params(const LoadRequest &request) {
    static ggml_backend_dev_t no_devices[] = {nullptr};
    llama_model_params params = llama_model_default_params();
    if (!request.gpu_layers) {
        return params;
    }
    params.n_gpu_layers = *request.gpu_layers;
    if (*request.gpu_layers == 0) {
        // Else a GPU would still be given the large matrices of a prompt, and memory for them.
        params.devices = no_devices;
    }
    return params;
}

llama_context_params context_params(const LoadRequest &request, const SequencePlan &plan, int threads) {
    llama_context_params params = llama_context_default_params();
    const bool is_offloaded = has_gpu() && request.gpu_layers.value_or(1) > 0;
    params.n_ctx = request.context_tokens;
    params.n_ubatch = request.batch_tokens.value_or(is_offloaded ? gpu_step_tokens : step_tokens);
    params.n_batch = params.n_ubatch;
    params.n_seq_max = plan.conversations + plan.spares;
    params.kv_unified = true;
    params.offload_kqv = is_offloaded;
    params.op_offload = is_offloaded;
    params.n_threads = threads;
    params.n_threads_batch = threads;
    params.no_perf = true;
    return params;
}

} // namespace parley
