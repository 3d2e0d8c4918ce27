#include "run-tokenizer.h"

#include <algorithm>
#include <cctype>
#include <iterator>

namespace parley {

namespace {

bool is_space(char c) {
    return std::isspace(static_cast<unsigned char>(c)) != 0;
}

bool ends_with(const std::string &text, const std::string &end) {
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

size_t code_point_end(const std::string &text, size_t position) {
    size_t end = position + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
        end++;
    }
    return end;
}

} // namespace

void RunTokenizer::add(const std::string &text, size_t owner, const std::string &following) {
    const Span &span = spans_[owner];
    if (span.picture >= 0) {
        begin_stretch({{LLAMA_TOKEN_NULL, span.picture}}, owner, Vocabulary::Place::beginning);
        return;
    }
    if (span.tokens != nullptr && add_brought(span, owner, following)) {
        return;
    }
    add_text(text.substr(std::min(std::exchange(skipped_bytes_, 0), text.size())), owner);
}

bool RunTokenizer::add_brought(const Span &span, size_t owner, const std::string &following) {
    // Where the template has kept the message's outer whitespace, the tokens spell that too.
    std::string &before = stretches_.back().text;
    const bool has_left = ends_with(before, span.left);
    const bool has_right = following.compare(0, span.right.size(), span.right) == 0;
    for (const bool takes_left : {true, false}) {
        for (const bool takes_right : {true, false}) {
            if ((takes_left && !has_left) || (takes_right && !has_right)) {
                continue;
            }
            const std::string left = takes_left ? span.left : "";
            const std::string right = takes_right ? span.right : "";
            std::string spelled = left;
            spelled.append(span.text).append(right);
            std::vector<PromptItem> items;
            for (const llama_token token : vocabulary_.spelling(*span.tokens, spelled, guarded_)) {
                items.push_back({token, -1});
            }
            if (!items.empty()) {
                before.resize(before.size() - left.size());
                skipped_bytes_ = right.size();
                begin_stretch(std::move(items), owner, Vocabulary::Place::after_tokens);
                return true;
            }
        }
    }
    return false;
}

void RunTokenizer::add_text(const std::string &text, size_t owner) {
    Stretch &stretch = stretches_.back();
    for (const SpecialToken &special : guarded_) {
        size_t found = spans_[owner].is_content ? text.find(special.text) : std::string::npos;
        while (found != std::string::npos) {
            // After its first character: neither half is the word the template uses.
            stretch.cuts.push_back(stretch.text.size() + code_point_end(text, found));
            found = text.find(special.text, found + 1);
        }
    }
    stretch.owners.emplace_back(stretch.text.size(), owner);
    stretch.text += text;
}

void RunTokenizer::begin_stretch(std::vector<PromptItem> items_before, size_t owner,
                                 Vocabulary::Place place) {
    Stretch stretch;
    stretch.items_before = std::move(items_before);
    stretch.owner_before = owner;
    stretch.place = place;
    stretches_.push_back(std::move(stretch));
}

void RunTokenizer::finish(bool strips_left, bool strips_right) {
    for (size_t index = 0; index < stretches_.size(); index++) {
        const Stretch &stretch = stretches_[index];
        for (const PromptItem &item : stretch.items_before) {
            tokens_.items.push_back(item);
            tokens_.owners.push_back(stretch.owner_before);
        }
        size_t begin = 0;
        size_t end = stretch.text.size();
        while (strips_left && index == 0 && begin < end && is_space(stretch.text[begin])) {
            begin++;
        }
        const bool is_last = index + 1 == stretches_.size();
        while (strips_right && is_last && end > begin && is_space(stretch.text[end - 1])) {
            end--;
        }
        write(stretch, begin, end);
    }
}

void RunTokenizer::write(const Stretch &stretch, size_t begin, size_t end) {
    std::vector<size_t> cuts = stretch.cuts;
    cuts.push_back(end);
    std::sort(cuts.begin(), cuts.end());
    Vocabulary::Place place = stretch.place;
    for (const size_t cut : cuts) {
        if (cut > begin && cut <= end) {
            write_part(stretch, begin, cut, place);
            begin = cut;
            place = Vocabulary::Place::after_tokens;
        }
    }
}

void RunTokenizer::write_part(const Stretch &stretch, size_t begin, size_t end, Vocabulary::Place place) {
    std::vector<llama_token> tokens;
    vocabulary_.append_plain(stretch.text.substr(begin, end - begin), place, tokens);
    size_t position = begin;
    // The space that some vocabularies put before a beginning is no byte of the text.
    size_t added_bytes =
        !tokens.empty() && vocabulary_.piece(tokens.front()).front() == ' ' && stretch.text[begin] != ' ' ? 1
                                                                                                          : 0;
    for (const llama_token token : tokens) {
        const auto next_owner =
            std::upper_bound(stretch.owners.begin(), stretch.owners.end(), position,
                             [](size_t wanted, const auto &owner) { return wanted < owner.first; });
        tokens_.items.push_back({token, -1});
        tokens_.owners.push_back(std::prev(next_owner)->second);
        const size_t bytes = vocabulary_.piece(token).size();
        position = std::min(position + bytes - std::min(bytes, std::exchange(added_bytes, 0)), end - 1);
    }
}

} // namespace parley
