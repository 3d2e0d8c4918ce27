#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace parley {

/** A piece of a rendered prompt. */
struct Span {
    std::string text;
    /** Whether a person, a model or a tool wrote it; else the template did, and its marks are marks. */
    bool is_content = false;
    /** Index of the message it came from. */
    std::optional<size_t> message;
    /** The picture's number in the conversation; -1 for text. */
    int32_t picture = -1;
    /** What the message may have been generated as; untrusted, borrowed from the conversation. */
    const std::vector<int32_t> *tokens = nullptr;
    /** The message's own outer whitespace. The template keeps it beside this span, or trims it away. */
    std::string left;
    std::string right;
};

} // namespace parley
