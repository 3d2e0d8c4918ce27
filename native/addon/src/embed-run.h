#pragma once

#include "embedder.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace parley {

/** What is wanted of texts: their vectors, or only how many tokens they have. */
enum class EmbedAim { vectors, counts };

struct EmbedTask {
    std::vector<std::string> texts;
    EmbedAim aim = EmbedAim::vectors;
    /** A person waits: it goes on beside a visible chat, and before what nobody waits for. */
    bool is_visible = false;
};

/**
 * The vectors of many texts, a step at a time, so that a visible chat can go on in between. First all texts
 * are read, some at a time, so that one that is too long is refused before anything is computed; then those
 * of like length are computed together, the longest first. Engine thread; keeps the embedder alive.
 */
class EmbedRun {
public:
    EmbedRun(std::shared_ptr<Embedder> embedder, EmbedTask task,
             std::shared_ptr<const std::atomic<bool>> is_cancelled);

    /** Whether all that is wanted is there. */
    bool is_done() const;
    bool is_cancelled() const { return is_cancelled_->load(); }
    EmbedAim aim() const { return task_.aim; }
    bool is_visible() const { return task_.is_visible; }

    /**
     * Does a piece of the work: one batch of at most `Embedder::batch_tokens` tokens, or one longer text.
     * One that nobody waits for is dropped, to be done again, as soon as `has_commands` says that somebody
     * wants the engine thread; not for ever, else a busy window would hold it up for good.
     * @throws Fault `embedding.too-long`
     */
    void step(const std::atomic<bool> &has_commands);

    /** How much is done, in [0, 1]. */
    double fraction() const;

    size_t dimensions() const { return embedder_->facts().dimensions; }

    /** Of all texts, the vocabulary's own marks included. */
    size_t token_count() const { return token_count_; }

    /**
     * One vector after another in the order of the texts; whole once nothing is left to do. A text without a
     * word is all zeros, which is like nothing.
     */
    std::vector<float> take_vectors() { return std::move(vectors_); }

    /** The tokens of each text, the vocabulary's own marks included; none where there is no word. */
    std::vector<uint32_t> take_counts() { return std::move(counts_); }

private:
    bool is_read() const { return next_text_ == task_.texts.size(); }
    void read_some();
    void read(size_t index);
    void compute_some(const std::atomic<bool> &has_commands);

    std::shared_ptr<Embedder> embedder_;
    EmbedTask task_;
    std::shared_ptr<const std::atomic<bool>> is_cancelled_;
    size_t next_text_ = 0;
    std::vector<TextTokens> tokens_;
    std::vector<uint32_t> counts_;
    /** Indices of texts with words, the longest first, and how many of them are computed. */
    std::vector<size_t> order_;
    size_t computed_ = 0;
    size_t computed_tokens_ = 0;
    size_t token_count_ = 0;
    /** How often the batch that is next was dropped. */
    int drops_ = 0;
    std::vector<float> vectors_;
};

} // namespace parley
