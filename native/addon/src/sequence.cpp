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

size_t Sequence::keep_common_start(const std::vector<llama_token> &prompt) {
    const size_t limit = std::min(tokens_.size(), prompt.empty() ? 0 : prompt.size() - 1);
    const auto difference =
        std::mismatch(tokens_.begin(), tokens_.begin() + static_cast<std::ptrdiff_t>(limit), prompt.begin());
    const auto common = static_cast<size_t>(difference.first - tokens_.begin());
    if (common == 0 || !forget_from(common)) {
        clear();
        return 0;
    }
    return common;
}

bool Sequence::forget_from(size_t position) {
    llama_memory_t memory = llama_get_memory(context_);
    // A sliding window may have let go of tokens that computing on from here would look at.
    if (llama_memory_seq_pos_min(memory, id_) > 0) {
        const int32_t window = llama_model_n_swa(llama_get_model(context_));
        const bool is_at_end = position == tokens_.size();
        if (!is_at_end && (window == 0 || llama_memory_seq_pos_min(memory, id_) >
                                              static_cast<llama_pos>(position) - window)) {
            return false;
        }
    }
    if (position < tokens_.size()) {
        if (!can_forget_end_ || !llama_memory_seq_rm(memory, id_, static_cast<llama_pos>(position), -1)) {
            return false;
        }
        tokens_.resize(position);
    }
    return true;
}

void Sequence::drop_unnoted() {
    llama_memory_t memory = llama_get_memory(context_);
    const auto noted = static_cast<llama_pos>(tokens_.size());
    if (llama_memory_seq_pos_max(memory, id_) + 1 == noted) {
        return;
    }
    const bool is_dropped =
        llama_memory_seq_rm(memory, id_, noted, -1) && llama_memory_seq_pos_max(memory, id_) + 1 == noted;
    if (!is_dropped) {
        clear();
    }
}

void Sequence::clear() {
    llama_memory_seq_rm(llama_get_memory(context_), id_, -1, -1);
    tokens_.clear();
}

} // namespace parley
