#pragma once

#include "prefix-tree.h"

#include <cstdint>

/**
 * What goes first when there is too much. An entry weighs bytes x age / tokens that would have to be computed
 * again without it, down from the nearest that stays; the heaviest goes. (One model computes all tokens at
 * one speed, so tokens stand for seconds.) Only what nothing stands on may go, so that nothing becomes
 * unreachable.
 */
namespace parley {

/** Whether a prefix can be restored at any token, or only at snapshots. */
enum class RestorePoints { any_token, snapshots };

/** How heavily an entry weighs. Infinite: nothing is gained by keeping it. */
double eviction_weight(const CachedEntry &entry, RestorePoints points, double now_seconds);

/**
 * Brings memory down to `budget_bytes`: at first what is on disk as well, then, while more than
 * `unwritten_bytes` beyond the budget are left, what is nowhere else.
 */
void shrink_ram(PrefixTree &tree, RestorePoints points, uint64_t budget_bytes, uint64_t unwritten_bytes,
                double now_seconds);

/** Brings the disk down to `budget_bytes`. What goes from the disk goes from memory too. */
void shrink_disk(PrefixTree &tree, RestorePoints points, uint64_t budget_bytes, double now_seconds);

} // namespace parley
