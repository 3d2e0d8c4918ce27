#include "vocabulary.h"

#include "common.h"

#include <algorithm>
#include <utility>

namespace parley {

namespace {

/** Nothing merges with it, so what is put before a text can be taken off again. */
const std::string sentinel = "\x01";

bool has(llama_token_attr attributes, llama_token_attr wanted) {
    return (static_cast<unsigned>(attributes) & static_cast<unsigned>(wanted)) != 0;
}

size_t code_point_end(const std::string &text, size_t position) {
    size_t end = position + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
        end++;
    }
    return end;
}

bool holds_any(const std::string &text, const std::vector<SpecialToken> &specials) {
    return std::any_of(specials.begin(), specials.end(), [&](const SpecialToken &special) {
        return text.find(special.text) != std::string::npos;
    });
}

} // namespace

Vocabulary::Vocabulary(const llama_vocab *vocab) : vocab_(vocab), adds_space_(false) {
    const int32_t count = llama_vocab_n_tokens(vocab);
    for (llama_token token = 0; token < count; token++) {
        const llama_token_attr attributes = llama_vocab_get_attr(vocab, token);
        const bool is_forbidden =
            has(attributes, LLAMA_TOKEN_ATTR_CONTROL) || has(attributes, LLAMA_TOKEN_ATTR_UNKNOWN);
        const bool is_user_defined = has(attributes, LLAMA_TOKEN_ATTR_USER_DEFINED);
        const char *text = is_forbidden || is_user_defined ? llama_vocab_get_text(vocab, token) : nullptr;
        if (text == nullptr || *text == '\0') {
            continue;
        }
        SpecialToken special{token, text, has(attributes, LLAMA_TOKEN_ATTR_LSTRIP),
                             has(attributes, LLAMA_TOKEN_ATTR_RSTRIP)};
        // Others are layout, such as runs of spaces, which text may well contain.
        const bool is_markup = special.text.find_first_of("<[|") != std::string::npos;
        if (is_forbidden || is_markup) {
            (is_forbidden ? controls_ : markup_).push_back(std::move(special));
        }
    }
    std::stable_sort(controls_.begin(), controls_.end(),
                     [](const SpecialToken &left, const SpecialToken &right) {
                         return left.text.size() > right.text.size();
                     });
    const std::vector<llama_token> letter = tokenize("a");
    adds_space_ = !letter.empty() && piece(letter.front()).front() == ' ';
}

bool Vocabulary::holds_special(const std::string &text) const {
    return holds_any(text, controls_) || holds_any(text, markup_);
}

void Vocabulary::append_plain(const std::string &text, Place place, std::vector<llama_token> &tokens) const {
    const bool is_after = place == Place::after_tokens && adds_space_;
    for (const llama_token token : is_after ? tokenize_after(text) : tokenize(text)) {
        if (!is_control(token)) {
            tokens.push_back(token);
            continue;
        }
        // Merging letters can arrive at a control token's very text (SentencePiece's `<s>`): spell it out.
        const std::string spelled = llama_vocab_get_text(vocab_, token);
        for (size_t position = 0; position < spelled.size();) {
            const size_t end = code_point_end(spelled, position);
            for (const llama_token letter : tokenize(spelled.substr(position, end - position))) {
                if (!is_control(letter)) {
                    tokens.push_back(letter);
                }
            }
            position = end;
        }
    }
}

std::vector<llama_token> Vocabulary::tokenize(const std::string &text) const {
    return text.empty() ? std::vector<llama_token>() : common_tokenize(vocab_, text, false, false);
}

std::vector<llama_token> Vocabulary::tokenize_after(const std::string &text) const {
    std::vector<llama_token> tokens = tokenize(sentinel + text);
    const auto mark = std::find_if(tokens.begin(), tokens.end(),
                                   [&](llama_token token) { return piece(token) == sentinel; });
    if (mark == tokens.end()) {
        return tokenize(text);
    }
    tokens.erase(tokens.begin(), mark + 1);
    return tokens;
}

std::string Vocabulary::piece(llama_token token) const {
    if (token < 0 || token >= llama_vocab_n_tokens(vocab_)) {
        return {};
    }
    return common_token_to_piece(vocab_, token, true);
}

bool Vocabulary::may_be_text(llama_token token, const std::vector<SpecialToken> &forbidden) const {
    const bool is_known = token >= 0 && token < llama_vocab_n_tokens(vocab_);
    return is_known && !is_control(token) && !llama_vocab_is_eog(vocab_, token) &&
           !has(llama_vocab_get_attr(vocab_, token), LLAMA_TOKEN_ATTR_UNKNOWN) &&
           std::none_of(forbidden.begin(), forbidden.end(),
                        [token](const SpecialToken &special) { return special.token == token; });
}

std::vector<llama_token> Vocabulary::spelling(const std::vector<int32_t> &ids, const std::string &text,
                                              const std::vector<SpecialToken> &forbidden) const {
    std::string spelled;
    std::vector<size_t> begins;
    for (const int32_t id : ids) {
        begins.push_back(spelled.size());
        spelled += piece(id);
    }
    begins.push_back(spelled.size());
    const size_t found = text.empty() ? std::string::npos : spelled.rfind(text);
    if (found == std::string::npos) {
        return {};
    }
    // Of tokens without bytes none belongs to the run.
    const auto first = std::upper_bound(begins.begin(), begins.end(), found) - 1;
    const auto last = std::lower_bound(begins.begin(), begins.end(), found + text.size());
    if (*first != found || *last != found + text.size()) {
        return {};
    }
    std::vector<llama_token> run(ids.begin() + (first - begins.begin()),
                                 ids.begin() + (last - begins.begin()));
    const bool is_text =
        std::all_of(run.begin(), run.end(), [&](llama_token token) { return may_be_text(token, forbidden); });
    return is_text ? run : std::vector<llama_token>();
}

} // namespace parley
