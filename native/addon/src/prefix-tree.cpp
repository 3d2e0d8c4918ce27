#include "prefix-tree.h"

#include "little-endian.h"

#include <algorithm>
#include <utility>

namespace parley {

namespace {

/** How far the block is used by who is left. */
uint32_t remaining_reach(const CachedBlock &block, bool counts_memory_only) {
    uint32_t reach = 0;
    for (const auto &[owner, token_count] : block.owners) {
        if (counts_memory_only || !owner->memory_only) {
            reach = std::max(reach, token_count);
        }
    }
    return reach;
}

} // namespace

PrefixTree::PrefixTree() : root_(std::make_unique<CachedBlock>()) {
}

PrefixTree::~PrefixTree() {
    // By hand: a long conversation is a chain of blocks, and destructors that call each other take stack.
    forget_subtree(*root_);
}

PrefixTree::Path PrefixTree::walk(const std::vector<PrefixToken> &tokens, size_t limit) const {
    limit = std::min(limit, tokens.size());
    Path path;
    const CachedBlock *block = root_.get();
    uint32_t inside = 0;
    while (path.tokens < limit) {
        const auto child = block->children.find({inside, tokens[path.tokens]});
        if (child == block->children.end()) {
            break;
        }
        block = child->second.get();
        const size_t most = std::min(block->tokens.size(), limit - path.tokens);
        const auto first = tokens.begin() + static_cast<std::ptrdiff_t>(path.tokens);
        const auto parted = std::mismatch(block->tokens.begin(),
                                          block->tokens.begin() + static_cast<std::ptrdiff_t>(most), first);
        inside = static_cast<uint32_t>(parted.first - block->tokens.begin());
        path.steps.push_back({child->second, inside});
        path.tokens += inside;
    }
    return path;
}

std::shared_ptr<CachedSnapshot> PrefixTree::last_snapshot(const Path &path) {
    for (auto step = path.steps.rbegin(); step != path.steps.rend(); ++step) {
        const auto after = step->block->snapshots.upper_bound(step->token_count);
        if (after != step->block->snapshots.begin()) {
            return std::prev(after)->second;
        }
    }
    return nullptr;
}

bool PrefixTree::add(const std::shared_ptr<CachedBlock> &block, CachedBlock *parent, uint32_t parent_tokens) {
    CachedBlock &under = parent == nullptr ? *root_ : *parent;
    const bool is_place = parent_tokens <= under.tokens.size() && (parent == nullptr || parent_tokens > 0);
    if (!is_place || block->tokens.empty() || block->tokens.size() > max_file_tokens) {
        return false;
    }
    const PrefixToken first = block->tokens.front();
    // A child that goes on as the block itself does would never be found.
    if (parent_tokens < under.tokens.size() && under.tokens[parent_tokens] == first) {
        return false;
    }
    if (!under.children.emplace(std::make_pair(parent_tokens, first), block).second) {
        return false;
    }
    block->parent = &under;
    block->parent_tokens = parent_tokens;
    block->depth = under.depth + parent_tokens;
    block->path_hash = path_hash(under, parent_tokens);
    block->serial = next_serial_++;
    block_count_++;
    return true;
}

bool PrefixTree::add(const std::shared_ptr<CachedSnapshot> &snapshot, CachedBlock &block,
                     uint32_t token_count) {
    if (token_count == 0 || token_count > block.tokens.size() ||
        !block.snapshots.emplace(token_count, snapshot).second) {
        return false;
    }
    snapshot->block = &block;
    snapshot->token_count = token_count;
    snapshot->serial = next_serial_++;
    snapshot_count_++;
    return true;
}

void PrefixTree::remove(CachedEntry &entry) {
    if (entry.is_gone) {
        return;
    }
    if (entry.kind == EntryKind::snapshot) {
        auto &snapshot = static_cast<CachedSnapshot &>(entry);
        CachedBlock &block = *snapshot.block;
        const uint32_t place = snapshot.token_count;
        forget_entry(snapshot);
        block.snapshots.erase(place);
        return;
    }
    auto &block = static_cast<CachedBlock &>(entry);
    CachedBlock &parent = *block.parent;
    const auto place = std::make_pair(block.parent_tokens, block.tokens.front());
    forget_subtree(block);
    parent.children.erase(place);
}

/** Deepest first, without recursion. */
void PrefixTree::forget_subtree(CachedBlock &top) {
    CachedBlock *block = &top;
    while (true) {
        if (!block->children.empty()) {
            block = block->children.begin()->second.get();
            continue;
        }
        for (const auto &[token_count, snapshot] : block->snapshots) {
            forget_entry(*snapshot);
        }
        block->snapshots.clear();
        if (block != root_.get()) {
            forget_entry(*block);
        }
        if (block == &top) {
            return;
        }
        CachedBlock *parent = block->parent;
        parent->children.erase(parent->children.begin());
        block = parent;
    }
}

void PrefixTree::forget_entry(CachedEntry &entry) {
    entry.is_gone = true;
    set_ram(entry, nullptr);
    if (!entry.file.empty()) {
        garbage_.push_back(entry.file);
        set_file(entry, {}, 0);
    }
    if (entry.kind == EntryKind::snapshot) {
        snapshot_count_--;
        return;
    }
    block_count_--;
    auto &block = static_cast<CachedBlock &>(entry);
    for (const auto &[owner, token_count] : block.owners) {
        owner->blocks.erase(block.serial);
        // A file that lists what is gone does no harm; one that lists nothing else is not needed.
        owner->is_dirty = owner->is_dirty || owner->blocks.empty();
    }
    block.owners.clear();
}

void PrefixTree::set_ram(CachedEntry &entry, std::shared_ptr<const std::vector<uint8_t>> bytes) {
    ram_bytes_ -= entry.ram ? entry.ram->size() : 0;
    ram_bytes_ += bytes ? bytes->size() : 0;
    entry.ram = std::move(bytes);
}

void PrefixTree::set_file(CachedEntry &entry, std::string name, uint64_t bytes) {
    disk_bytes_ = disk_bytes_ - entry.disk_bytes + bytes;
    entry.disk_bytes = bytes;
    entry.file = std::move(name);
}

CachedOwner &PrefixTree::owner(const Digest &id, bool memory_only) {
    std::unique_ptr<CachedOwner> &place = owners_[id];
    if (!place) {
        place = std::make_unique<CachedOwner>();
        place->id = id;
        place->memory_only = memory_only;
    }
    if (!memory_only && place->memory_only) {
        place->memory_only = false;
        place->is_dirty = true;
    }
    return *place;
}

void PrefixTree::mark_used(CachedOwner &owner, CachedBlock &top, uint32_t token_count) {
    CachedBlock *block = &top;
    while (block != root_.get()) {
        const auto [place, is_new] = block->owners.emplace(&owner, token_count);
        if (is_new || place->second < token_count) {
            place->second = token_count;
            owner.blocks.emplace(block->serial, block);
            owner.is_dirty = true;
        }
        token_count = block->parent_tokens;
        block = block->parent;
    }
}

void PrefixTree::use(CachedOwner &owner, const Path &path, double now_seconds,
                     std::vector<std::shared_ptr<CachedEntry>> &unwritten) {
    if (path.steps.empty()) {
        return;
    }
    mark_used(owner, *path.steps.back().block, path.steps.back().token_count);
    if (const std::shared_ptr<CachedSnapshot> snapshot = last_snapshot(path)) {
        snapshot->used_seconds = now_seconds;
    }
    const auto release = [&owner, &unwritten](const std::shared_ptr<CachedEntry> &entry) {
        if (entry->memory_only && !owner.memory_only) {
            entry->memory_only = false;
            unwritten.push_back(entry);
        }
    };
    for (const Step &step : path.steps) {
        step.block->used_seconds = now_seconds;
        release(step.block);
        for (const auto &[token_count, snapshot] : step.block->snapshots) {
            if (token_count <= step.token_count) {
                release(snapshot);
            }
        }
    }
}

std::vector<std::shared_ptr<CachedBlock>> PrefixTree::forget(const Digest &owner_id) {
    const auto found = owners_.find(owner_id);
    if (found == owners_.end()) {
        return {};
    }
    const std::unique_ptr<CachedOwner> owner = std::move(found->second);
    owners_.erase(found);
    std::vector<std::shared_ptr<CachedBlock>> blocks;
    for (const auto &[serial, block] : owner->blocks) {
        blocks.push_back(block->parent->children.at({block->parent_tokens, block->tokens.front()}));
    }
    for (const auto &block : blocks) {
        block->owners.erase(owner.get());
    }
    std::vector<std::shared_ptr<CachedBlock>> shortened;
    for (const auto &block : blocks) {
        if (block->is_gone) {
            continue;
        }
        const uint32_t reach = remaining_reach(*block, owner->memory_only);
        if (reach == 0) {
            remove(*block);
        } else if (reach < block->tokens.size()) {
            cut(*block, reach);
            shortened.push_back(block);
        }
    }
    return shortened;
}

void PrefixTree::cut(CachedBlock &block, uint32_t token_count) {
    while (!block.children.empty() && std::prev(block.children.end())->first.first > token_count) {
        // Kept alive: `remove` takes it out of the map that owns it.
        const std::shared_ptr<CachedBlock> child = std::prev(block.children.end())->second;
        remove(*child);
    }
    while (!block.snapshots.empty() && std::prev(block.snapshots.end())->first > token_count) {
        const std::shared_ptr<CachedSnapshot> snapshot = std::prev(block.snapshots.end())->second;
        remove(*snapshot);
    }
    block.tokens.resize(token_count);
    for (auto &[owner, used] : block.owners) {
        used = std::min(used, token_count);
    }
}

void PrefixTree::remove_unowned() {
    for (const std::shared_ptr<CachedEntry> &entry : entries()) {
        if (entry->kind == EntryKind::block && static_cast<const CachedBlock &>(*entry).owners.empty()) {
            remove(*entry);
        }
    }
}

void PrefixTree::drop_owner(const Digest &id) {
    const auto found = owners_.find(id);
    if (found != owners_.end() && found->second->blocks.empty()) {
        owners_.erase(found);
    }
}

std::vector<std::string> PrefixTree::take_garbage() {
    return std::exchange(garbage_, {});
}

std::vector<std::shared_ptr<CachedEntry>> PrefixTree::entries() const {
    std::vector<std::shared_ptr<CachedEntry>> all;
    std::vector<const CachedBlock *> level{root_.get()};
    while (!level.empty()) {
        std::vector<const CachedBlock *> next;
        for (const CachedBlock *block : level) {
            for (const auto &[token_count, snapshot] : block->snapshots) {
                all.push_back(snapshot);
            }
            for (const auto &[place, child] : block->children) {
                all.push_back(child);
                next.push_back(child.get());
            }
        }
        level = std::move(next);
    }
    return all;
}

Digest PrefixTree::path_hash(const CachedBlock &block, uint32_t token_count) {
    if (token_count == 0) {
        return block.path_hash;
    }
    Sha256 hash;
    hash.update(block.path_hash.data(), block.path_hash.size());
    std::array<uint8_t, 8> bytes{};
    for (uint32_t index = 0; index < token_count; index++) {
        write_u64(bytes.data(), block.tokens[index]);
        hash.update(bytes.data(), bytes.size());
    }
    return hash.finish();
}

} // namespace parley
