#include "model.h"

#include "fault.h"
#include "gguf-summary.h"
#include "log-router.h"

#include "common.h"
#include "ggml-backend.h"
#include "ggml-cpu.h"
#include "llama-ext.h"

#include <algorithm>
#include <array>
#include <utility>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace parley {

namespace {

// Small steps of the prompt, so that progress is seen and another conversation could get in between.
constexpr uint32_t step_tokens = 256;
// The weights' share of the whole progress where a projector follows.
constexpr double weights_share = 0.9;

struct ProgressContext {
    const std::atomic<bool> *is_cancelled;
    const Model::OnProgress *on_progress;
    double from;
    double to;
};

/** Called by llama.cpp and mtmd while they read: nothing may be thrown through them. */
bool report_progress(float fraction, void *user_data) {
    const auto *progress = static_cast<const ProgressContext *>(user_data);
    const double inside = std::min(1.0, std::max(0.0, static_cast<double>(fraction)));
    try {
        (*progress->on_progress)(progress->from + inside * (progress->to - progress->from));
    } catch (...) {
        return false;
    }
    return !progress->is_cancelled->load();
}

bool should_abort(void *user_data) {
    return static_cast<const AbortSwitch *>(user_data)->is_on();
}

/** A function of the CPU backend; asked for by name, since the backend may be a library of its own. */
template <typename Function> Function cpu_function(const char *name) {
    ggml_backend_dev_t device = ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU);
    ggml_backend_reg_t registry = device != nullptr ? ggml_backend_dev_backend_reg(device) : nullptr;
    return registry == nullptr
               ? nullptr
               : reinterpret_cast<Function>(ggml_backend_reg_get_proc_address(registry, name));
}

bool has_gpu() {
    return ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_GPU) != nullptr ||
           ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_IGPU) != nullptr;
}

/** The parts of a split model are found by llama.cpp by name: each must pass our reader too. */
void check_later_parts(const std::string &path, uint64_t part_count) {
    std::array<char, 4096> prefix{};
    const auto count = static_cast<int32_t>(part_count);
    if (llama_split_prefix(prefix.data(), prefix.size(), path.c_str(), 0, count) <= 0) {
        return; // llama.cpp refuses such a name itself
    }
    for (int32_t part = 1; part < count; part++) {
        std::array<char, 4096> name{};
        llama_split_path(name.data(), name.size(), prefix.data(), part, count);
        const std::string part_path = name.data();
        with_file_faults(part_path, [&] { return read_header(part_path); });
    }
}

GgufSummary check_model_file(const std::string &path) {
    return with_file_faults(path, [&] {
        const GgufHeader header = read_header(path);
        GgufSummary summary = summarize(path, header);
        if (summary.is_projector) {
            throw GgufError("not-a-model", "the file is a projector, which only helps a model to see", 0);
        }
        if (header.part_count() > 1) {
            check_later_parts(path, std::min<uint64_t>(header.part_count(), 1000));
        }
        return summary;
    });
}

[[noreturn]] void refuse_projector(const std::string &path, const std::string &reason) {
    throw Fault("model.projector-mismatch", {{"path", path}, {"reason", reason}});
}

} // namespace

llama_model_params model_params() {
    return llama_model_default_params();
}

llama_context_params context_params(uint32_t context_tokens, int threads) {
    llama_context_params params = llama_context_default_params();
    params.n_ctx = context_tokens;
    params.n_ubatch = has_gpu() ? 2 * step_tokens : step_tokens;
    params.n_batch = params.n_ubatch;
    params.n_seq_max = max_sequences;
    params.kv_unified = true;
    params.n_threads = threads;
    params.n_threads_batch = threads;
    params.no_perf = true;
    return params;
}

std::mutex &loading_mutex() {
    static std::mutex mutex;
    return mutex;
}

void Model::FreeThreads::operator()(ggml_threadpool *pool) const {
    const auto free_pool = cpu_function<decltype(&ggml_threadpool_free)>("ggml_threadpool_free");
    if (free_pool != nullptr) {
        free_pool(pool);
    }
}

void Model::check(const LoadRequest &request) {
    check_model_file(request.path);
    if (request.projector_path) {
        const GgufSummary projector =
            with_file_faults(*request.projector_path, [&] { return inspect_file(*request.projector_path); });
        if (!projector.is_projector) {
            refuse_projector(*request.projector_path, "the file is a model, not a projector");
        }
    }
}

std::unique_ptr<Model> Model::load(const LoadRequest &request, int threads,
                                   const std::atomic<bool> &is_cancelled, const OnProgress &on_progress) {
    std::unique_ptr<Model> model(new Model());
    const std::lock_guard<std::mutex> lock(loading_mutex());
    const LogCapture log;
    try {
        model->load_weights(request, is_cancelled, on_progress);
        model->make_context(request, threads);
        if (request.projector_path) {
            model->load_projector(*request.projector_path, threads, is_cancelled, on_progress);
        }
        model->prompts_ = std::make_unique<PromptBuilder>(model->weights_.get());
    } catch (const Fault &fault) {
        if (is_cancelled.load()) {
            throw Fault("cancelled");
        }
        if (fault.code() != "model.load-failed") {
            throw;
        }
        const bool is_unknown =
            log.contains("unknown model architecture") || log.contains("unsupported architecture");
        if (is_unknown) {
            const std::string architecture = check_model_file(request.path).architecture;
            throw Fault("model.unsupported", {{"architecture", architecture}});
        }
        throw Fault("model.load-failed", {{"path", request.path}, {"lastLogLines", log.lines()}});
    }
    model->gather_facts();
    on_progress(1);
    return model;
}

