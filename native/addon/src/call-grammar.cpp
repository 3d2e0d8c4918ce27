#include "call-grammar.h"

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

} // namespace

std::string strict_call_grammar(const std::string &grammar, CallCount count, CallDuty duty) {
    std::istringstream lines(grammar);
    std::string strict;
    for (std::string line; std::getline(lines, line);) {
        if (duty == CallDuty::forced && begins_with(line, root)) {
            line = without_text(line);
        }
        if (count == CallCount::one && begins_with(line, calls)) {
            line = just_one(line);
        }
        strict += line + '\n';
    }
    return strict;
}

} // namespace parley
