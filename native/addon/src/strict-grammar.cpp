#include "strict-grammar.h"

#include "json-schema-to-grammar.h"

#include <cctype>
#include <sstream>

namespace parley {

namespace {

const std::string root = "root ::= ";
const std::string calls = "tool-calls ::= ";

bool begins_with(const std::string &text, const std::string &begin) {
    return text.compare(0, begin.size(), begin) == 0;
}

/** `root ::= ... until-12? tool-calls` without the text that may go on until a call begins. */
std::string without_text(const std::string &rule) {
    const size_t word = rule.rfind(" until-");
    size_t end = word == std::string::npos ? word : word + std::string(" until-").size();
    while (end < rule.size() && std::isdigit(static_cast<unsigned char>(rule[end])) != 0) {
        end++;
    }
    if (end < rule.size() && rule[end] == '?') {
        end++;
    }
    // Only right before the call: elsewhere the same rule is the reasoning.
    const bool is_before_call = end < rule.size() && (rule.compare(end, 6, " tool-") == 0 ||
                                                      rule.compare(end, 12, " space tool-") == 0);
    const bool is_last = is_before_call && rule.find_first_of("()|", end) == std::string::npos;
    return is_last ? rule.substr(0, word) + rule.substr(end) : rule;
}

/** `tool-calls ::= (tool-call space)+` without the repetition. */
std::string just_one(const std::string &rule) {
    const bool is_repeated = rule.size() > 2 && rule.compare(rule.size() - 2, 2, ")+") == 0;
    if (!is_repeated || rule.compare(calls.size(), 1, "(") != 0 ||
        rule.find('(', calls.size() + 1) != std::string::npos) {
        return rule;
    }
    return calls + rule.substr(calls.size() + 1, rule.size() - calls.size() - 3);
}

/** Where the bracket at `open` closes; brackets in quotes are letters. */
size_t closing_bracket(const std::string &rule, size_t open) {
    int depth = 0;
    bool is_quoted = false;
    for (size_t position = open; position < rule.size(); position++) {
        const char c = rule[position];
        if (c == '\\') {
            position++;
        } else if (c == '"') {
            is_quoted = !is_quoted;
        } else if (!is_quoted && c == '(') {
            depth++;
        } else if (!is_quoted && c == ')' && --depth == 0) {
            return position;
        }
    }
    return std::string::npos;
}

/** `root ::= ... ("<think>" ...)? ...` without what it may begin with. */
std::string without_opening(const std::string &rule, const std::string &tag) {
    const size_t open = rule.find("(" + gbnf_format_literal(tag));
    const size_t close = open == std::string::npos ? open : closing_bracket(rule, open);
    if (close == std::string::npos || rule.compare(close, 2, ")?") != 0) {
        return rule;
    }
    return rule.substr(0, open) + rule.substr(close + 2);
}

} // namespace

std::string strict_grammar(const std::string &grammar, const GrammarLimits &limits) {
    std::istringstream lines(grammar);
    std::string strict;
    for (std::string line; std::getline(lines, line);) {
        if (begins_with(line, root)) {
            line = limits.is_call_forced ? without_text(line) : line;
            line = limits.forbidden_opening.empty() ? line : without_opening(line, limits.forbidden_opening);
        } else if (begins_with(line, calls) && !limits.has_many_calls) {
            line = just_one(line);
        }
        strict += line + '\n';
    }
    return strict;
}

} // namespace parley
