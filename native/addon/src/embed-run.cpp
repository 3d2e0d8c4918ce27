#include "embed-run.h"

#include "fault.h"

#include <algorithm>
#include <utility>

namespace parley {

namespace {

/** Bytes of text that one step reads: a few milliseconds. */
constexpr size_t step_bytes = 16UL * 1024;
/** After so many the batch is computed to its end. */
constexpr int max_drops = 4;

bool is_blank(const std::string &text) {
    return text.find_first_not_of(" \t\r\n\f\v") == std::string::npos;
}

} // namespace

EmbedRun::EmbedRun(std::shared_ptr<Embedder> embedder, EmbedTask task,
                   std::shared_ptr<const std::atomic<bool>> is_cancelled)
    : embedder_(std::move(embedder)), task_(std::move(task)), is_cancelled_(std::move(is_cancelled)) {
    if (task_.aim == EmbedAim::counts) {
        counts_.reserve(task_.texts.size());
    } else {
        tokens_.reserve(task_.texts.size());
        vectors_.assign(task_.texts.size() * embedder_->facts().dimensions, 0.0F);
    }
}

bool EmbedRun::is_done() const {
    return is_read() && computed_ == order_.size();
}

void EmbedRun::step(const std::atomic<bool> &has_commands) {
    if (is_read()) {
        compute_some(has_commands);
    } else {
        read_some();
    }
}

double EmbedRun::fraction() const {
    if (!is_read()) {
        return 0;
    }
    return token_count_ == 0 ? 1 : static_cast<double>(computed_tokens_) / static_cast<double>(token_count_);
}

void EmbedRun::read_some() {
    size_t bytes = 0;
    while (!is_read() && bytes < step_bytes) {
        bytes += task_.texts[next_text_].size() + 1;
        read(next_text_);
        next_text_++;
    }
    if (is_read()) {
        // The longest first: if memory runs out, it does so at once.
        std::stable_sort(order_.begin(), order_.end(), [this](size_t left, size_t right) {
            return tokens_[left].size() > tokens_[right].size();
        });
    }
}

void EmbedRun::read(size_t index) {
    const std::string text = std::move(task_.texts[index]);
    TextTokens tokens = is_blank(text) ? TextTokens() : embedder_->tokenize(text);
    token_count_ += tokens.size();
    if (task_.aim == EmbedAim::counts) {
        counts_.push_back(static_cast<uint32_t>(tokens.size()));
        return;
    }
    const size_t context_tokens = embedder_->facts().context_tokens;
    if (tokens.size() > context_tokens) {
        throw Fault("embedding.too-long", {{"textIndex", static_cast<double>(index)},
                                           {"textTokens", static_cast<double>(tokens.size())},
                                           {"contextTokens", static_cast<double>(context_tokens)}});
    }
    if (!tokens.empty()) {
        order_.push_back(index);
    }
    tokens_.push_back(std::move(tokens));
}

void EmbedRun::compute_some(const std::atomic<bool> &has_commands) {
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
    std::vector<const std::atomic<bool> *> stops{is_cancelled_.get()};
    if (!task_.is_visible && drops_ < max_drops) {
        stops.push_back(&has_commands);
    }
    if (!embedder_->compute(texts, targets, std::move(stops))) {
        drops_++;
        return;
    }
    drops_ = 0;
    computed_ += texts.size();
    computed_tokens_ += token_count;
}

} // namespace parley
