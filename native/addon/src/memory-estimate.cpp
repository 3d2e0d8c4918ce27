#include "memory-estimate.h"

#include "fault.h"
#include "gguf-summary.h"
#include "log-router.h"
#include "model.h"

#include "fit.h"

#include <vector>

namespace parley {

MemoryEstimate estimate_memory(const LoadRequest &request) {
    Model::check(request);
    const std::string architecture = inspect_file(request.path).architecture;
    const llama_model_params model = model_params(request);
    const llama_context_params context = context_params(request, plan_sequences(architecture), 1);
    std::vector<ggml_backend_dev_t> devices;
    uint32_t layers = 0;
    uint32_t trained_tokens = 0;
    uint32_t experts = 0;
    MemoryEstimate estimate;
    const std::lock_guard<std::mutex> lock(loading_mutex());
    try {
        for (const common_device_memory_data &device :
             common_get_device_memory_data(request.path.c_str(), &model, &context, devices, layers,
                                           trained_tokens, experts, GGML_LOG_LEVEL_ERROR)) {
            estimate.model_bytes += device.model;
            estimate.context_bytes += device.context;
            estimate.compute_bytes += device.compute;
        }
    } catch (const std::exception &) {
        throw Fault("model.unsupported", {{"architecture", architecture}});
    }
    if (request.projector_path) {
        mtmd_context_params params = mtmd_context_params_default();
        params.warmup = false;
        for (const auto &[device, bytes] : mtmd_get_memory_usage(request.projector_path->c_str(), params)) {
            estimate.projector_bytes += bytes;
        }
    }
    return estimate;
}

} // namespace parley
