#include "prompt-builder.h"

#include <algorithm>
#include <utility>

namespace parley {

namespace {

/** Where the turns after the system messages begin: each is a question and all that followed it. */
std::vector<size_t> turns_of(const std::vector<PromptMessage> &messages) {
    std::vector<size_t> turns;
    bool is_past_system = false;
    for (size_t index = 0; index < messages.size(); index++) {
        const bool is_user = messages[index].role == "user";
        if (is_user || (!is_past_system && messages[index].role != "system")) {
            turns.push_back(index);
        }
        is_past_system = is_past_system || messages[index].role != "system";
    }
    return turns;
}

/** `conversation` without its first `count` turns. */
Conversation without_turns(const Conversation &conversation, const std::vector<size_t> &turns, size_t count) {
    Conversation rest = conversation;
    const auto begin = rest.messages.begin();
    rest.messages.erase(begin + static_cast<std::ptrdiff_t>(turns.front()),
                        begin + static_cast<std::ptrdiff_t>(turns[count]));
    return rest;
}

} // namespace

FittedPrompt PromptBuilder::build_fitting(const Conversation &conversation, const std::string &output_schema,
                                          size_t max_size,
                                          const std::function<size_t(const FittedPrompt &)> &size_of) const {
    const std::vector<size_t> turns = turns_of(conversation.messages);
    const auto make = [&](size_t count) {
        FittedPrompt fitted;
        fitted.conversation = count == 0 ? conversation : without_turns(conversation, turns, count);
        fitted.prompt = build(fitted.conversation, output_schema);
        fitted.forgotten_messages = conversation.messages.size() - fitted.conversation.messages.size();
        return fitted;
    };
    FittedPrompt whole = make(0);
    const size_t whole_size = size_of(whole);
    if (whole_size <= max_size || turns.size() < 2) {
        return whole;
    }
    // Quarters of the room go at once: while the conversation grows, it begins at the same turn for a while.
    const size_t quarter = std::max<size_t>(max_size / 4, 1);
    const size_t quarters = (whole_size - max_size + quarter - 1) / quarter;
    const size_t wanted_size = whole_size - std::min(whole_size, quarters * quarter);
    const auto fewest_within = [&](size_t limit) {
        size_t low = 1;
        size_t high = turns.size() - 1;
        while (low < high) {
            const size_t middle = (low + high) / 2;
            if (size_of(make(middle)) <= limit) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    };
    FittedPrompt fitted = make(fewest_within(wanted_size));
    const bool keeps_only_last =
        fitted.conversation.messages.size() + turns.back() == conversation.messages.size() + turns.front();
    return keeps_only_last ? make(fewest_within(max_size)) : fitted;
}

} // namespace parley
