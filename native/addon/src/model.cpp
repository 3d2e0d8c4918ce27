#include "model.h"

#include "exit-guard.h"
#include "fault.h"
#include "gguf-summary.h"
#include "log-router.h"

#include "common.h"
#include "ggml-backend.h"
#include "llama-ext.h"

#include <algorithm>
#include <array>
#include <utility>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace parley {

namespace {

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

GgufSummary check_model_file(const std::string &path) {
    return with_file_faults(path, [&] {
        const GgufHeader header = read_header(path);
        GgufSummary summary = summarize(path, header);
        if (summary.is_projector) {
            throw GgufError("not-a-model", "the file is a projector, which only helps a model to see", 0);
        }
        // The parts of a split model are found by llama.cpp by name: each must pass our reader too.
        const std::vector<std::string> files = model_files(path, header.part_count());
        for (size_t part = 1; part < files.size(); part++) {
            with_file_faults(files[part], [&] { return read_header(files[part]); });
        }
        return summary;
    });
}

[[noreturn]] void refuse_projector(const std::string &path, const std::string &reason) {
    throw Fault("model.projector-mismatch", {{"path", path}, {"reason", reason}});
}

} // namespace

std::mutex &loading_mutex() {
    static std::mutex mutex;
    return mutex;
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
        ExitGuard::arm();
        if (request.projector_path) {
            model->load_projector(request, request.threads.value_or(threads), is_cancelled, on_progress);
            ExitGuard::arm();
        }
        model->make_context(request, request.threads.value_or(threads));
        ExitGuard::arm();
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
    model->gather_facts(request);
    on_progress(1);
    return model;
}

Model::~Model() {
    prompts_.reset();
    eyes_.reset();
    context_.reset();
    weights_.reset();
#ifdef __GLIBC__
    malloc_trim(0); // else the heap keeps what the person was promised back
#endif
}

void Model::load_weights(const LoadRequest &request, const std::atomic<bool> &is_cancelled,
                         const OnProgress &on_progress) {
    ProgressContext progress{&is_cancelled, &on_progress, 0, request.projector_path ? weights_share : 1};
    llama_model_params params = model_params(request);
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
    std::array<char, 64> architecture{};
    llama_model_meta_val_str(weights_.get(), "general.architecture", architecture.data(),
                             architecture.size());
    sequences_ = plan_sequences(architecture.data());
    llama_context_params params = context_params(request, sequences_, threads);
    if (eyes_) {
        // A batch too small would cut a picture in pieces that cannot look at each other.
        params.n_ubatch = std::max(params.n_ubatch, eyes_->whole_run_tokens());
        params.n_batch = std::max(params.n_batch, params.n_ubatch);
    }
    params.abort_callback = should_abort;
    params.abort_callback_data = abort_switch_.get();
    context_.reset(llama_init_from_model(weights_.get(), params));
    if (!context_) {
        throw Fault("model.load-failed");
    }
    threads_.use(context_.get(), threads);
    // Decodes two tokens, which also brings the weights into memory before the first question.
    const common_context_seq_rm_type removal = common_context_can_seq_rm(context_.get());
    can_forget_end_ = removal == COMMON_CONTEXT_SEQ_RM_TYPE_PART || removal == COMMON_CONTEXT_SEQ_RM_TYPE_RS;
}

void Model::load_projector(const LoadRequest &request, int threads, const std::atomic<bool> &is_cancelled,
                           const OnProgress &on_progress) {
    const std::string &path = *request.projector_path;
    ProgressContext progress{&is_cancelled, &on_progress, weights_share, 1};
    const LogCapture log;
    eyes_ = PictureEncoder::open(
        path, weights_.get(),
        {threads, has_gpu() && request.gpu_layers.value_or(1) > 0, report_progress, &progress});
    if (is_cancelled.load()) {
        throw Fault("cancelled");
    }
    if (!eyes_) {
        const std::vector<std::string> lines = log.lines();
        refuse_projector(path, log.contains("mismatch between") || lines.empty()
                                   ? "the projector was made for a model of another width"
                                   : lines.back());
    }
}

void Model::gather_facts(const LoadRequest &request) {
    std::array<char, 256> description{};
    llama_model_desc(weights_.get(), description.data(), description.size());
    facts_.description = description.data();
    facts_.context_tokens = llama_n_ctx(context_.get());
    facts_.trained_context_tokens = llama_model_n_ctx_train(weights_.get());
    facts_.can_see = eyes_ && eyes_->can_see();
    facts_.can_think = prompts_->can_think();
    facts_.fingerprint = fingerprint_of(request, numeric_settings(request));
    const bool is_offloaded = llama_model_n_devices(weights_.get()) > 0;
    ggml_backend_dev_t device = is_offloaded ? llama_model_get_device(weights_.get(), 0)
                                             : ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU);
    facts_.device_name = device != nullptr ? ggml_backend_dev_description(device) : "CPU";
    facts_.memory_bytes = eyes_ ? eyes_->weight_bytes() : 0;
    for (const auto &[buffer_type, data] : llama_get_memory_breakdown(context_.get())) {
        facts_.memory_bytes += data.total();
        facts_.mapped_bytes += is_mapped(buffer_type) ? data.model : 0;
    }
}

NumericSettings Model::numeric_settings(const LoadRequest &request) const {
    NumericSettings settings{};
    settings.context = context_params(request, sequences_, threads_.count());
    settings.context.n_ctx = facts_.context_tokens;
    settings.gpu_layers = model_params(request).n_gpu_layers;
    for (int32_t index = 0; index < llama_model_n_devices(weights_.get()); index++) {
        settings.devices.emplace_back(
            ggml_backend_dev_description(llama_model_get_device(weights_.get(), index)));
    }
    const char *text = llama_model_chat_template(weights_.get(), nullptr);
    settings.template_text = text != nullptr ? text : "";
    return settings;
}

} // namespace parley
