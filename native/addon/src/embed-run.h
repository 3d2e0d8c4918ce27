#pragma once

#include "embedder.h"

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace parley {

/**
 * The vectors of many texts, a step at a time, so that a visible chat can go on in between. First all texts
 * are read, some at a time, so that one that is too long is refused before anything is computed; then those
 * of like length are computed together, the longest first. Engine thread; keeps the embedder alive.
 */
class EmbedRun {
public:
    EmbedRun(std::shared_ptr<Embedder> embedder, std::vector<std::string> texts,
             std::shared_ptr<const std::atomic<bool>> is_cancelled);

    /** Whether all vectors are there. */
    bool is_done() const;
    bool is_cancelled() const { return is_cancelled_->load(); }

    /**
     * Does a piece of the work: one batch of at most `Embedder::batch_tokens` tokens, or one longer text.
     * @throws Fault `embedding.too-long`
     */
    void step();

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

private:
    void read_some();
    void compute_some();

    std::shared_ptr<Embedder> embedder_;
    std::vector<std::string> texts_;
    std::shared_ptr<const std::atomic<bool>> is_cancelled_;
    std::vector<TextTokens> tokens_;
    /** Indices of texts with words, the longest first, and how many of them are computed. */
    std::vector<size_t> order_;
    size_t computed_ = 0;
    size_t computed_tokens_ = 0;
    size_t token_count_ = 0;
    std::vector<float> vectors_;
};

} // namespace parley
