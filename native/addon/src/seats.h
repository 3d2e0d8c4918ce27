#pragma once

#include "sequence.h"

#include <cstdint>
#include <string>
#include <vector>

namespace parley {

class Model;

/** The places of one context, and who sits there. The least recently used one is given away first. */
class Seats {
public:
    explicit Seats(const Model &model);

    /** The place of this conversation; null where it has none. */
    Sequence *find(const std::string &key);
    /** The place of this conversation, or one that was free; null while runs hold all. */
    Sequence *take(const std::string &key);
    /** Empties the place that has rested longest, but not `keeper`. False where all others are taken or
     * empty. */
    bool empty_oldest(const Sequence *keeper);
    /** The place, not `taker`, that begins with most of `wanted`; null where none begins with any. */
    const Sequence *best_donor(const Sequence &taker, const std::vector<PrefixToken> &wanted,
                               size_t limit) const;

    size_t occupied() const;
    size_t cells_held() const;

private:
    std::vector<Sequence> sequences_;
    uint64_t clock_ = 0;
};

} // namespace parley
