#include "embedder.h"

#include "exit-guard.h"
#include "fault.h"
#include "gguf-summary.h"
#include "log-router.h"
#include "model-fingerprint.h"
#include "model-params.h"

#include "token-batch.h"

#include "common.h"
#include "llama-ext.h"

#include <algorithm>
#include <array>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <utility>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace parley {

namespace {

/** Longer passages search worse, and a batch must hold the longest text whole. */
constexpr uint32_t max_context_tokens = 2048;
/** As many short lines as fill a batch. */
constexpr uint32_t max_texts = 64;
/** A recurrent model reserves one whole state for each text of a batch. */
constexpr uint32_t max_reserved_texts = 4;

struct ProgressContext {
    const std::atomic<bool> *is_cancelled;
    const Model::OnProgress *on_progress;
};

/** Called by llama.cpp: nothing may be thrown through it. */
bool report_progress(float fraction, void *user_data) {
    const auto *progress = static_cast<const ProgressContext *>(user_data);
    try {
        (*progress->on_progress)(fraction);
    } catch (...) {
        return false;
    }
    return !progress->is_cancelled->load();
}

bool should_abort(void *user_data) {
    return static_cast<const AbortSwitch *>(user_data)->is_on();
}

std::string architecture_of(const llama_model *model) {
    std::array<char, 64> architecture{};
    llama_model_meta_val_str(model, "general.architecture", architecture.data(), architecture.size());
    return architecture.data();
}

/** Null for models that give no vector, or a rank, or do not say. */
const char *name_of(enum llama_pooling_type pooling) {
    switch (pooling) {
    case LLAMA_POOLING_TYPE_MEAN:
        return "mean";
    case LLAMA_POOLING_TYPE_CLS:
        return "cls";
    case LLAMA_POOLING_TYPE_LAST:
        return "last";
    default:
        return nullptr;
    }
}

/** Tokens of the longest text that is taken. */
uint32_t longest_of(uint32_t trained_tokens) {
    return std::min(std::max(trained_tokens, 1U), max_context_tokens);
}

} // namespace

llama_context_params embedder_context_params(const EmbedderRequest &request, bool is_recurrent,
                                             uint32_t trained_tokens, int threads) {
    const bool is_offloaded = has_gpu() && request.gpu_layers.value_or(1) > 0;
    llama_context_params params = llama_context_default_params();
    // A text is never cut in two: an encoder must see all of it at once.
    params.n_ctx = std::max(longest_of(trained_tokens), static_cast<uint32_t>(Embedder::batch_tokens));
    params.n_batch = params.n_ctx;
    params.n_ubatch = params.n_ctx;
    params.n_seq_max = is_recurrent ? max_reserved_texts : max_texts;
    params.kv_unified = true;
    params.embeddings = true;
    params.offload_kqv = is_offloaded;
    params.op_offload = is_offloaded;
    params.n_threads = threads;
    params.n_threads_batch = threads;
    params.no_perf = true;
    return params;
}

void Embedder::check(const EmbedderRequest &request) {
    LoadRequest as_model;
    as_model.path = request.path;
    Model::check(as_model);
}

std::unique_ptr<Embedder> Embedder::load(const EmbedderRequest &request, int threads,
                                         const std::atomic<bool> &is_cancelled,
                                         const Model::OnProgress &on_progress) {
    std::unique_ptr<Embedder> embedder(new Embedder());
    const std::lock_guard<std::mutex> lock(loading_mutex());
    const LogCapture log;
    try {
        embedder->load_weights(request, is_cancelled, on_progress);
        ExitGuard::arm();
        embedder->make_context(request, request.threads.value_or(threads));
        ExitGuard::arm();
    } catch (const Fault &fault) {
        if (is_cancelled.load()) {
            throw Fault("cancelled");
        }
        if (fault.code() != "model.load-failed") {
            throw;
        }
        if (log.contains("unknown model architecture") || log.contains("unsupported architecture")) {
            const auto inspect = [&] { return inspect_file(request.path).architecture; };
            throw Fault("model.unsupported", {{"architecture", with_file_faults(request.path, inspect)}});
        }
        throw Fault("model.load-failed", {{"path", request.path}, {"lastLogLines", log.lines()}});
    }
    with_file_faults(request.path, [&] { embedder->gather_facts(request.path); });
    on_progress(1);
    return embedder;
}

Embedder::~Embedder() {
    context_.reset();
    weights_.reset();
#ifdef __GLIBC__
    malloc_trim(0); // else the heap keeps what the person was promised back
#endif
}

