#pragma once

#include <string>

namespace parley {

/** What an answer may be beyond what llama.cpp's grammar for it says. */
struct GrammarLimits {
    /** Several tool calls, one after the other. */
    bool has_many_calls = false;
    /** A call comes at once, with no text before it. */
    bool is_call_forced = false;
    /** The tag that would open reasoning where none is wanted; empty where reasoning may be. */
    std::string forbidden_opening;
};

/**
 * llama.cpp's grammar of tool calls or of an output schema, made as strict as index.d.ts promises: its own
 * lets a forced call wait behind any text, which a model may never end, lets any answer begin with
 * reasoning, and some of its formats let several calls follow each other when one was asked for. Rules it
 * does not know stay as they are.
 */
std::string strict_grammar(const std::string &grammar, const GrammarLimits &limits);

} // namespace parley
