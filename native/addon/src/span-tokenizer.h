#pragma once

#include "chat-format.h"

#include "llama.h"

#include <string>
#include <vector>

namespace parley {

/**
 * Turns spans into tokens so that content can never become a control token, while text without such words
 * gets the very tokens that llama.cpp would give the whole prompt. Any thread once built; borrows the
 * vocabulary.
 */
class SpanTokenizer {
public:
    explicit SpanTokenizer(const llama_vocab *vocab);

    /** The tokens of a prompt, with the vocabulary's start token where it wants one. */
    std::vector<llama_token> tokenize(const std::vector<Span> &spans) const;

    bool is_control(llama_token token) const { return llama_vocab_is_control(vocab_, token); }

private:
    struct Special {
        llama_token token;
        std::string text;
        bool strips_left;
        bool strips_right;
    };
    /** A special token, or text between two of them. */
    struct Piece {
        llama_token token = LLAMA_TOKEN_NULL;
        std::vector<Span> run;
        bool strips_left = false;
        bool strips_right = false;
    };

    std::vector<Piece> split(const std::vector<Span> &spans) const;
    static std::vector<Special> find_used(const std::vector<Special> &specials,
                                          const std::vector<Span> &spans);
    void append_run(const Piece &piece, const std::vector<Special> &guarded,
                    std::vector<llama_token> &tokens) const;
    void append_plain(const std::string &text, std::vector<llama_token> &tokens) const;
    std::vector<llama_token> tokenize_plain(const std::string &text) const;

    const llama_vocab *vocab_;
    /** Tokens that text must not become; longest first, as llama.cpp looks for them. */
    std::vector<Special> controls_;
    /** Ordinary tokens that look like markup, which some files use to mark roles. */
    std::vector<Special> user_defined_;
};

} // namespace parley
