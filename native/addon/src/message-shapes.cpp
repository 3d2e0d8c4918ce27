#include "message-shapes.h"

#include "json-text.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace parley {

namespace {

bool has_tools(const Messages &messages) {
    return std::any_of(messages.begin(), messages.end(), [](const common_chat_msg &message) {
        return message.role == "tool" || !message.tool_calls.empty();
    });
}

/** For templates without a system role: its text begins the first message of the user. */
Messages fold_system(const Messages &messages) {
    Messages folded;
    std::string system;
    for (const common_chat_msg &message : messages) {
        if (message.role == "system") {
            system += message.content + "\n\n";
            continue;
        }
        folded.push_back(message);
        if (message.role == "user" && !system.empty()) {
            folded.back().content = std::exchange(system, "") + message.content;
        }
    }
    if (!system.empty()) {
        common_chat_msg message;
        message.role = "user";
        message.content = system;
        folded.push_back(message);
    }
    return folded;
}

/** For templates that insist on alternating roles. Results of tools stay apart: each answers its own call. */
Messages join_same_role(const Messages &messages) {
    Messages joined;
    for (const common_chat_msg &message : messages) {
        const bool is_alone = joined.empty() || joined.back().role != message.role ||
                              message.role == "tool" || !message.tool_calls.empty() ||
                              !joined.back().tool_calls.empty();
        if (is_alone) {
            joined.push_back(message);
        } else {
            joined.back().content += "\n\n" + message.content;
        }
    }
    return joined;
}

/** For templates that insist on ids of nine letters or digits. */
Messages renumber_calls(Messages messages) {
    std::map<std::string, std::string> ids;
    const auto renumber = [&](std::string &id) {
        const auto found = ids.find(id);
        if (found == ids.end()) {
            const std::string number = std::to_string(ids.size() + 1);
            ids[id] = std::string(9 - std::min<size_t>(number.size(), 9), '0') + number;
        }
        id = ids[id];
    };
    for (common_chat_msg &message : messages) {
        for (common_chat_tool_call &call : message.tool_calls) {
            renumber(call.id);
        }
        if (message.role == "tool") {
            renumber(message.tool_call_id);
        }
    }
    return messages;
}

/** For templates that show no calls: they are told as JSON, after the words before them. */
Messages tell_calls(Messages messages) {
    for (common_chat_msg &message : messages) {
        for (const common_chat_tool_call &call : std::exchange(message.tool_calls, {})) {
            message.content += message.content.empty() ? "" : "\n";
            message.content +=
                R"({"name": ")" + json_escaped(call.name) + R"(", "arguments": )" + call.arguments + "}";
        }
    }
    return messages;
}

/** For templates that know no role of tools: a result is told as if the user had said it. */
Messages tell_results(Messages messages) {
    for (common_chat_msg &message : messages) {
        if (message.role == "tool") {
            message.role = "user";
            message.tool_name.clear();
            message.tool_call_id.clear();
        }
    }
    return messages;
}

/** For templates that show either what was thought or what was said. */
Messages drop_reasoning(Messages messages) {
    for (common_chat_msg &message : messages) {
        message.reasoning_content.clear();
    }
    return messages;
}

void add_role_shapes(const Messages &messages, std::vector<Messages> &shapes) {
    shapes.push_back(messages);
    shapes.push_back(fold_system(messages));
    shapes.push_back(join_same_role(messages));
    shapes.push_back(join_same_role(fold_system(messages)));
}

} // namespace

std::vector<Messages> shapes_of(const Messages &messages, ToolTelling telling) {
    const bool with_tools = has_tools(messages);
    std::vector<Messages> shapes;
    if (!with_tools || telling == ToolTelling::by_template) {
        add_role_shapes(messages, shapes);
    }
    if (with_tools) {
        if (telling == ToolTelling::by_template) {
            add_role_shapes(renumber_calls(messages), shapes);
        }
        add_role_shapes(tell_calls(messages), shapes);
        add_role_shapes(tell_results(tell_calls(messages)), shapes);
    }
    for (size_t index = 0, count = shapes.size(); index < count; index++) {
        shapes.push_back(drop_reasoning(shapes[index]));
    }
    return shapes;
}

} // namespace parley
