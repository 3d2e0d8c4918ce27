#pragma once

#include "prompt.h"
#include "span.h"
#include "vocabulary.h"

#include "llama.h"

#include <string>
#include <vector>

namespace parley {

/**
 * Turns spans into the items of a prompt so that content can never become a control token, while text without
 * such words gets the very tokens that llama.cpp would give the whole prompt. Where a message brings the
 * tokens that its text was generated as, they take the place of tokenising it. Any thread; borrows the
 * vocabulary.
 */
class SpanTokenizer {
public:
    explicit SpanTokenizer(const llama_vocab *vocab) : vocabulary_(vocab) {}

    /** The spans as items, each with the span that its first byte lies in. */
    struct Tokens {
        std::vector<PromptItem> items;
        std::vector<size_t> owners;
    };

    /** The items of a prompt, with the vocabulary's start token where it wants one. */
    Tokens tokenize(const std::vector<Span> &spans) const;

    const Vocabulary &vocabulary() const { return vocabulary_; }

private:
    /** Part of a span, and which. */
    struct Part {
        std::string text;
        size_t span;
    };
    /** A special token, or what stands between two of them. */
    struct Piece {
        llama_token token = LLAMA_TOKEN_NULL;
        std::vector<Part> parts;
        bool strips_left = false;
        bool strips_right = false;
    };

    std::vector<Piece> split(const std::vector<Span> &spans) const;
    static void split_part(const SpecialToken &special, const Part &part, const Span &span, Piece &rest,
                           std::vector<Piece> &pieces);

    Vocabulary vocabulary_;
};

} // namespace parley
