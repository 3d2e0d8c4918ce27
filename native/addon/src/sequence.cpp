#include "sequence.h"

#include <algorithm>

namespace parley {

void Sequence::take(const std::string &key, uint64_t now) {
    if (key_ != key) {
        clear();
        key_ = key;
    }
    last_used_ = now;
    is_taken_ = true;
}

size_t Sequence::common_with(const std::vector<PrefixToken> &wanted, size_t limit) const {
    const size_t length = std::min({cells_.size(), wanted.size(), limit});
    const auto difference =
        std::mismatch(cells_.begin(), cells_.begin() + static_cast<std::ptrdiff_t>(length), wanted.begin());
    return static_cast<size_t>(difference.first - cells_.begin());
}

bool Sequence::can_cut_to(size_t count, llama_pos position) const {
    if (count >= cells_.size()) {
        return true;
    }
    if (count == 0 || !can_forget_end_) {
        return false;
    }
    const int32_t window = llama_model_n_swa(llama_get_model(context_));
    const llama_pos first = llama_memory_seq_pos_min(llama_get_memory(context_), id_);
    return first <= 0 || (window > 0 && first <= position - window);
}

bool Sequence::cut_to(size_t count, llama_pos position) {
    if (count >= cells_.size()) {
        return true;
    }
    if (!can_cut_to(count, position) || !llama_memory_seq_rm(llama_get_memory(context_), id_, position, -1)) {
        clear();
        return false;
    }
    cells_.resize(count);
    return true;
}

void Sequence::drop_unnoted(llama_pos position) {
    llama_memory_t memory = llama_get_memory(context_);
    // In a model that places pictures in two dimensions, the last position may lie before the next free one.
    if (llama_memory_seq_pos_max(memory, id_) < position) {
        return;
    }
    const bool is_dropped =
        llama_memory_seq_rm(memory, id_, position, -1) && llama_memory_seq_pos_max(memory, id_) < position;
    if (!is_dropped) {
        clear();
    }
}

void Sequence::clear() {
    llama_memory_seq_rm(llama_get_memory(context_), id_, -1, -1);
    cells_.clear();
}

} // namespace parley
