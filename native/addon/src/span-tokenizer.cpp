#include "span-tokenizer.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <set>
#include <utility>

namespace parley {

namespace {

bool has(llama_token_attr attributes, llama_token_attr wanted) {
    return (static_cast<unsigned>(attributes) & static_cast<unsigned>(wanted)) != 0;
}

/** Ends of the code point that begins at `position`. */
size_t code_point_end(const std::string &text, size_t position) {
    size_t end = position + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
        end++;
    }
    return end;
}

bool is_space(char c) {
    return std::isspace(static_cast<unsigned char>(c)) != 0;
}

} // namespace

SpanTokenizer::SpanTokenizer(const llama_vocab *vocab) : vocab_(vocab) {
    const int32_t count = llama_vocab_n_tokens(vocab);
    for (llama_token token = 0; token < count; token++) {
        const llama_token_attr attributes = llama_vocab_get_attr(vocab, token);
        const bool is_control =
            has(attributes, LLAMA_TOKEN_ATTR_CONTROL) || has(attributes, LLAMA_TOKEN_ATTR_UNKNOWN);
        const bool is_user_defined = has(attributes, LLAMA_TOKEN_ATTR_USER_DEFINED);
        const char *text = is_control || is_user_defined ? llama_vocab_get_text(vocab, token) : nullptr;
        if (text == nullptr || *text == '\0') {
            continue;
        }
        Special special{token, text, has(attributes, LLAMA_TOKEN_ATTR_LSTRIP),
                        has(attributes, LLAMA_TOKEN_ATTR_RSTRIP)};
        // Others are layout, such as runs of spaces, which text may well contain.
        const bool is_markup = special.text.find_first_of("<[|") != std::string::npos;
        if (is_control || is_markup) {
            (is_control ? controls_ : user_defined_).push_back(std::move(special));
        }
    }
    std::stable_sort(controls_.begin(), controls_.end(), [](const Special &left, const Special &right) {
        return left.text.size() > right.text.size();
    });
}

std::vector<llama_token> SpanTokenizer::tokenize(const std::vector<Span> &spans) const {
    const std::vector<Special> guarded = find_used(user_defined_, spans);
    std::vector<llama_token> tokens;
    for (const Piece &piece : split(spans)) {
        if (piece.token != LLAMA_TOKEN_NULL) {
            tokens.push_back(piece.token);
        } else {
            append_run(piece, guarded, tokens);
        }
    }
    const llama_token start = llama_vocab_bos(vocab_);
    if (llama_vocab_get_add_bos(vocab_) && start != LLAMA_TOKEN_NULL &&
        (tokens.empty() || tokens.front() != start)) {
        tokens.insert(tokens.begin(), start);
    }
    return tokens;
}

std::vector<SpanTokenizer::Special> SpanTokenizer::find_used(const std::vector<Special> &specials,
                                                             const std::vector<Span> &spans) {
    // A template writes the same few pieces over and over: search each of them once.
    std::set<std::string> literals;
    for (const Span &span : spans) {
        if (!span.is_content) {
            literals.insert(span.text);
        }
    }
    std::vector<Special> used;
    std::copy_if(specials.begin(), specials.end(), std::back_inserter(used), [&](const Special &special) {
        return std::any_of(literals.begin(), literals.end(), [&](const std::string &literal) {
            return literal.find(special.text) != std::string::npos;
        });
    });
    return used;
}

std::vector<SpanTokenizer::Piece> SpanTokenizer::split(const std::vector<Span> &spans) const {
    std::vector<Piece> pieces(1);
    pieces[0].run = spans;
    for (const Special &special : find_used(controls_, spans)) {
        std::vector<Piece> next;
        for (Piece &piece : pieces) {
            if (piece.token != LLAMA_TOKEN_NULL) {
                next.push_back(std::move(piece));
                continue;
            }
            Piece rest;
            rest.strips_left = piece.strips_left;
            for (Span &span : piece.run) {
                size_t position = 0;
                size_t found = span.is_content ? std::string::npos : span.text.find(special.text);
                while (found != std::string::npos) {
                    rest.run.push_back({span.text.substr(position, found - position), false});
                    rest.strips_right = special.strips_left;
                    next.push_back(std::move(rest));
                    Piece token;
                    token.token = special.token;
                    next.push_back(std::move(token));
                    rest = Piece();
                    rest.strips_left = special.strips_right;
                    position = found + special.text.size();
                    found = span.text.find(special.text, position);
                }
                rest.run.push_back(
                    {position == 0 ? std::move(span.text) : span.text.substr(position), span.is_content});
            }
            rest.strips_right = piece.strips_right;
            next.push_back(std::move(rest));
        }
        pieces = std::move(next);
    }
    return pieces;
}

void SpanTokenizer::append_run(const Piece &piece, const std::vector<Special> &guarded,
                               std::vector<llama_token> &tokens) const {
    std::string text;
    std::vector<size_t> cuts;
    for (const Span &span : piece.run) {
        for (const Special &special : guarded) {
            size_t found = span.is_content ? span.text.find(special.text) : std::string::npos;
            while (found != std::string::npos) {
                // After its first character: neither half is the word the template uses.
                cuts.push_back(text.size() + code_point_end(span.text, found));
                found = span.text.find(special.text, found + 1);
            }
        }
        text += span.text;
    }
    size_t begin = 0;
    size_t end = text.size();
    while (piece.strips_left && begin < end && is_space(text[begin])) {
        begin++;
    }
    while (piece.strips_right && end > begin && is_space(text[end - 1])) {
        end--;
    }
    cuts.push_back(end);
    std::sort(cuts.begin(), cuts.end());
    for (const size_t cut : cuts) {
        if (cut > begin && cut <= end) {
            append_plain(text.substr(begin, cut - begin), tokens);
            begin = cut;
        }
    }
}

void SpanTokenizer::append_plain(const std::string &text, std::vector<llama_token> &tokens) const {
    for (const llama_token token : tokenize_plain(text)) {
        if (!is_control(token)) {
            tokens.push_back(token);
            continue;
        }
        // Merging letters can arrive at a control token's very text (SentencePiece's `<s>`): spell it out.
        const std::string spelled = llama_vocab_get_text(vocab_, token);
        for (size_t position = 0; position < spelled.size();) {
            const size_t end = code_point_end(spelled, position);
            for (const llama_token letter : tokenize_plain(spelled.substr(position, end - position))) {
                if (!is_control(letter)) {
                    tokens.push_back(letter);
                }
            }
            position = end;
        }
    }
}

std::vector<llama_token> SpanTokenizer::tokenize_plain(const std::string &text) const {
    if (text.empty()) {
        return {};
    }
    std::vector<llama_token> tokens(text.size() + 8);
    const auto length = static_cast<int32_t>(text.size());
    int32_t count = llama_tokenize(vocab_, text.data(), length, tokens.data(),
                                   static_cast<int32_t>(tokens.size()), false, false);
    if (count < 0) {
        tokens.resize(static_cast<size_t>(-count));
        count = llama_tokenize(vocab_, text.data(), length, tokens.data(), -count, false, false);
    }
    tokens.resize(static_cast<size_t>(std::max(count, 0)));
    return tokens;
}

} // namespace parley
