#include "json-text.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <stdexcept>

namespace parley {

namespace {

constexpr size_t max_json_bytes = 256UL * 1024;
constexpr int max_depth = 64;

/** How deep brackets nest outside strings; readers of JSON call themselves for each level. */
int depth_of(const std::string &text) {
    int depth = 0;
    int deepest = 0;
    bool is_in_string = false;
    for (size_t position = 0; position < text.size(); position++) {
        const char c = text[position];
        if (is_in_string) {
            position += c == '\\' ? 1 : 0;
            is_in_string = c != '"';
        } else if (c == '"') {
            is_in_string = true;
        } else if (c == '{' || c == '[') {
            deepest = std::max(deepest, ++depth);
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return deepest;
}

} // namespace

std::string json_escaped(const std::string &text) {
    static constexpr std::array<std::pair<char, char>, 7> letters = {
        {{'"', '"'}, {'\\', '\\'}, {'\b', 'b'}, {'\f', 'f'}, {'\n', 'n'}, {'\r', 'r'}, {'\t', 't'}}};
    std::string escaped;
    for (const char c : text) {
        const auto *letter = std::find_if(letters.begin(), letters.end(),
                                          [c](const auto &candidate) { return candidate.first == c; });
        if (letter != letters.end()) {
            escaped += '\\';
            escaped += letter->second;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            std::array<char, 8> code{};
            std::snprintf(code.data(), code.size(), "\\u%04x", static_cast<unsigned>(c));
            escaped += code.data();
        } else {
            escaped += c;
        }
    }
    return escaped;
}

common_json parse_json_object(const std::string &text) {
    if (text.size() > max_json_bytes) {
        throw std::invalid_argument("longer than 256 KiB");
    }
    if (depth_of(text) > max_depth) {
        throw std::invalid_argument("nested deeper than 64 levels");
    }
    common_json json = common_json::parse_no_throw(text);
    if (json.is_discarded()) {
        throw std::invalid_argument("not JSON");
    }
    if (!json.is_object()) {
        throw std::invalid_argument("not a JSON object");
    }
    return json;
}

std::string replace_string_literals(const std::string &json,
                                    const std::function<std::string(const std::string &)> &replace) {
    std::string replaced;
    for (size_t position = 0; position < json.size(); position++) {
        if (json[position] != '"') {
            replaced += json[position];
            continue;
        }
        size_t end = position + 1;
        while (end < json.size() && json[end] != '"') {
            end += json[end] == '\\' ? 2 : 1;
        }
        const std::string literal = json.substr(position, end + 1 - position);
        const auto text = common_json::parse(literal).get<std::string>();
        const std::string wanted = replace(text);
        replaced += wanted == text ? literal : '"' + json_escaped(wanted) + '"';
        position = end;
    }
    return replaced;
}

common_json replace_strings(const common_json &json,
                            const std::function<std::string(const std::string &)> &replace) {
    if (json.is_string()) {
        return common_json::make(replace(json.get<std::string>()));
    }
    if (json.is_array()) {
        common_json copy = common_json::array();
        for (size_t index = 0; index < json.size(); index++) {
            copy.push_back(replace_strings(json.at(index), replace));
        }
        return copy;
    }
    if (json.is_object()) {
        common_json copy = common_json::object();
        for (const auto &[name, value] : json.items()) {
            copy[replace(name)] = replace_strings(value, replace);
        }
        return copy;
    }
    return json;
}

} // namespace parley
