#pragma once

#include "llama.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace parley {

/** A token with a text of its own that an ordinary text must not become by accident or by intent. */
struct SpecialToken {
    llama_token token;
    std::string text;
    bool strips_left;
    bool strips_right;
};

/**
 * A model's vocabulary as far as plain text needs it: into tokens and back, never by way of a control token.
 * Any thread; borrows the vocabulary.
 */
class Vocabulary {
public:
    explicit Vocabulary(const llama_vocab *vocab);

    const llama_vocab *get() const { return vocab_; }
    /** False for a picture, which is no token. */
    bool is_control(llama_token token) const { return token >= 0 && llama_vocab_is_control(vocab_, token); }

    /** Tokens that text must not become; longest first, as llama.cpp looks for them. */
    const std::vector<SpecialToken> &controls() const { return controls_; }
    /** Ordinary tokens that look like markup, which some files use to mark roles. */
    const std::vector<SpecialToken> &markup() const { return markup_; }
    /** Whether `text` holds the text of one of them. */
    bool holds_special(const std::string &text) const;

    /** Whether text begins here, or goes on after tokens: some vocabularies put a space before a beginning.
     */
    enum class Place { beginning, after_tokens };
    /** Text as tokens; the text of a control token is spelled out in letters. */
    void append_plain(const std::string &text, Place place, std::vector<llama_token> &tokens) const;

    /** Bytes of a token, control tokens spelled out; nothing for an id beyond the vocabulary. */
    std::string piece(llama_token token) const;

    /**
     * The run of `ids` that spells `text`, byte for byte; empty where there is none. The last one counts.
     * A run never holds a control token, an end of generation or one of `forbidden`, whatever `ids` says.
     */
    std::vector<llama_token> spelling(const std::vector<int32_t> &ids, const std::string &text,
                                      const std::vector<SpecialToken> &forbidden) const;

private:
    std::vector<llama_token> tokenize(const std::string &text) const;
    std::vector<llama_token> tokenize_after(const std::string &text) const;
    bool may_be_text(llama_token token, const std::vector<SpecialToken> &forbidden) const;

    const llama_vocab *vocab_;
    std::vector<SpecialToken> controls_;
    std::vector<SpecialToken> markup_;
    bool adds_space_;
};

} // namespace parley
