#include "args.h"
#include "embed-job.h"
#include "engine.h"
#include "exit-guard.h"
#include "forget-kept.h"
#include "gguf-summary.h"
#include "js-values.h"
#include "log-router.h"
#include "memory-estimate.h"
#include "promise-worker.h"
#include "requests.h"
#include "vector-index.h"

#include "ggml-backend.h"
#include "llama.h"

#include <napi.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

namespace parley {

namespace {

constexpr size_t max_forgotten = 4096;

Napi::Value inspect_gguf(const Napi::CallbackInfo &info) {
    const std::string path = string_argument(info, 0, "path");
    return PromiseWorker<GgufSummary>::run(
        info.Env(), [path] { return with_file_faults(path, [&] { return inspect_file(path); }); },
        [](Napi::Env env, const GgufSummary &summary) { return to_js(env, summary); });
}

Napi::Value to_js(Napi::Env env, const MemoryEstimate &estimate) {
    Napi::Object object = Napi::Object::New(env);
    object.Set("modelBytes", static_cast<double>(estimate.model_bytes));
    object.Set("contextBytes", static_cast<double>(estimate.context_bytes));
    object.Set("computeBytes", static_cast<double>(estimate.compute_bytes));
    object.Set("projectorBytes", static_cast<double>(estimate.projector_bytes));
    return object;
}

Napi::Value estimate(const Napi::CallbackInfo &info) {
    const LoadRequest request = read_load_request(ObjectReader(info[0], "request"));
    return PromiseWorker<MemoryEstimate>::run(
        info.Env(), [request] { return estimate_memory(request); },
        [](Napi::Env env, const MemoryEstimate &result) { return to_js(env, result); });
}

Napi::Value estimate_embedder(const Napi::CallbackInfo &info) {
    const EmbedderRequest request = read_embedder_request(ObjectReader(info[0], "request"));
    return PromiseWorker<MemoryEstimate>::run(
        info.Env(), [request] { return estimate_embedder_memory(request); },
        [](Napi::Env env, const MemoryEstimate &result) { return to_js(env, result); });
}

Napi::Value forget_kept_of(const Napi::CallbackInfo &info) {
    const ObjectReader request(info[0], "request");
    KeptCache cache;
    cache.folder = request.string("folder");
    const std::vector<uint8_t> key = request.bytes("key", cache.key.size());
    std::copy(key.begin(), key.end(), cache.key.begin());
    try {
        cache.fingerprint = digest_of_hex(request.string("fingerprint"));
    } catch (const std::invalid_argument &) {
        request.refuse("fingerprint", "64 hex digits");
    }
    cache.folder += "/" + request.string("fingerprint");
    const std::vector<std::string> keys = request.strings("sequenceKeys", max_forgotten);
    return PromiseWorker<bool>::run(
        info.Env(), [cache, keys] { return forget_kept(cache, keys); },
        [](Napi::Env env, const bool &is_done) { return Napi::Boolean::New(env, is_done); });
}

Napi::Value describe(const Napi::CallbackInfo &info) {
    const Napi::Env env = info.Env();
    Napi::Array devices = Napi::Array::New(env);
    for (size_t index = 0; index < ggml_backend_dev_count(); index++) {
        ggml_backend_dev_t device = ggml_backend_dev_get(index);
        size_t free_bytes = 0;
        size_t total_bytes = 0;
        ggml_backend_dev_memory(device, &free_bytes, &total_bytes);
        Napi::Object object = Napi::Object::New(env);
        object.Set("name", ggml_backend_dev_name(device));
        object.Set("description", ggml_backend_dev_description(device));
        object.Set("totalBytes", static_cast<double>(total_bytes));
        object.Set("freeBytes", static_cast<double>(free_bytes));
        devices.Set(devices.Length(), object);
    }
    Napi::Object description = Napi::Object::New(env);
    description.Set("llamaVersion", llama_version());
    description.Set("systemInfo", llama_print_system_info());
    description.Set("devices", devices);
    return description;
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
    LogRouter::install();
    llama_backend_init();
    ggml_backend_dev_count(); // makes the registry of devices
    ExitGuard::listen(env);
    ExitGuard::arm();
    exports.Set("Engine", Engine::define(env));
    exports.Set("inspectGguf", Napi::Function::New(env, inspect_gguf, "inspectGguf"));
    exports.Set("estimateMemory", Napi::Function::New(env, estimate, "estimateMemory"));
    exports.Set("estimateEmbedderMemory",
                Napi::Function::New(env, estimate_embedder, "estimateEmbedderMemory"));
    exports.Set("forgetKept", Napi::Function::New(env, forget_kept_of, "forgetKept"));
    exports.Set("describe", Napi::Function::New(env, describe, "describe"));
    define_vectors(env, exports);
    return exports;
}

} // namespace

} // namespace parley

// NOLINTNEXTLINE: the macro needs a name in the global namespace
static Napi::Object init_addon(Napi::Env env, Napi::Object exports) {
    return parley::init(env, exports);
}

NODE_API_MODULE(addon, init_addon)
