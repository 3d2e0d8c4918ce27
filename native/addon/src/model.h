#pragma once

#include "compute-threads.h"
#include "model-fingerprint.h"
#include "model-params.h"
#include "picture-encoder.h"
#include "prompt-builder.h"
#include "requests.h"

#include "llama.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace parley {

/**
 * Held while weights are read: a memory estimate swaps llama.cpp's process-wide logger and would take
 * a load's lines.
 */
std::mutex &loading_mutex();

/** Whether a running computation must stop; read by llama.cpp between operations, on its threads. */
class AbortSwitch {
public:
    /** Any of `flags` stops it; they live until the next `watch`. Not while a computation runs. */
    void watch(std::vector<const std::atomic<bool> *> flags) { flags_ = std::move(flags); }
    bool is_on() const {
        return std::any_of(flags_.begin(), flags_.end(), [](const std::atomic<bool> *flag) {
            return flag->load(std::memory_order_relaxed);
        });
    }

private:
    std::vector<const std::atomic<bool> *> flags_;
};

struct ModelFacts {
    std::string description;
    std::string device_name;
    uint32_t context_tokens = 0;
    int32_t trained_context_tokens = 0;
    bool can_see = false;
    bool can_think = false;
    /** See `fingerprint_of`. */
    Digest fingerprint{};
    uint64_t memory_bytes = 0;
    /** Of these, weights that are read from the file as they are needed. */
    uint64_t mapped_bytes = 0;
};

/**
 * A model with its context, threads, template and projector. Made, used and destroyed on the engine
 * thread; owns every `llama_*` object in it and frees them in the right order.
 */
class Model {
public:
    using OnProgress = std::function<void(double fraction)>;

    /** Checks the headers of all files with our own reader. @throws Fault `model.file-*`,
     * `model.projector-mismatch` */
    static void check(const LoadRequest &request);

    /**
     * Loads files that passed `check`, to compute with `threads` unless the request names another number.
     * `is_cancelled` is looked at all the time.
     * @throws Fault `model.*` and `cancelled`
     */
    static std::unique_ptr<Model> load(const LoadRequest &request, int threads,
                                       const std::atomic<bool> &is_cancelled, const OnProgress &on_progress);
    Model(const Model &) = delete;
    Model &operator=(const Model &) = delete;
    ~Model();

    llama_model *weights() const { return weights_.get(); }
    llama_context *context() const { return context_.get(); }
    const llama_vocab *vocab() const { return llama_model_get_vocab(weights_.get()); }
    const PromptBuilder &prompts() const { return *prompts_; }
    /** Null for a model that cannot see. */
    PictureEncoder *eyes() const { return facts_.can_see ? eyes_.get() : nullptr; }
    AbortSwitch &abort_switch() { return *abort_switch_; }
    const ModelFacts &facts() const { return facts_; }
    /** Whether the end of a sequence can be forgotten; recurrent models can only forget all of it. */
    bool can_forget_end() const { return can_forget_end_; }
    const SequencePlan &sequences() const { return sequences_; }
    /** Compute threads now, and from the next computation on. */
    int threads() const { return threads_.count(); }
    void set_threads(int count) { threads_.use(context_.get(), count); }

private:
    struct FreeWeights {
        void operator()(llama_model *model) const { llama_model_free(model); }
    };
    struct FreeContext {
        void operator()(llama_context *context) const { llama_free(context); }
    };

    Model() = default;
    void load_weights(const LoadRequest &request, const std::atomic<bool> &is_cancelled,
                      const OnProgress &on_progress);
    void make_context(const LoadRequest &request, int threads);
    void load_projector(const LoadRequest &request, int threads, const std::atomic<bool> &is_cancelled,
                        const OnProgress &on_progress);
    void gather_facts(const LoadRequest &request);
    NumericSettings numeric_settings(const LoadRequest &request) const;

    // Destroyed from the last to the first.
    std::unique_ptr<AbortSwitch> abort_switch_ = std::make_unique<AbortSwitch>();
    std::unique_ptr<llama_model, FreeWeights> weights_;
    ComputeThreads threads_;
    std::unique_ptr<llama_context, FreeContext> context_;
    std::unique_ptr<PictureEncoder> eyes_;
    std::unique_ptr<PromptBuilder> prompts_;
    ModelFacts facts_;
    SequencePlan sequences_{};
    bool can_forget_end_ = false;
};

} // namespace parley
