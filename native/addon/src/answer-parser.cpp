#include "answer-parser.h"

#include "utf8.h"

#include <algorithm>
#include <utility>

namespace parley {

namespace {

constexpr auto parse_pause = std::chrono::milliseconds(16);
constexpr int parse_share = 10; // of the time that passes, one part

/** Whether the answer is text from its first byte to its last. */
bool is_plain(const Prompt &prompt) {
    const common_chat_params &format = prompt.format;
    const bool has_form = prompt.has_tools || !format.grammar.empty() || format.supports_thinking ||
                          !format.thinking_start_tag.empty() || !format.preserved_tokens.empty();
    return format.parser.empty() || !has_form;
}

bool ends_with(const std::string &text, const std::string &end) {
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

} // namespace

void AnswerDelta::append(const AnswerDelta &later) {
    text += later.text;
    reasoning += later.reasoning;
    for (const ToolCallDelta &call : later.tool_calls) {
        if (!tool_calls.empty() && tool_calls.back().index == call.index && call.name.empty()) {
            tool_calls.back().arguments += call.arguments;
        } else {
            tool_calls.push_back(call);
        }
    }
}

AnswerParser::AnswerParser(const Prompt &prompt, const std::vector<std::string> &stops)
    : parser_(prompt.format), stops_(stops), marks_(prompt.format.additional_stops),
      is_plain_(is_plain(prompt)) {
    parser_.reasoning_format = COMMON_REASONING_FORMAT_AUTO;
    parser_.parse_tool_calls = prompt.has_tools;
    if (!is_plain_) {
        parser_.parser.load(prompt.format.parser);
    }
}

bool AnswerParser::add(const std::string &piece) {
    const size_t known_bytes = answer_.size();
    answer_ += piece;
    size_t from = 0;
    while (true) {
        const std::optional<StopWords::Match> mark = marks_.find(answer_, known_bytes, from);
        const std::optional<StopWords::Match> stop = stops_.find(answer_, known_bytes, from);
        if (mark && (!stop || mark->begin <= stop->begin)) {
            answer_.resize(mark->begin);
            return true;
        }
        if (!stop) {
            return false;
        }
        if (is_in_text(*stop)) {
            stop_string_ = *stop->word;
            answer_.resize(stop->begin);
            return true;
        }
        from = stop->begin + 1;
    }
}

bool AnswerParser::is_in_text(const StopWords::Match &match) const {
    if (is_plain_) {
        return true;
    }
    // With a letter behind it the word stands whole: a parser holds back whitespace, and what may begin a
    // mark.
    const std::string letter = "x";
    const auto message = parse(answer_.substr(0, match.end) + letter, true);
    return !message || ends_with(message->content, *match.word + letter);
}

size_t AnswerParser::readable_bytes() const {
    return answer_.size() -
           std::max({unfinished_bytes(answer_), stops_.begun_bytes(answer_), marks_.begun_bytes(answer_)});
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
    if (const auto message = parse(answer_.substr(0, readable), true)) {
        delta.reasoning = rest_of(message->reasoning_content, reasoning_given_);
        delta.text = rest_of(message->content, text_given_);
        delta.tool_calls = calls_.take(message->tool_calls);
    }
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
    std::optional<common_chat_msg> message = is_whole ? parse(answer_, false) : std::nullopt;
    message = message ? std::move(message) : parse(answer_, true);
    if (message) {
        delta.reasoning = rest_of(message->reasoning_content, reasoning_given_);
        delta.text = rest_of(message->content, text_given_);
        delta.tool_calls = calls_.finish(message->tool_calls);
    } else if (text_given_.empty() && reasoning_given_.empty()) {
        delta.text = answer_; // neither could read it: better as it came than not at all
    }
    return delta;
}

std::optional<common_chat_msg> AnswerParser::parse(const std::string &input, bool is_partial) const {
    try {
        return common_chat_parse(input, is_partial, parser_);
    } catch (const std::exception &) {
        return std::nullopt;
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
