#pragma once

#include "chat.h"

#include <cstddef>
#include <string>
#include <vector>

namespace parley {

/** What became known of one tool call; `id` and `name` are given once, whole, and empty afterwards. */
struct ToolCallDelta {
    size_t index = 0;
    std::string id;
    std::string name;
    /** To append. */
    std::string arguments;
};

/**
 * Gives out tool calls while they grow. A parser closes what is still open as it sees fit, so only what two
 * readings agree on is given; what was given is never taken back. One thread.
 */
class ToolCallStream {
public:
    /** What is new in `calls`, a reading of all the answer so far. */
    std::vector<ToolCallDelta> take(const std::vector<common_chat_tool_call> &calls);

    /** All that is left; no reading follows. */
    std::vector<ToolCallDelta> finish(const std::vector<common_chat_tool_call> &calls);

private:
    struct Call {
        std::string last_arguments;
        size_t given_bytes = 0;
        bool is_named = false;
    };

    ToolCallDelta advance(size_t index, const common_chat_tool_call &call, bool is_final);

    std::vector<Call> calls_;
};

} // namespace parley
