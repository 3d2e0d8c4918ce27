#pragma once

#include "sha256.h"

#include <cstddef>
#include <list>
#include <memory>
#include <utility>
#include <vector>

namespace parley {

/** What a projector made of one run of a picture; shared, so that dropping it cannot pull it away. */
using PictureEmbeddings = std::shared_ptr<const std::vector<float>>;

/**
 * The embeddings used last, within a budget in bytes, so that a later question about a picture does not
 * encode it again. A few dozen entries at most: searched one by one. One thread.
 */
class EmbeddingsStore {
public:
    explicit EmbeddingsStore(size_t budget_bytes) : budget_bytes_(budget_bytes) {}

    /** Null where they are not kept. Counts as a use. */
    PictureEmbeddings find(const Digest &digest, size_t part);

    /** Keeps `embeddings`, unless they alone exceed the budget. */
    void add(const Digest &digest, size_t part, PictureEmbeddings embeddings);

    void clear();
    size_t bytes() const { return bytes_; }

private:
    struct Entry {
        std::pair<Digest, size_t> key;
        PictureEmbeddings embeddings;
    };

    void drop(std::list<Entry>::iterator entry);
    std::list<Entry>::iterator find_entry(const std::pair<Digest, size_t> &key);

    size_t budget_bytes_;
    size_t bytes_ = 0;
    /** The one used last comes first. */
    std::list<Entry> entries_;
};

} // namespace parley
