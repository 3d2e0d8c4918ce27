#include "stand-ins.h"

#include "json-text.h"

#include <algorithm>
#include <random>
#include <utility>

namespace parley {

namespace {

constexpr size_t number_digits = 8;
const char *const whitespace = " \t\r\n\f\v";

/** How often the quote at the end of a stand-in was escaped as JSON: 0 to 2; and the bytes it then takes. */
std::pair<int, size_t> escapes_at(const std::string &rendered, size_t position) {
    const std::vector<std::string> forms = {"\"", "\\\"", "\\\\\\\""};
    for (size_t level = 0; level < forms.size(); level++) {
        if (rendered.compare(position, forms[level].size(), forms[level]) == 0) {
            return {static_cast<int>(level), forms[level].size()};
        }
    }
    return {0, 0};
}

Span escaped(Span span, int level) {
    for (int round = 0; round < level; round++) {
        span.text = json_escaped(span.text);
    }
    if (level > 0) {
        span.tokens = nullptr; // it is not spelled as it was generated
        span.left.clear();
        span.right.clear();
    }
    return span;
}

} // namespace

std::string StandIns::random_word() {
    std::random_device device;
    std::string word = "m";
    for (int index = 0; index < 32; index++) {
        word.push_back("0123456789abcdef"[device() % 16]);
    }
    return word;
}

std::string StandIns::name_of(size_t index) const {
    // Fixed width, so that none is the beginning of another. The quote shows whether a template wrote JSON.
    const std::string number = std::to_string(index);
    return word_ + std::string(number_digits - number.size(), '0') + number + '"';
}

std::string StandIns::put(const std::string &text, const Span &origin, bool is_needed) {
    const size_t first = text.find_first_not_of(whitespace);
    if (first == std::string::npos) {
        return text;
    }
    const size_t end = text.find_last_not_of(whitespace) + 1;
    Span span = origin;
    span.is_content = true;
    span.left = text.substr(0, first);
    span.text = text.substr(first, end - first);
    span.right = text.substr(end);
    const std::string name = name_of(entries_.size());
    entries_.push_back({std::move(span), is_needed});
    return text.substr(0, first) + name + text.substr(end);
}

std::string StandIns::put_picture(int32_t picture, size_t message) {
    Span span;
    span.is_content = true;
    span.message = message;
    span.picture = picture;
    entries_.push_back({std::move(span), true});
    return name_of(entries_.size() - 1);
}

std::vector<Span> StandIns::restore(const std::string &rendered) const {
    std::vector<Span> spans;
    std::vector<bool> is_seen(entries_.size(), false);
    for (size_t position = 0; position < rendered.size();) {
        const size_t found = std::min(rendered.find(word_, position), rendered.size());
        if (found > position) {
            Span literal;
            literal.text = rendered.substr(position, found - position);
            spans.push_back(std::move(literal));
        }
        position = found;
        if (found == rendered.size()) {
            break;
        }
        const std::optional<size_t> entry = entry_at(rendered, found);
        if (!entry) {
            return {};
        }
        position += word_.size() + number_digits;
        const auto [level, quote_bytes] = escapes_at(rendered, position);
        position += quote_bytes;
        is_seen[*entry] = true;
        spans.push_back(escaped(entries_[*entry].span, level));
    }
    for (size_t index = 0; index < entries_.size(); index++) {
        if (entries_[index].is_needed && !is_seen[index]) {
            return {};
        }
    }
    return spans;
}

std::optional<size_t> StandIns::entry_at(const std::string &rendered, size_t found) const {
    size_t index = 0;
    for (size_t position = found + word_.size(); position < found + word_.size() + number_digits;
         position++) {
        const char digit = position < rendered.size() ? rendered[position] : ' ';
        if (digit < '0' || digit > '9') {
            return std::nullopt;
        }
        index = index * 10 + static_cast<size_t>(digit - '0');
    }
    return index < entries_.size() ? std::optional<size_t>(index) : std::nullopt;
}

} // namespace parley
