#include "embeddings-store.h"

#include <algorithm>

namespace parley {

namespace {

size_t bytes_of(const PictureEmbeddings &embeddings) {
    return embeddings->size() * sizeof(float);
}

} // namespace

PictureEmbeddings EmbeddingsStore::find(const Digest &digest, size_t part) {
    const auto found = find_entry({digest, part});
    if (found == entries_.end()) {
        return nullptr;
    }
    entries_.splice(entries_.begin(), entries_, found);
    return found->embeddings;
}

void EmbeddingsStore::add(const Digest &digest, size_t part, PictureEmbeddings embeddings) {
    const auto found = find_entry({digest, part});
    if (found != entries_.end()) {
        drop(found);
    }
    const size_t added_bytes = bytes_of(embeddings);
    if (added_bytes > budget_bytes_) {
        return;
    }
    while (bytes_ + added_bytes > budget_bytes_) {
        drop(std::prev(entries_.end()));
    }
    bytes_ += added_bytes;
    entries_.push_front({{digest, part}, std::move(embeddings)});
}

void EmbeddingsStore::clear() {
    entries_.clear();
    bytes_ = 0;
}

void EmbeddingsStore::drop(std::list<Entry>::iterator entry) {
    bytes_ -= bytes_of(entry->embeddings);
    entries_.erase(entry);
}

std::list<EmbeddingsStore::Entry>::iterator
EmbeddingsStore::find_entry(const std::pair<Digest, size_t> &key) {
    return std::find_if(entries_.begin(), entries_.end(),
                        [&](const Entry &entry) { return entry.key == key; });
}

} // namespace parley
