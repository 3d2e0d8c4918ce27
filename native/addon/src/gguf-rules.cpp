#include "gguf-rules.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace parley {

namespace {

constexpr size_t max_template_bytes = 64 * 1024;
constexpr int max_template_blocks = 64;
constexpr int max_template_parentheses = 256;

[[noreturn]] void refuse(const char *fault, const std::string &detail, const GgufEntry &entry) {
    throw GgufError(fault, detail, entry.offset);
}

bool starts_with(std::string_view text, std::string_view start) {
    return text.substr(0, start.size()) == start;
}

void check_architecture(const GgufHeader &header) {
    if (header.is_later_part()) {
        return; // only the first part of a split model says what it is
    }
    const std::string *architecture = header.find_text("general.architecture");
    const bool is_word = architecture != nullptr && !architecture->empty() && architecture->size() <= 64 &&
                         std::all_of(architecture->begin(), architecture->end(), [](unsigned char c) {
                             return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
                         });
    if (!is_word) {
        throw GgufError("missing-architecture", "general.architecture is missing or no word", 0);
    }
}

const GgufEntry *check_array(const GgufHeader &header, const char *key,
                             std::initializer_list<GgufType> types) {
    const GgufEntry *entry = header.find(key);
    if (entry == nullptr) {
        return nullptr;
    }
    const bool is_known = entry->type == GgufType::array &&
                          std::find(types.begin(), types.end(), entry->element_type) != types.end();
    if (!is_known) {
        refuse("bad-vocabulary", std::string(key) + " has the wrong type", *entry);
    }
    return entry;
}

void check_vocabulary(const GgufHeader &header) {
    const GgufEntry *tokens = check_array(header, "tokenizer.ggml.tokens", {GgufType::string});
    const GgufEntry *scores = check_array(header, "tokenizer.ggml.scores", {GgufType::float32});
    const GgufEntry *types = check_array(header, "tokenizer.ggml.token_type", {GgufType::int32});
    check_array(header, "tokenizer.ggml.merges", {GgufType::string});
    for (const GgufEntry *entry : {scores, types}) {
        if (entry == nullptr) {
            continue;
        }
        if (tokens == nullptr || entry->element_count != tokens->element_count) {
            refuse("bad-vocabulary", "the arrays of the vocabulary differ in length", *entry);
        }
    }
    // llama.cpp indexes its tables with these.
    for (const char *name : {"bos", "eos", "eot", "eom", "unknown", "seperator", "padding", "cls", "mask"}) {
        const std::string key = std::string("tokenizer.ggml.") + name + "_token_id";
        const GgufEntry *entry = header.find(key);
        uint64_t id = 0;
        if (entry == nullptr || tokens == nullptr) {
            continue;
        }
        // 0xFFFFFFFF is how files say "none".
        const bool is_inside =
            header.find_number(key, id) && (id < tokens->element_count || id == 0xFFFFFFFFU);
        const bool is_none = entry->type == GgufType::int32 && entry->is_negative;
        if (!is_inside && !is_none) {
            refuse("bad-vocabulary", key + " is no token of the vocabulary", *entry);
        }
    }
}

/**
 * How deep a template nests, counted without understanding it: block tags that open and close, and
 * brackets of any kind inside tags. Text outside tags does not count.
 */
class TemplateDepth {
public:
    explicit TemplateDepth(std::string_view source) : source_(source) { measure(); }
    int blocks() const { return deepest_block_; }
    int parentheses() const { return deepest_parenthesis_; }

private:
    void measure() {
        size_t position = 0;
        while (position + 1 < source_.size()) {
            const std::string_view start = source_.substr(position, 2);
            if (start == "{#") {
                position = after("#}", position + 2);
            } else if (start == "{%") {
                position = read_tag(position + 2, "%}", true);
            } else if (start == "{{") {
                position = read_tag(position + 2, "}}", false);
            } else {
                position++;
            }
        }
    }

    size_t after(std::string_view end, size_t from) const {
        const size_t found = source_.find(end, from);
        return found == std::string_view::npos ? source_.size() : found + end.size();
    }

