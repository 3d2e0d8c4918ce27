#include "prefix-eviction.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <queue>

namespace parley {

namespace {

struct Candidate {
    double weight;
    std::shared_ptr<CachedEntry> entry;

    bool operator<(const Candidate &other) const {
        // Of equals the younger goes: what was there first has more standing on it.
        return weight < other.weight || (weight == other.weight && entry->serial < other.entry->serial);
    }
};

/** Tokens before the nearest snapshot above this one; 0 where there is none. */
uint64_t snapshot_depth_above(const CachedSnapshot &snapshot) {
    const CachedBlock *block = snapshot.block;
    uint32_t below = snapshot.token_count - 1;
    while (block != nullptr) {
        const auto after = block->snapshots.upper_bound(below);
        if (after != block->snapshots.begin()) {
            return block->depth + std::prev(after)->first;
        }
        below = block->parent_tokens;
        block = block->parent;
    }
    return 0;
}

double tokens_to_recompute(const CachedEntry &entry, RestorePoints points) {
    if (entry.kind == EntryKind::snapshot) {
        const auto &snapshot = static_cast<const CachedSnapshot &>(entry);
        const uint64_t depth = snapshot.block->depth + snapshot.token_count;
        return static_cast<double>(depth - snapshot_depth_above(snapshot));
    }
    const auto &block = static_cast<const CachedBlock &>(entry);
    // Without a snapshot on it, the end of a path is of no use to a model that needs one.
    return points == RestorePoints::any_token ? static_cast<double>(block.tokens.size()) : 0;
}

bool is_free_to_go(const CachedEntry &entry) {
    return entry.kind == EntryKind::snapshot || static_cast<const CachedBlock &>(entry).is_leaf();
}

/** Removes entries nothing stands on, the heaviest first, of those that `may_go`, until `is_enough`. */
class LeafRemoval {
public:
    LeafRemoval(PrefixTree &tree, RestorePoints points, double now_seconds)
        : tree_(tree), points_(points), now_seconds_(now_seconds) {}

    void run(const std::function<bool(const CachedEntry &)> &may_go, const std::function<bool()> &is_enough) {
        for (const auto &entry : tree_.entries()) {
            consider(entry, may_go);
        }
        while (!is_enough() && !waiting_.empty()) {
            const Candidate next = waiting_.top();
            waiting_.pop();
            // What went before may have made this one dearer; then others come first.
            const double weight = eviction_weight(*next.entry, points_, now_seconds_);
            if (weight < next.weight) {
                waiting_.push({weight, next.entry});
                continue;
            }
            const std::shared_ptr<CachedBlock> above = block_above(*next.entry);
            tree_.remove(*next.entry);
            if (above) {
                consider(above, may_go);
            }
        }
    }

private:
    void consider(const std::shared_ptr<CachedEntry> &entry,
                  const std::function<bool(const CachedEntry &)> &may_go) {
        if (is_free_to_go(*entry) && may_go(*entry)) {
            waiting_.push({eviction_weight(*entry, points_, now_seconds_), entry});
        }
    }

    static std::shared_ptr<CachedBlock> shared(const CachedBlock &block) {
        const CachedBlock *parent = block.parent;
        return parent == nullptr ? nullptr : parent->children.at({block.parent_tokens, block.tokens.front()});
    }

    static std::shared_ptr<CachedBlock> block_above(const CachedEntry &entry) {
        return entry.kind == EntryKind::snapshot ? shared(*static_cast<const CachedSnapshot &>(entry).block)
                                                 : shared(*static_cast<const CachedBlock &>(entry).parent);
    }

    PrefixTree &tree_;
    RestorePoints points_;
    double now_seconds_;
    std::priority_queue<Candidate> waiting_;
};

void drop_copies(PrefixTree &tree, RestorePoints points, uint64_t budget_bytes, double now_seconds) {
    std::vector<Candidate> copies;
    for (const auto &entry : tree.entries()) {
        if (entry->ram && !entry->file.empty()) {
            copies.push_back({eviction_weight(*entry, points, now_seconds), entry});
        }
    }
    std::sort(copies.begin(), copies.end());
    for (; tree.ram_bytes() > budget_bytes && !copies.empty(); copies.pop_back()) {
        tree.set_ram(*copies.back().entry, nullptr);
    }
}

} // namespace

double eviction_weight(const CachedEntry &entry, RestorePoints points, double now_seconds) {
    const double tokens = tokens_to_recompute(entry, points);
    if (tokens <= 0) {
        return std::numeric_limits<double>::infinity();
    }
    const uint64_t bytes = std::max<uint64_t>(entry.disk_bytes, entry.ram ? entry.ram->size() : 0);
    // Clocks are set back, and what was used this instant still has a size.
    const double age = std::max(now_seconds - entry.used_seconds, 0.0) + 1;
    return static_cast<double>(bytes + 1) * age / tokens;
}

void shrink_ram(PrefixTree &tree, RestorePoints points, uint64_t budget_bytes, uint64_t unwritten_bytes,
                double now_seconds) {
    if (tree.ram_bytes() <= budget_bytes) {
        return;
    }
    drop_copies(tree, points, budget_bytes, now_seconds);
    const uint64_t limit = budget_bytes + unwritten_bytes;
    if (tree.ram_bytes() > limit) {
        LeafRemoval(tree, points, now_seconds)
            .run([](const CachedEntry &entry) { return entry.file.empty(); },
                 [&tree, limit] { return tree.ram_bytes() <= limit; });
    }
}

void shrink_disk(PrefixTree &tree, RestorePoints points, uint64_t budget_bytes, double now_seconds) {
    if (tree.disk_bytes() > budget_bytes) {
        LeafRemoval(tree, points, now_seconds)
            .run([](const CachedEntry &) { return true; },
                 [&tree, budget_bytes] { return tree.disk_bytes() <= budget_bytes; });
    }
}

} // namespace parley
