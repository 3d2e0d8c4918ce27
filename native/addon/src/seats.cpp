#include "seats.h"

#include "model.h"

#include <algorithm>

namespace parley {

Seats::Seats(const Model &model) {
    sequences_.reserve(model.sequences().conversations);
    for (uint32_t id = 0; id < model.sequences().conversations; id++) {
        sequences_.emplace_back(model.context(), static_cast<llama_seq_id>(id), model.can_forget_end());
    }
}

Sequence *Seats::find(const std::string &key) {
    const auto found = std::find_if(sequences_.begin(), sequences_.end(),
                                    [&](const Sequence &sequence) { return sequence.key() == key; });
    return found == sequences_.end() ? nullptr : &*found;
}

Sequence *Seats::take(const std::string &key) {
    Sequence *chosen = find(key);
    if (chosen == nullptr) {
        for (Sequence &sequence : sequences_) {
            const bool is_better = chosen == nullptr || sequence.last_used() < chosen->last_used();
            if (!sequence.is_taken() && is_better) {
                chosen = &sequence;
            }
        }
    }
    if (chosen == nullptr || chosen->is_taken()) {
        return nullptr;
    }
    chosen->take(key, ++clock_);
    return chosen;
}

bool Seats::empty_oldest(const Sequence *keeper) {
    Sequence *oldest = nullptr;
    for (Sequence &sequence : sequences_) {
        const bool is_candidate = &sequence != keeper && !sequence.is_taken() && sequence.size() > 0;
        if (is_candidate && (oldest == nullptr || sequence.last_used() < oldest->last_used())) {
            oldest = &sequence;
        }
    }
    if (oldest == nullptr) {
        return false;
    }
    oldest->clear();
    return true;
}

const Sequence *Seats::best_donor(const Sequence &taker, const std::vector<PrefixToken> &wanted,
                                  size_t limit) const {
    const Sequence *best = nullptr;
    size_t most = 0;
    for (const Sequence &sequence : sequences_) {
        const size_t common = &sequence == &taker ? 0 : sequence.common_with(wanted, limit);
        if (common > most) {
            most = common;
            best = &sequence;
        }
    }
    return best;
}

size_t Seats::occupied() const {
    return static_cast<size_t>(std::count_if(sequences_.begin(), sequences_.end(),
                                             [](const Sequence &sequence) { return sequence.size() > 0; }));
}

size_t Seats::cells_held() const {
    size_t cells = 0;
    for (const Sequence &sequence : sequences_) {
        cells += sequence.size();
    }
    return cells;
}

} // namespace parley