    size_t read_tag(size_t position, std::string_view end, bool is_block) {
        if (is_block) {
            count_block(position);
        }
        int depth = 0;
        while (position < source_.size()) {
            const char c = source_[position];
            if (c == '\'' || c == '"') {
                position = after_literal(position);
                continue;
            }
            // `}}` also closes two dictionaries: it ends the tag only where nothing is open.
            if (depth == 0 && source_.substr(position, 2) == end) {
                return position + 2;
            }
            if (c == '(' || c == '[' || c == '{') {
                deepest_parenthesis_ = std::max(deepest_parenthesis_, ++depth);
            } else if (c == ')' || c == ']' || c == '}') {
                depth = std::max(0, depth - 1);
            }
            position++;
        }
        return position;
    }

    size_t after_literal(size_t position) const {
        const char quote = source_[position];
        for (position++; position < source_.size(); position++) {
            if (source_[position] == '\\') {
                position++;
            } else if (source_[position] == quote) {
                return position + 1;
            }
        }
        return source_.size();
    }

    void count_block(size_t position) {
        while (
            position < source_.size() &&
            (source_[position] == '-' || std::isspace(static_cast<unsigned char>(source_[position])) != 0)) {
            position++;
        }
        const std::string_view word = source_.substr(position, 9);
        if (starts_with(word, "end")) {
            depth_ = std::max(0, depth_ - 1);
            return;
        }
        for (const std::string_view opener :
             {"if", "for", "macro", "call", "filter", "set", "generation", "block", "with"}) {
            // `set x = 1` closes nothing; only its block form does, which has no `=`.
            if (starts_with(word, opener) && !(opener == "set" && is_assignment(position))) {
                deepest_block_ = std::max(deepest_block_, ++depth_);
                return;
            }
        }
    }

    bool is_assignment(size_t position) const {
        const std::string_view tag = source_.substr(position, source_.find("%}", position) - position);
        return tag.find('=') != std::string_view::npos;
    }

    std::string_view source_;
    int depth_ = 0;
    int deepest_block_ = 0;
    int deepest_parenthesis_ = 0;
};

void check_template(const std::string &key, const GgufEntry &entry) {
    if (entry.type != GgufType::string) {
        // The list of names of further templates.
        const bool is_list = key == "tokenizer.chat_templates" && entry.type == GgufType::array &&
                             entry.element_type == GgufType::string;
        if (!is_list) {
            refuse("bad-template", key + " is no text", entry);
        }
        return;
    }
    if (entry.text.size() > max_template_bytes) {
        refuse("bad-template", "a chat template has " + std::to_string(entry.text.size()) + " bytes", entry);
    }
    const TemplateDepth depth(entry.text);
    if (depth.blocks() > max_template_blocks) {
        refuse("bad-template", "a chat template nests " + std::to_string(depth.blocks()) + " blocks", entry);
    }
    if (depth.parentheses() > max_template_parentheses) {
        refuse("bad-template",
               "a chat template nests " + std::to_string(depth.parentheses()) + " parentheses", entry);
    }
}

} // namespace

void check_rules(const GgufHeader &header) {
    check_architecture(header);
    check_vocabulary(header);
    for (const auto &[key, entry] : header.entries) {
        if (starts_with(key, "tokenizer.chat_template")) {
            check_template(printable(key), entry);
        }
    }
}

bool is_broken_byte_token(const std::string &token) {
    if (!starts_with(token, "<0x") || token.back() != '>') {
        return false;
    }
    const bool is_byte = token.size() == 6 && std::isxdigit(static_cast<unsigned char>(token[3])) != 0 &&
                         std::isxdigit(static_cast<unsigned char>(token[4])) != 0;
    return !is_byte;
}

std::string printable(const std::string &text) {
    std::string shown = text.substr(0, 64);
    for (char &c : shown) {
        if (c < ' ' || c > '~') {
            c = '?';
        }
    }
    return shown;
}

} // namespace parley
