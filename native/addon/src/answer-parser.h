#pragma once

#include "prompt.h"
#include "stop-words.h"
#include "tool-call-stream.h"

#include "chat.h"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace parley {

/** What became readable: whole code points only. */
struct AnswerDelta {
    std::string text;
    std::string reasoning;
    std::vector<ToolCallDelta> tool_calls;
    /** Adds what became readable after it. */
    void append(const AnswerDelta &later);
    bool empty() const { return text.empty() && reasoning.empty() && tool_calls.empty(); }
};

/**
 * Splits a growing answer into text, reasoning and tool calls, as the template's parser sees it, and finds
 * stop words. Parsing starts over each time, so it is done at most for a tenth of the time that passes, and
 * not at all where the format is plain text. Nothing given out is ever taken back. One thread.
 */
class AnswerParser {
public:
    /** `stops` end the answer where they stand in its text; in reasoning and tool calls they do not. */
    explicit AnswerParser(const Prompt &prompt, const std::vector<std::string> &stops = {});

    /** Adds a token's text. After true the answer is over: a stop word was found. */
    bool add(const std::string &piece);

    /** What became readable since the last call; often nothing. */
    AnswerDelta take();

    /** All that is left. `is_whole` where the model ended the answer itself. */
    AnswerDelta finish(bool is_whole);

    /** Which of the caller's stop words ended the answer. */
    const std::optional<std::string> &stop_string() const { return stop_string_; }

private:
    using Clock = std::chrono::steady_clock;

    size_t readable_bytes() const;
    bool is_in_text(const StopWords::Match &match) const;
    std::optional<common_chat_msg> parse(const std::string &input, bool is_partial) const;
    static std::string rest_of(const std::string &whole, std::string &given);

    common_chat_parser_params parser_;
    /** The caller's stop words, and the template's own. */
    StopWords stops_;
    StopWords marks_;
    std::optional<std::string> stop_string_;
    bool is_plain_;
    std::string answer_;
    size_t plain_given_ = 0;
    std::string text_given_;
    std::string reasoning_given_;
    ToolCallStream calls_;
    Clock::time_point next_parse_{};
};

} // namespace parley
