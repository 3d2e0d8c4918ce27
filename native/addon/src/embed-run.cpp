#include "embed-run.h"

#include "fault.h"

#include <algorithm>
#include <utility>

namespace parley {

namespace {

/** Bytes of text that one step reads: a few milliseconds. */
constexpr size_t step_bytes = 64UL * 1024;

bool is_blank(const std::string &text) {
    return text.find_first_not_of(" \t\r\n\f\v") == std::string::npos;
}

} // namespace

EmbedRun::EmbedRun(std::shared_ptr<Embedder> embedder, std::vector<std::string> texts,
                   std::shared_ptr<const std::atomic<bool>> is_cancelled)
    : embedder_(std::move(embedder)), texts_(std::move(texts)), is_cancelled_(std::move(is_cancelled)),
      vectors_(texts_.size() * embedder_->facts().dimensions, 0.0F) {
    tokens_.reserve(texts_.size());
}

bool EmbedRun::is_done() const {
    return tokens_.size() == texts_.size() && computed_ == order_.size();
}

void EmbedRun::step() {
    if (tokens_.size() < texts_.size()) {
        read_some();
    } else {
        compute_some();
    }
}

double EmbedRun::fraction() const {
    const bool is_read = tokens_.size() == texts_.size();
    if (!is_read) {
        return 0;
    }
    return token_count_ == 0 ? 1 : static_cast<double>(computed_tokens_) / static_cast<double>(token_count_);
}

void EmbedRun::read_some() {
    size_t bytes = 0;
    while (tokens_.size() < texts_.size() && bytes < step_bytes) {
        const size_t index = tokens_.size();
        const std::string text = std::move(texts_[index]);
        bytes += text.size() + 1;
        tokens_.push_back(is_blank(text) ? TextTokens() : embedder_->tokenize(text));
        const size_t count = tokens_.back().size();
        if (count > embedder_->facts().context_tokens) {
            throw Fault("embedding.too-long",
                        {{"textIndex", static_cast<double>(index)},
                         {"textTokens", static_cast<double>(count)},
                         {"contextTokens", static_cast<double>(embedder_->facts().context_tokens)}});
        }
        token_count_ += count;
        if (count > 0) {
            order_.push_back(index);
        }
    }
    if (tokens_.size() == texts_.size()) {
        // The longest first: if memory runs out, it does so at once.
        std::stable_sort(order_.begin(), order_.end(), [this](size_t left, size_t right) {
            return tokens_[left].size() > tokens_[right].size();
        });
    }
}

void EmbedRun::compute_some() {
    std::vector<const TextTokens *> texts;
    std::vector<float *> targets;
    size_t token_count = 0;
    for (size_t next = computed_; next < order_.size() && texts.size() < embedder_->batch_texts(); next++) {
        const TextTokens &tokens = tokens_[order_[next]];
        if (!texts.empty() && token_count + tokens.size() > Embedder::batch_tokens) {
            break;
        }
        token_count += tokens.size();
        texts.push_back(&tokens);
        targets.push_back(vectors_.data() + order_[next] * embedder_->facts().dimensions);
    }
    if (embedder_->compute(texts, targets, *is_cancelled_)) {
        computed_ += texts.size();
        computed_tokens_ += token_count;
    }
}

} // namespace parley