void Embedder::load_weights(const EmbedderRequest &request, const std::atomic<bool> &is_cancelled,
                            const Model::OnProgress &on_progress) {
    ProgressContext progress{&is_cancelled, &on_progress};
    LoadRequest as_model;
    as_model.gpu_layers = request.gpu_layers;
    llama_model_params params = model_params(as_model);
    params.progress_callback = report_progress;
    params.progress_callback_user_data = &progress;
    weights_.reset(llama_model_load_from_file(request.path.c_str(), params));
    if (!weights_ || is_cancelled.load()) {
        throw Fault("model.load-failed");
    }
    const bool is_pair = llama_model_has_encoder(weights_.get()) && llama_model_has_decoder(weights_.get());
    if (is_pair || llama_model_is_diffusion(weights_.get())) {
        throw Fault("model.cannot-embed", {{"architecture", architecture_of(weights_.get())}});
    }
}

void Embedder::make_context(const EmbedderRequest &request, int threads) {
    const bool is_recurrent =
        llama_model_is_recurrent(weights_.get()) || llama_model_is_hybrid(weights_.get());
    const auto trained = static_cast<uint32_t>(llama_model_n_ctx_train(weights_.get()));
    llama_context_params params = embedder_context_params(request, is_recurrent, trained, threads);
    params.abort_callback = should_abort;
    params.abort_callback_data = &abort_switch_;
    context_.reset(llama_init_from_model(weights_.get(), params));
    if (!context_) {
        throw Fault("model.load-failed");
    }
    if (name_of(llama_pooling_type(context_.get())) == nullptr) {
        throw Fault("model.cannot-embed", {{"architecture", architecture_of(weights_.get())}});
    }
    threads_.use(context_.get(), threads);
    facts_.context_tokens = longest_of(trained);
}

void Embedder::gather_facts(const std::string &path) {
    std::array<char, 256> description{};
    llama_model_desc(weights_.get(), description.data(), description.size());
    facts_.description = description.data();
    facts_.dimensions = static_cast<size_t>(llama_model_n_embd_out(weights_.get()));
    facts_.pooling = name_of(llama_pooling_type(context_.get()));
    facts_.fingerprint = to_hex(hash_weights(model_files(path, read_header(path).part_count())));
    for (const auto &[buffer_type, data] : llama_get_memory_breakdown(context_.get())) {
        facts_.memory_bytes += data.total();
        facts_.mapped_bytes += is_mapped(buffer_type) ? data.model : 0;
    }
}

bool Embedder::is_encoder() const {
    return llama_model_has_encoder(weights_.get());
}

TextTokens Embedder::tokenize(const std::string &text) const {
    return common_tokenize(llama_model_get_vocab(weights_.get()), text, true, false);
}

size_t Embedder::batch_texts() const {
    return llama_n_seq_max(context_.get());
}

bool Embedder::compute(const std::vector<const TextTokens *> &texts, const std::vector<float *> &targets,
                       std::vector<const std::atomic<bool> *> stops) {
    size_t token_count = 0;
    for (const TextTokens *text : texts) {
        token_count += text->size();
    }
    TokenBatch batch(token_count);
    for (size_t index = 0; index < texts.size(); index++) {
        const auto sequence = static_cast<llama_seq_id>(index);
        for (size_t token = 0; token < texts[index]->size(); token++) {
            common_batch_add(batch.get(), (*texts[index])[token], static_cast<llama_pos>(token), {sequence},
                             true);
        }
    }
    if (llama_memory_t memory = llama_get_memory(context_.get())) {
        llama_memory_clear(memory, true);
    }
    abort_switch_.watch(std::move(stops));
    const int32_t status =
        is_encoder() ? llama_encode(context_.get(), batch.get()) : llama_decode(context_.get(), batch.get());
    abort_switch_.watch({});
    if (status == 2) {
        return false;
    }
    if (status != 0) {
        throw std::runtime_error("llama_decode gave " + std::to_string(status));
    }
    for (size_t index = 0; index < texts.size(); index++) {
        const float *vector = llama_get_embeddings_seq(context_.get(), static_cast<llama_seq_id>(index));
        if (vector == nullptr) {
            throw std::runtime_error("a text got no vector");
        }
        constexpr int euclidean = 2;
        common_embd_normalize(vector, targets[index], static_cast<int>(facts_.dimensions), euclidean);
    }
    return true;
}

} // namespace parley
