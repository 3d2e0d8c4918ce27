#pragma once

#include "compute-threads.h"
#include "model.h"

#include "llama.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace parley {

struct EmbedderRequest {
    std::string path;
    std::optional<int32_t> threads;
    std::optional<int32_t> gpu_layers;
};

struct EmbedderFacts {
    std::string description;
    /** Floats in one vector. */
    size_t dimensions = 0;
    /** Tokens of the longest text, the vocabulary's own marks included. */
    size_t context_tokens = 0;
    /** `mean`, `cls` or `last`: how the vectors of the tokens become one. */
    std::string pooling;
    /** 64 hex digits, of the weights: vectors of two models that differ in it cannot be compared. */
    std::string fingerprint;
    uint64_t memory_bytes = 0;
    /** Of these, weights that are read from the file as they are needed. */
    uint64_t mapped_bytes = 0;
};

/**
 * How an embedder's context is made. `is_recurrent`: each of its texts reserves a state.
 * `trained_tokens`: of the longest text that the model was trained for.
 */
llama_context_params embedder_context_params(const EmbedderRequest &request, bool is_recurrent,
                                             uint32_t trained_tokens, int threads);

/** A text as the model reads it. */
using TextTokens = std::vector<llama_token>;

/**
 * A model that turns texts into vectors, beside the chat model: weights, context and threads of its own.
 * Made, used and destroyed on the engine thread.
 */
class Embedder {
public:
    /** Tokens of one batch, where no single text is longer: what the visible chat may have to wait for. */
    static constexpr size_t batch_tokens = 512;

    /** Checks the headers of all files with our own reader. @throws Fault `model.file-*` */
    static void check(const EmbedderRequest &request);

    /**
     * Loads files that passed `check`. `threads` where the request names none.
     * @throws Fault `model.unsupported`, `model.load-failed`, `model.cannot-embed`, `cancelled`
     */
    static std::unique_ptr<Embedder> load(const EmbedderRequest &request, int threads,
                                          const std::atomic<bool> &is_cancelled,
                                          const Model::OnProgress &on_progress);
    Embedder(const Embedder &) = delete;
    Embedder &operator=(const Embedder &) = delete;
    ~Embedder();

    const EmbedderFacts &facts() const { return facts_; }

    /** Texts of one batch at most, 1 or more. */
    size_t batch_texts() const;

    /** With the vocabulary's own marks; no word of the text becomes one. */
    TextTokens tokenize(const std::string &text) const;

    /**
     * Computes the vectors of at most `batch_texts()` texts together, each of length 1, into `targets`. No
     * text may be empty; together they fit `batch_tokens`, or there is only one, of at most `context_tokens`.
     * False where one of `stops` ended it, which they do between operations on the CPU.
     */
    bool compute(const std::vector<const TextTokens *> &texts, const std::vector<float *> &targets,
                 std::vector<const std::atomic<bool> *> stops);

private:
    struct FreeWeights {
        void operator()(llama_model *model) const { llama_model_free(model); }
    };
    struct FreeContext {
        void operator()(llama_context *context) const { llama_free(context); }
    };

    Embedder() = default;
    void load_weights(const EmbedderRequest &request, const std::atomic<bool> &is_cancelled,
                      const Model::OnProgress &on_progress);
    void make_context(const EmbedderRequest &request, int threads);
    void gather_facts(const std::string &path);
    bool is_encoder() const;

    // Destroyed from the last to the first.
    AbortSwitch abort_switch_;
    std::unique_ptr<llama_model, FreeWeights> weights_;
    ComputeThreads threads_;
    std::unique_ptr<llama_context, FreeContext> context_;
    EmbedderFacts facts_;
};

} // namespace parley
