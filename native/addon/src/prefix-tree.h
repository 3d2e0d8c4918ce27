#pragma once

#include "state-file.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace parley {

struct CachedBlock;

/** A conversation, as far as the cache knows it. */
struct CachedOwner {
    Digest id{};
    /** Never written. */
    bool memory_only = false;
    /** Its file does not say what is here. */
    bool is_dirty = false;
    std::map<uint64_t, CachedBlock *> blocks;
};

/** What blocks and snapshots have in common: bytes that lie in memory, on disk, or in both. */
struct CachedEntry {
    explicit CachedEntry(EntryKind entry_kind) : kind(entry_kind) {}
    CachedEntry(const CachedEntry &) = delete;
    CachedEntry &operator=(const CachedEntry &) = delete;
    virtual ~CachedEntry() = default;

    const EntryKind kind;
    EntryId id{};
    /** The order in which entries came: makes every choice between equals the same every time. */
    uint64_t serial = 0;
    /** Set by `PrefixTree` alone, as it counts the bytes. */
    std::shared_ptr<const std::vector<uint8_t>> ram;
    std::string file;
    uint64_t disk_bytes = 0;
    double used_seconds = 0;
    bool memory_only = false;
    /** No longer in the tree. */
    bool is_gone = false;
};

/** What recurrent and windowed layers remember after the first `token_count` tokens of `block`. */
struct CachedSnapshot : CachedEntry {
    CachedSnapshot() : CachedEntry(EntryKind::snapshot) {}
    CachedBlock *block = nullptr;
    uint32_t token_count = 0;
};

/**
 * Attention state of up to 256 tokens that follow on the first `parent_tokens` of `parent`. Sequences that
 * part ways inside a block share it up to there: what follows stands among its children under the place and
 * the token where they part.
 */
struct CachedBlock : CachedEntry {
    CachedBlock() : CachedEntry(EntryKind::block) {}
    std::vector<PrefixToken> tokens;
    CachedBlock *parent = nullptr;
    uint32_t parent_tokens = 0;
    /** Tokens before this block. */
    uint64_t depth = 0;
    Digest path_hash{};
    std::map<std::pair<uint32_t, PrefixToken>, std::shared_ptr<CachedBlock>> children;
    std::map<uint32_t, std::shared_ptr<CachedSnapshot>> snapshots;
    /** How many of its tokens each owner uses; who uses a block uses all that it stands on. */
    std::map<CachedOwner *, uint32_t> owners;

    bool is_leaf() const { return children.empty() && snapshots.empty(); }
};

/**
 * A radix tree over prefix tokens. Its edges are pieces of blocks, so that a parting of ways splits an edge
 * without touching a block. Knows no clock, no thread and no disk; the caller locks.
 */
class PrefixTree {
public:
    struct Step {
        std::shared_ptr<CachedBlock> block;
        uint32_t token_count;
    };
    struct Path {
        std::vector<Step> steps;
        size_t tokens = 0;
    };

    PrefixTree();
    PrefixTree(const PrefixTree &) = delete;
    PrefixTree &operator=(const PrefixTree &) = delete;
    ~PrefixTree();

    /** As far as the first `limit` of `tokens` are here. */
    Path walk(const std::vector<PrefixToken> &tokens, size_t limit) const;

    /** The deepest snapshot on the path. Null: none. */
    static std::shared_ptr<CachedSnapshot> last_snapshot(const Path &path);

    /**
     * Adds a block behind the first `parent_tokens` of `parent` (null: at the start). False where that place
     * is not there or is taken. Sets the block's place, depth, hash and serial.
     */
    bool add(const std::shared_ptr<CachedBlock> &block, CachedBlock *parent, uint32_t parent_tokens);

    /** Adds a snapshot after `token_count` (1 or more) of the block's tokens; false where one is or cannot
     * be. */
    bool add(const std::shared_ptr<CachedSnapshot> &snapshot, CachedBlock &block, uint32_t token_count);

    /** Removes with all that stands on it. Files are left to `take_garbage`, the deepest first. */
    void remove(CachedEntry &entry);

    void set_ram(CachedEntry &entry, std::shared_ptr<const std::vector<uint8_t>> bytes);
    void set_file(CachedEntry &entry, std::string name, uint64_t bytes);

    /** The owner of this id, made where missing. One that is not memory-only makes it so for good. */
    CachedOwner &owner(const Digest &id, bool memory_only);
    const std::map<Digest, std::unique_ptr<CachedOwner>> &owners() const { return owners_; }

    /**
     * Marks the path as used by `owner`, now. Entries that were kept from the disk until then, and are not
     * any more, are appended to `unwritten`, the shallowest first.
     */
    void use(CachedOwner &owner, const Path &path, double now_seconds,
             std::vector<std::shared_ptr<CachedEntry>> &unwritten);
    /** Marks the first `token_count` tokens of `block`, and all it stands on. */
    void mark_used(CachedOwner &owner, CachedBlock &block, uint32_t token_count);

    /**
     * Removes an owner and what it alone used, of which what memory-only owners use is a part, unless the
     * owner was one itself: they hold nothing on disk. Blocks whose first tokens others use end there from
     * now on; their bytes are the caller's to cut.
     */
    std::vector<std::shared_ptr<CachedBlock>> forget(const Digest &owner_id);

    /** Removes blocks that nobody uses. */
    void remove_unowned();

    /** Forgets an owner that uses no block any more. */
    void drop_owner(const Digest &id);

    /** Names of files whose entries are gone, since the last call. */
    std::vector<std::string> take_garbage();
    bool has_garbage() const { return !garbage_.empty(); }

    /** Every entry, parents before what stands on them. */
    std::vector<std::shared_ptr<CachedEntry>> entries() const;

    uint64_t ram_bytes() const { return ram_bytes_; }
    uint64_t disk_bytes() const { return disk_bytes_; }
    uint64_t block_count() const { return block_count_; }
    uint64_t snapshot_count() const { return snapshot_count_; }

    /** Hash of the path that ends after `token_count` tokens of `block`. */
    static Digest path_hash(const CachedBlock &block, uint32_t token_count);

private:
    void forget_entry(CachedEntry &entry);
    void forget_subtree(CachedBlock &block);
    void cut(CachedBlock &block, uint32_t token_count);

    std::unique_ptr<CachedBlock> root_;
    std::map<Digest, std::unique_ptr<CachedOwner>> owners_;
    std::vector<std::string> garbage_;
    uint64_t next_serial_ = 1;
    uint64_t ram_bytes_ = 0;
    uint64_t disk_bytes_ = 0;
    uint64_t block_count_ = 0;
    uint64_t snapshot_count_ = 0;
};

} // namespace parley
