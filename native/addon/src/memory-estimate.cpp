#include "memory-estimate.h"

#include "fault.h"
#include "gguf-summary.h"
#include "log-router.h"
#include "model.h"

#include "fit.h"

#include <algorithm>
#include <string>
#include <vector>

namespace parley {

namespace {

/** Weights, state and compute buffers of one model. @throws Fault `model.unsupported` */
MemoryEstimate estimate_of(const std::string &path, const llama_model_params &model,
                           const llama_context_params &context, const std::string &architecture) {
    std::vector<ggml_backend_dev_t> devices;
    uint32_t layers = 0;
    uint32_t trained_tokens = 0;
    uint32_t experts = 0;
    MemoryEstimate estimate;
    const std::lock_guard<std::mutex> lock(loading_mutex());
    try {
        for (const common_device_memory_data &device :
             common_get_device_memory_data(path.c_str(), &model, &context, devices, layers, trained_tokens,
                                           experts, GGML_LOG_LEVEL_ERROR)) {
            estimate.model_bytes += device.model;
            estimate.context_bytes += device.context;
            estimate.compute_bytes += device.compute;
        }
    } catch (const std::exception &) {
        throw Fault("model.unsupported", {{"architecture", architecture}});
    }
    return estimate;
}

/**
 * The most tokens of a picture that look at each other in both directions, so that the model must compute
 * them in one batch, which loading makes room for (`PictureEncoder::whole_run_tokens`). Only the projector
 * itself knows, once it is loaded: these are llama.cpp's limits for the kinds that do so; 0 for all others.
 */
uint32_t whole_picture_tokens(const std::string &projector_path) {
    const GgufSummary projector = inspect_file(projector_path);
    const std::string kind = projector.projector_kind.value_or("");
    if (kind == "gemma3") {
        return 256;
    }
    if (kind == "deepseek4v") {
        return 512;
    }
    if (kind == "gemma4uv") {
        return 1120;
    }
    // The two small ones of the family read their pictures from left to right.
    const uint64_t width = projector.embedding_width.value_or(0);
    return kind == "gemma4v" && width != 1536 && width != 2560 ? 1120 : 0;
}

} // namespace

MemoryEstimate estimate_memory(const LoadRequest &request) {
    Model::check(request);
    const std::string architecture = inspect_file(request.path).architecture;
    llama_context_params context = context_params(request, plan_sequences(architecture), 1);
    if (request.projector_path) {
        context.n_ubatch = std::max(context.n_ubatch, whole_picture_tokens(*request.projector_path));
        context.n_batch = context.n_ubatch;
    }
    MemoryEstimate estimate = estimate_of(request.path, model_params(request), context, architecture);
    if (request.projector_path) {
        const std::lock_guard<std::mutex> lock(loading_mutex());
        mtmd_context_params params = mtmd_context_params_default();
        params.warmup = false;
        for (const auto &[device, bytes] : mtmd_get_memory_usage(request.projector_path->c_str(), params)) {
            estimate.projector_bytes += bytes;
        }
    }
    return estimate;
}

MemoryEstimate estimate_embedder_memory(const EmbedderRequest &request) {
    Embedder::check(request);
    const GgufSummary summary = inspect_file(request.path);
    LoadRequest as_model;
    as_model.gpu_layers = request.gpu_layers;
    const auto trained = static_cast<uint32_t>(summary.trained_context_tokens.value_or(1));
    const llama_context_params context =
        embedder_context_params(request, reserves_states(summary.architecture), trained, 1);
    return estimate_of(request.path, model_params(as_model), context, summary.architecture);
}

} // namespace parley
