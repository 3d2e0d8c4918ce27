#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace parley {

/** Finds words at the end of a growing text, across the borders of the pieces it grows by. One thread. */
class StopWords {
public:
    /** Blank ones are left out. */
    explicit StopWords(const std::vector<std::string> &words);

    struct Match {
        size_t begin;
        size_t end;
        const std::string *word;
    };

    /**
     * The first word in `text` that ends beyond `known_bytes`, the bytes that were searched before, and
     * begins at `from` or later.
     */
    std::optional<Match> find(const std::string &text, size_t known_bytes, size_t from) const;

    /** How many bytes at the end of `text` could begin a word. */
    size_t begun_bytes(const std::string &text) const;

private:
    std::vector<std::string> words_;
};

} // namespace parley
