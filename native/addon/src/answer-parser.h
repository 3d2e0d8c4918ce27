#pragma once

#include "chat.h"

#include <chrono>
#include <string>
#include <vector>

namespace parley {

/** What became readable: whole code points only. */
struct AnswerDelta {
    std::string text;
    std::string reasoning;
    bool empty() const { return text.empty() && reasoning.empty(); }
};

/**
 * Splits a growing answer into text and reasoning, as the template's parser sees it, and finds the
 * template's stop words. Parsing starts over each time, so it is done at most for a tenth of the time that
 * passes, and not at all where the format is plain text. Nothing given out is ever taken back. One thread.
 */
class AnswerParser {
public:
    explicit AnswerParser(const common_chat_params &format);

    /** Adds a token's text. After true the answer is over: a stop word was found. */
    bool add(const std::string &piece);

    /** What became readable since the last call; often nothing. */
    AnswerDelta take();

    /** All that is left. `is_whole` where the model ended the answer itself. */
    AnswerDelta finish(bool is_whole);

private:
    using Clock = std::chrono::steady_clock;

    size_t readable_bytes() const;
    bool parse(const std::string &input, bool is_partial, AnswerDelta &delta);
    static std::string rest_of(const std::string &whole, std::string &given);

    common_chat_parser_params parser_;
    std::vector<std::string> stops_;
    bool is_plain_;
    std::string answer_;
    size_t plain_given_ = 0;
    std::string text_given_;
    std::string reasoning_given_;
    Clock::time_point next_parse_{};
};

} // namespace parley
