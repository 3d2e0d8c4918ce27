#pragma once

#include "chat.h"
#include "llama.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace parley {

/** One step of a prompt: a token, or a whole picture that takes as many cells as its encoder says. */
struct PromptItem {
    /** LLAMA_TOKEN_NULL for a picture. */
    llama_token token = LLAMA_TOKEN_NULL;
    /** The picture's number among all pictures of the conversation's messages, in order; -1 for a token. */
    int32_t picture = -1;

    bool is_picture() const { return picture >= 0; }
    bool operator==(const PromptItem &other) const {
        return token == other.token && picture == other.picture;
    }
    bool operator!=(const PromptItem &other) const { return !(*this == other); }
};

/** A piece of the prompt and where it came from; nothing for the template's own text. */
struct PromptSpan {
    std::string text;
    /** Items whose first byte lies in this span; a picture is one. */
    size_t item_count = 0;
    /** Index of the message. */
    std::optional<size_t> message;
    /** The picture's number in the conversation; -1 for text. */
    int32_t picture = -1;
};

/** Everything that running one request needs to know of its conversation. */
struct Prompt {
    std::vector<PromptItem> items;
    /** As a person would read it, with the template's marks. */
    std::string text;
    /** How to read the answer back, and how to constrain it. */
    common_chat_params format;
    /** Control tokens whose text the parser wants to see. */
    std::set<llama_token> preserved;
    /** Whether the answer may call tools. */
    bool has_tools = false;
};

/** How many items two prompts begin with in common. */
size_t common_start(const std::vector<PromptItem> &left, const std::vector<PromptItem> &right);

} // namespace parley
