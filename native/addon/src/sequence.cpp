#include "sequence.h"

#include <algorithm>

namespace parley {

void Sequence::assign(const std::string &key, uint64_t now) {
    if (key_ != key) {
        clear();
        key_ = key;
    }
    last_used_ = now;
}

size_t Sequence::keep_common_start(const Reading &prompt) {
    const size_t limit = std::min(cells_.size(), prompt.cells.empty() ? 0 : prompt.cells.size() - 1);
    const auto difference = std::mismatch(cells_.begin(), cells_.begin() + static_cast<std::ptrdiff_t>(limit),
                                          prompt.cells.begin());
    const size_t common = prompt.cut_before(static_cast<size_t>(difference.first - cells_.begin()));
    if (common == 0 || !forget_from(common, prompt.position_of(common))) {
        clear();
        return 0;
    }
    return common;
}

void Sequence::append(const PrefixToken *cells, size_t count, llama_pos position_count) {
    cells_.insert(cells_.end(), cells, cells + count);
    next_position_ += position_count;
}

bool Sequence::forget_from(size_t cell, llama_pos position) {
    llama_memory_t memory = llama_get_memory(context_);
    // A sliding window may have let go of tokens that computing on from here would look at.
    if (llama_memory_seq_pos_min(memory, id_) > 0) {
        const int32_t window = llama_model_n_swa(llama_get_model(context_));
        const bool is_at_end = cell == cells_.size();
        if (!is_at_end && (window == 0 || llama_memory_seq_pos_min(memory, id_) > position - window)) {
            return false;
        }
    }
    if (cell < cells_.size()) {
        if (!can_forget_end_ || !llama_memory_seq_rm(memory, id_, position, -1)) {
            return false;
        }
        cells_.resize(cell);
        next_position_ = position;
    }
    return true;
}

void Sequence::drop_unnoted() {
    llama_memory_t memory = llama_get_memory(context_);
    // With M-RoPE a picture's last position may lie before the next free one.
    if (llama_memory_seq_pos_max(memory, id_) < next_position_) {
        return;
    }
    const bool is_dropped = llama_memory_seq_rm(memory, id_, next_position_, -1) &&
                            llama_memory_seq_pos_max(memory, id_) < next_position_;
    if (!is_dropped) {
        clear();
    }
}

void Sequence::clear() {
    llama_memory_seq_rm(llama_get_memory(context_), id_, -1, -1);
    cells_.clear();
    next_position_ = 0;
}

} // namespace parley
