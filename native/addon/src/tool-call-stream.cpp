#include "tool-call-stream.h"

#include "utf8.h"

#include <algorithm>
#include <random>

namespace parley {

namespace {

/** For models whose format has no ids. Nine letters and digits: some templates insist on it. */
std::string random_id() {
    const std::string letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    std::random_device device;
    std::string id;
    for (int index = 0; index < 9; index++) {
        id.push_back(letters[device() % letters.size()]);
    }
    return id;
}

size_t agreed_bytes(const std::string &left, const std::string &right) {
    const auto end = std::mismatch(left.begin(), left.end(), right.begin(), right.end());
    const auto bytes = static_cast<size_t>(end.first - left.begin());
    return bytes - unfinished_bytes(left.substr(0, bytes));
}

} // namespace

std::vector<ToolCallDelta> ToolCallStream::take(const std::vector<common_chat_tool_call> &calls) {
    std::vector<ToolCallDelta> deltas;
    for (size_t index = 0; index < calls.size(); index++) {
        ToolCallDelta delta = advance(index, calls[index], index + 1 < calls.size());
        if (!delta.name.empty() || !delta.arguments.empty()) {
            deltas.push_back(std::move(delta));
        }
    }
    return deltas;
}

std::vector<ToolCallDelta> ToolCallStream::finish(const std::vector<common_chat_tool_call> &calls) {
    std::vector<ToolCallDelta> deltas;
    for (size_t index = 0; index < calls.size(); index++) {
        ToolCallDelta delta = advance(index, calls[index], true);
        if (!delta.name.empty() || !delta.arguments.empty()) {
            deltas.push_back(std::move(delta));
        }
    }
    return deltas;
}

ToolCallDelta ToolCallStream::advance(size_t index, const common_chat_tool_call &call, bool is_final) {
    if (index >= calls_.size()) {
        calls_.resize(index + 1);
    }
    Call &known = calls_[index];
    const size_t sure_bytes =
        is_final ? call.arguments.size() : agreed_bytes(known.last_arguments, call.arguments);
    ToolCallDelta delta;
    delta.index = index;
    // The name may grow while it is read: it is whole once something follows it.
    if (!known.is_named && (is_final || sure_bytes > 0) && !call.name.empty()) {
        known.is_named = true;
        delta.name = call.name;
        delta.id = call.id.empty() ? random_id() : call.id;
    }
    if (known.is_named && sure_bytes > known.given_bytes) {
        delta.arguments = call.arguments.substr(known.given_bytes, sure_bytes - known.given_bytes);
        known.given_bytes = sure_bytes;
    }
    known.last_arguments = call.arguments;
    return delta;
}

} // namespace parley
