#pragma once

#include <string>

namespace parley {

/** How many tools an answer may and must call. */
enum class CallCount { any, one };
enum class CallDuty { optional, forced };

/**
 * llama.cpp's grammar of tool calls, made as strict as index.d.ts promises: its own lets a forced call wait
 * behind any text, which a model may never end, and some of its formats let several calls follow each other
 * when one was asked for. Rules it does not know stay as they are.
 */
std::string strict_call_grammar(const std::string &grammar, CallCount count, CallDuty duty);

} // namespace parley
