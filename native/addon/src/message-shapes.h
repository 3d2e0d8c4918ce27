#pragma once

#include "chat.h"

#include <vector>

namespace parley {

using Messages = std::vector<common_chat_msg>;

/** Who tells of calls and their results: a template that knows no tools leaves them out without a word. */
enum class ToolTelling { by_template, as_text };

/**
 * The ways in which `messages` may be told to a template, best first: as they are, then bent to what some
 * templates insist on (no system role, alternating roles, short ids of tool calls, no tools at all). What was
 * said is in all of them; the last ones leave out what was thought.
 */
std::vector<Messages> shapes_of(const Messages &messages, ToolTelling telling);

} // namespace parley
