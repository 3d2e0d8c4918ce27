#include "cache-disk.h"

#include <algorithm>
#include <exception>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>

namespace parley {

namespace {

constexpr std::string_view state_suffix = ".state";
constexpr std::string_view owner_suffix = ".owner";
constexpr double seconds_per_day = 86400;

bool ends_with(const std::string &name, std::string_view suffix) {
    return name.size() >= suffix.size() &&
           name.compare(name.size() - suffix.size(), suffix.size(), suffix) == 0;
}

template <size_t count> std::string hex(const std::array<uint8_t, count> &bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const uint8_t byte : bytes) {
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
}

WrittenToday on_day(const WrittenToday &written, double now_seconds) {
    const auto day = static_cast<uint64_t>(std::max(now_seconds, 0.0) / seconds_per_day);
    return written.day == day ? written : WrittenToday{day, 0};
}

/** Puts found entries into the tree, which knows whether they fit. */
class Planting {
public:
    explicit Planting(PrefixTree &tree) : tree_(tree) {}

    /** Null where the entry has no place. */
    std::shared_ptr<CachedEntry> add(const StateHeader &header) {
        CachedBlock *parent = find(header.parent);
        const bool is_start = header.parent == EntryId{} && header.parent_tokens == 0;
        if (!is_start && !is_place(parent, header)) {
            return nullptr;
        }
        return header.kind == EntryKind::block ? add_block(header, parent) : add_snapshot(header, parent);
    }

    void mark_used(CachedOwner &owner, const BlockUse &use) {
        CachedBlock *block = find(use.block);
        if (block != nullptr && use.token_count > 0) {
            const auto most = static_cast<uint32_t>(block->tokens.size());
            tree_.mark_used(owner, *block, std::min(use.token_count, most));
        }
    }

private:
    CachedBlock *find(const EntryId &id) const {
        const auto found = blocks_.find(id);
        return found == blocks_.end() ? nullptr : found->second;
    }

    static bool is_place(const CachedBlock *parent, const StateHeader &header) {
        return parent != nullptr && header.parent_tokens > 0 &&
               header.parent_tokens <= parent->tokens.size() &&
               header.depth == parent->depth + header.parent_tokens &&
               header.path_hash == PrefixTree::path_hash(*parent, header.parent_tokens);
    }

    std::shared_ptr<CachedEntry> add_block(const StateHeader &header, CachedBlock *parent) {
        const auto block = std::make_shared<CachedBlock>();
        block->id = header.id;
        block->tokens = header.tokens;
        const bool is_new = header.id != EntryId{} && find(header.id) == nullptr;
        if (!is_new || !tree_.add(block, parent, header.parent_tokens)) {
            return nullptr;
        }
        blocks_.emplace(header.id, block.get());
        return block;
    }

    std::shared_ptr<CachedEntry> add_snapshot(const StateHeader &header, CachedBlock *parent) {
        const auto snapshot = std::make_shared<CachedSnapshot>();
        snapshot->id = header.id;
        return parent != nullptr && tree_.add(snapshot, *parent, header.parent_tokens) ? snapshot : nullptr;
    }

