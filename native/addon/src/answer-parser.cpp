#include "answer-parser.h"

#include "utf8.h"

#include <algorithm>
#include <utility>

namespace parley {

namespace {

constexpr auto parse_pause = std::chrono::milliseconds(16);
constexpr int parse_share = 10; // of the time that passes, one part

/** How many bytes at the end of `text` could begin `word`. */
size_t begun_bytes(const std::string &text, const std::string &word) {
    for (size_t length = std::min(text.size(), word.size() - 1); length > 0; length--) {
        if (text.compare(text.size() - length, length, word, 0, length) == 0) {
            return length;
        }
    }
    return 0;
}

} // namespace

AnswerParser::AnswerParser(const Prompt &prompt, std::vector<std::string> stops)
    : parser_(prompt.format), stops_(std::move(stops)),
      is_plain_(prompt.format.parser.empty() ||
                (!prompt.format.supports_thinking && prompt.format.thinking_start_tag.empty() &&
                 prompt.format.preserved_tokens.empty())) {
    parser_.reasoning_format = COMMON_REASONING_FORMAT_AUTO;
    parser_.parse_tool_calls = false;
    if (!is_plain_) {
        parser_.parser.load(prompt.format.parser);
    }
    for (const std::string &stop : prompt.format.additional_stops) {
        if (!stop.empty()) {
            stops_.push_back(stop);
        }
    }
}

bool AnswerParser::add(const std::string &piece) {
    const size_t before = answer_.size();
    answer_ += piece;
    for (const std::string &stop : stops_) {
        const size_t from = before >= stop.size() ? before - stop.size() + 1 : 0;
        const size_t found = answer_.find(stop, from);
        if (found != std::string::npos) {
            answer_.resize(found);
            return true;
        }
    }
    return false;
}

size_t AnswerParser::readable_bytes() const {
    size_t held = unfinished_bytes(answer_);
    for (const std::string &stop : stops_) {
        held = std::max(held, begun_bytes(answer_, stop));
    }
    return answer_.size() - held;
}

AnswerDelta AnswerParser::take() {
    AnswerDelta delta;
    const size_t readable = readable_bytes();
    if (is_plain_) {
        if (readable > plain_given_) {
            delta.text = answer_.substr(plain_given_, readable - plain_given_);
            plain_given_ = readable;
        }
        return delta;
    }
    const Clock::time_point start = Clock::now();
    if (start < next_parse_) {
        return delta;
    }
    parse(answer_.substr(0, readable), true, delta);
    const Clock::time_point end = Clock::now();
    next_parse_ = end + std::max<Clock::duration>(parse_pause, (end - start) * parse_share);
    return delta;
}

AnswerDelta AnswerParser::finish(bool is_whole) {
    AnswerDelta delta;
    if (is_plain_) {
        delta.text = answer_.substr(std::min(plain_given_, answer_.size()));
        return delta;
    }
    // The strict parser refuses an answer that does not end as the template says; the lenient one reads on.
    if ((is_whole && parse(answer_, false, delta)) || parse(answer_, true, delta)) {
        return delta;
    }
    if (text_given_.empty() && reasoning_given_.empty()) {
        delta.text = answer_; // neither could read it: better as it came than not at all
    }
    return delta;
}

bool AnswerParser::parse(const std::string &input, bool is_partial, AnswerDelta &delta) {
    try {
        const common_chat_msg message = common_chat_parse(input, is_partial, parser_);
        delta.reasoning = rest_of(message.reasoning_content, reasoning_given_);
        delta.text = rest_of(message.content, text_given_);
        return true;
    } catch (const std::exception &) {
        return false;
    }
}

std::string AnswerParser::rest_of(const std::string &whole, std::string &given) {
    // A parser may take back the last characters it gave while it is unsure; wait until it goes beyond.
    const size_t readable = whole.size() - unfinished_bytes(whole);
    if (readable <= given.size()) {
        return {};
    }
    std::string rest = whole.substr(given.size(), readable - given.size());
    given += rest;
    return rest;
}

} // namespace parley