Model::~Model() {
    prompts_.reset();
    projector_.reset();
    context_.reset();
    threads_.reset();
    weights_.reset();
#ifdef __GLIBC__
    malloc_trim(0); // else the heap keeps what the person was promised back
#endif
}

void Model::load_weights(const LoadRequest &request, const std::atomic<bool> &is_cancelled,
                         const OnProgress &on_progress) {
    ProgressContext progress{&is_cancelled, &on_progress, 0, request.projector_path ? weights_share : 1};
    llama_model_params params = model_params();
    params.progress_callback = report_progress;
    params.progress_callback_user_data = &progress;
    weights_.reset(llama_model_load_from_file(request.path.c_str(), params));
    if (!weights_ || is_cancelled.load()) {
        throw Fault("model.load-failed");
    }
    const bool is_chat_model = llama_model_has_decoder(weights_.get()) &&
                               !llama_model_has_encoder(weights_.get()) &&
                               !llama_model_is_diffusion(weights_.get());
    if (!is_chat_model) {
        std::array<char, 64> architecture{};
        llama_model_meta_val_str(weights_.get(), "general.architecture", architecture.data(),
                                 architecture.size());
        throw Fault("model.unsupported", {{"architecture", std::string(architecture.data())}});
    }
}

void Model::make_context(const LoadRequest &request, int threads) {
    llama_context_params params = context_params(request.context_tokens, threads);
    params.abort_callback = should_abort;
    params.abort_callback_data = abort_switch_.get();
    context_.reset(llama_init_from_model(weights_.get(), params));
    if (!context_) {
        throw Fault("model.load-failed");
    }
    attach_threads(threads);
    // Decodes two tokens, which also brings the weights into memory before the first question.
    const common_context_seq_rm_type removal = common_context_can_seq_rm(context_.get());
    can_forget_end_ = removal == COMMON_CONTEXT_SEQ_RM_TYPE_PART || removal == COMMON_CONTEXT_SEQ_RM_TYPE_RS;
}

void Model::attach_threads(int threads) {
    // Without a pool ggml starts and ends its threads for every single token.
    const auto new_pool = cpu_function<decltype(&ggml_threadpool_new)>("ggml_threadpool_new");
    if (new_pool == nullptr || threads < 2) {
        return;
    }
    ggml_threadpool_params params = ggml_threadpool_params_default(threads);
    // Waiting threads look out for a few milliseconds, enough to bridge the gap between two tokens, then they
    // sleep: the window needs the cores too.
    params.poll = 1;
    threads_.reset(new_pool(&params));
    if (threads_) {
        llama_attach_threadpool(context_.get(), threads_.get(), threads_.get());
    }
}

void Model::load_projector(const std::string &path, int threads, const std::atomic<bool> &is_cancelled,
                           const OnProgress &on_progress) {
    ProgressContext progress{&is_cancelled, &on_progress, weights_share, 1};
    mtmd_context_params params = mtmd_context_params_default();
    params.use_gpu = has_gpu();
    params.print_timings = false;
    params.n_threads = threads;
    params.warmup = false;
    params.progress_callback = report_progress;
    params.progress_callback_user_data = &progress;
    const LogCapture log;
    projector_.reset(mtmd_init_from_file(path.c_str(), weights_.get(), params));
    if (is_cancelled.load()) {
        throw Fault("cancelled");
    }
    if (!projector_) {
        const std::vector<std::string> lines = log.lines();
        refuse_projector(path, log.contains("mismatch between") || lines.empty()
                                   ? "the projector was made for a model of another width"
                                   : lines.back());
    }
    for (const auto &[device, bytes] : mtmd_get_memory_usage(path.c_str(), params)) {
        projector_bytes_ += bytes;
    }
}

void Model::gather_facts() {
    std::array<char, 256> description{};
    llama_model_desc(weights_.get(), description.data(), description.size());
    facts_.description = description.data();
    facts_.context_tokens = llama_n_ctx(context_.get());
    facts_.trained_context_tokens = llama_model_n_ctx_train(weights_.get());
    facts_.can_see = projector_ && mtmd_support_vision(projector_.get());
    facts_.can_think = prompts_->can_think();
    const bool is_offloaded = llama_model_n_devices(weights_.get()) > 0;
    ggml_backend_dev_t device = is_offloaded ? llama_model_get_device(weights_.get(), 0)
                                             : ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU);
    facts_.device_name = device != nullptr ? ggml_backend_dev_description(device) : "CPU";
    facts_.memory_bytes = projector_bytes_;
    for (const auto &[buffer_type, data] : llama_get_memory_breakdown(context_.get())) {
        facts_.memory_bytes += data.total();
    }
}

} // namespace parley