    PrefixTree &tree_;
    std::map<EntryId, CachedBlock *> blocks_;
};

} // namespace

std::string state_file_name(const EntryId &id) {
    return hex(id).append(state_suffix);
}

std::string owner_file_name(const Digest &owner) {
    return hex(owner).append(owner_suffix);
}

std::optional<CacheDisk::Found> CacheDisk::read_found(const std::string &name) const {
    const std::unique_ptr<CacheFile> file = folder_->open_file(name);
    if (!file) {
        return std::nullopt;
    }
    try {
        return Found{read_state_header(*file, seal_), name, file->size(), file->used_seconds()};
    } catch (const std::exception &) {
        return std::nullopt; // bad, or too large for our memory: either way not to be used
    }
}

std::optional<OwnerRecord> CacheDisk::read_record(const std::string &name) const {
    const std::unique_ptr<CacheFile> file = folder_->open_file(name);
    if (!file) {
        return std::nullopt;
    }
    try {
        return read_owner(*file, seal_);
    } catch (const std::exception &) {
        return std::nullopt;
    }
}

uint64_t CacheDisk::index(PrefixTree &tree) {
    uint64_t bad_count = 0;
    std::vector<Found> states;
    std::vector<OwnerRecord> records;
    const auto keep_or_remove = [&](const std::string &name, auto value, auto &kept) {
        if (value) {
            kept.push_back(std::move(*value));
        } else {
            bad_count++;
            folder_->remove(name);
        }
    };
    for (const std::string &name : folder_->list()) {
        if (ends_with(name, partial_suffix)) {
            folder_->remove(name);
        } else if (ends_with(name, state_suffix)) {
            keep_or_remove(name, read_found(name), states);
        } else if (ends_with(name, owner_suffix)) {
            keep_or_remove(name, read_record(name), records);
        }
    }
    plant(tree, std::move(states), records);
    // What nobody is known to use, nobody could have removed.
    tree.remove_unowned();
    for (const std::string &name : tree.take_garbage()) {
        folder_->remove(name);
    }
    return bad_count;
}

void CacheDisk::plant(PrefixTree &tree, std::vector<Found> states, const std::vector<OwnerRecord> &records) {
    // Names decide between equals, so that two copies of a file give the same tree every time.
    std::sort(states.begin(), states.end(), [](const Found &left, const Found &right) {
        return std::tie(left.header.depth, left.header.kind, left.name) <
               std::tie(right.header.depth, right.header.kind, right.name);
    });
    Planting planting(tree);
    for (const Found &state : states) {
        const std::shared_ptr<CachedEntry> entry = planting.add(state.header);
        if (!entry) {
            folder_->remove(state.name);
            continue;
        }
        entry->used_seconds = state.used_seconds;
        tree.set_file(*entry, state.name, state.file_bytes);
    }
    for (const OwnerRecord &record : records) {
        CachedOwner &owner = tree.owner(record.owner, false);
        for (const BlockUse &use : record.uses) {
            planting.mark_used(owner, use);
        }
        owner.is_dirty = false;
    }
}

std::vector<uint8_t> CacheDisk::read(const CachedEntry &entry) {
    const std::unique_ptr<CacheFile> file = folder_->open_file(entry.file);
    if (!file) {
        throw StateFileError("the file is gone");
    }
    const StateHeader header = read_state_header(*file, seal_);
    bool is_same = header.kind == entry.kind && header.id == entry.id;
    if (is_same && entry.kind == EntryKind::block) {
        const std::vector<PrefixToken> &tokens = static_cast<const CachedBlock &>(entry).tokens;
        is_same = header.tokens.size() >= tokens.size() &&
                  std::equal(tokens.begin(), tokens.end(), header.tokens.begin());
    }
    if (!is_same) {
        throw StateFileError("another file in its place");
    }
    return read_state_payload(*file, header, seal_);
}

std::optional<CacheDisk::Written> CacheDisk::write(const CachedEntry &entry,
                                                   const std::vector<uint8_t> &payload) {
    StateHeader header;
    header.kind = entry.kind;
    header.id = entry.id;
    if (entry.kind == EntryKind::block) {
        const auto &block = static_cast<const CachedBlock &>(entry);
        header.parent = block.parent->id;
        header.parent_tokens = block.parent_tokens;
        header.depth = block.depth;
        header.path_hash = block.path_hash;
        header.tokens = block.tokens;
    } else {
        const auto &snapshot = static_cast<const CachedSnapshot &>(entry);
        header.parent = snapshot.block->id;
        header.parent_tokens = snapshot.token_count;
        header.depth = snapshot.block->depth + snapshot.token_count;
        header.path_hash = PrefixTree::path_hash(*snapshot.block, snapshot.token_count);
    }
    const std::vector<uint8_t> sealed = seal_state(header, payload, seal_);
    const std::string name = state_file_name(entry.id);
    if (!folder_->write(name, {{sealed.data(), sealed.size()}, {payload.data(), payload.size()}})) {
        return std::nullopt;
    }
    return Written{name, sealed.size() + payload.size()};
}

bool CacheDisk::write_owner(const OwnerRecord &record) {
    const std::vector<uint8_t> sealed = seal_owner(record, seal_);
    return folder_->write(owner_file_name(record.owner), {{sealed.data(), sealed.size()}});
}

void CacheDisk::remove_owner(const Digest &owner) {
    folder_->remove(owner_file_name(owner));
}

bool CacheDisk::may_write(uint64_t bytes, uint64_t bytes_per_day, double now_seconds) const {
    const WrittenToday written = on_day(written_, now_seconds);
    return written.bytes <= bytes_per_day && bytes <= bytes_per_day - written.bytes;
}

void CacheDisk::add_written(uint64_t bytes, double now_seconds) {
    written_ = on_day(written_, now_seconds);
    written_.bytes += bytes;
    folder_->set_written_today(written_);
}

} // namespace parley
