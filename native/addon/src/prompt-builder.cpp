#include "prompt-builder.h"

#include "common.h"

#include <algorithm>
#include <utility>

namespace parley {

namespace {

/** Half a word may yet become another: this much of what is typed is not computed ahead. */
constexpr size_t unsure_items = 2;

/** Conversations whose system part is remembered. */
constexpr size_t max_system_parts = 8;

bool is_same_tool(const Tool &left, const Tool &right) {
    return left.name == right.name && left.description == right.description &&
           left.parameters == right.parameters;
}

/** Whether two conversations of system messages alone are rendered alike. */
bool begins_alike(const Conversation &left, const Conversation &right) {
    const auto has_same_text = [](const PromptMessage &one, const PromptMessage &other) {
        return one.text == other.text && one.reasoning == other.reasoning && one.tokens == other.tokens;
    };
    return left.enable_thinking == right.enable_thinking && left.tool_choice == right.tool_choice &&
           left.parallel_tool_calls == right.parallel_tool_calls &&
           std::equal(left.messages.begin(), left.messages.end(), right.messages.begin(),
                      right.messages.end(), has_same_text) &&
           std::equal(left.tools.begin(), left.tools.end(), right.tools.begin(), right.tools.end(),
                      is_same_tool);
}

PromptMessage said_by(const char *role, const char *text) {
    PromptMessage message;
    message.role = role;
    message.text = text;
    return message;
}

Conversation with(Conversation conversation, const std::vector<PromptMessage> &messages) {
    conversation.messages.insert(conversation.messages.end(), messages.begin(), messages.end());
    return conversation;
}

} // namespace

size_t common_start(const std::vector<PromptItem> &left, const std::vector<PromptItem> &right) {
    const auto end = std::mismatch(left.begin(), left.end(), right.begin(), right.end());
    return static_cast<size_t>(end.first - left.begin());
}

PromptBuilder::PromptBuilder(const llama_model *model)
    : tokenizer_(llama_model_get_vocab(model)), format_(model, [this](const std::string &text) {
          return tokenizer_.vocabulary().holds_special(text);
      }) {
}

Prompt PromptBuilder::build(const Conversation &conversation, const std::string &output_schema) const {
    RenderedChat rendered = format_.render(conversation, output_schema);
    std::vector<PromptItem> items = tokenizer_.tokenize(rendered.spans).items;
    return assemble(std::move(rendered), std::move(items), conversation);
}

PromptPreview PromptBuilder::preview(const Conversation &conversation) const {
    RenderedChat rendered = format_.render(conversation, "");
    SpanTokenizer::Tokens tokens = tokenizer_.tokenize(rendered.spans);
    std::vector<PromptSpan> spans;
    for (const Span &span : rendered.spans) {
        spans.push_back({span.text, 0, span.message, span.picture});
    }
    for (const size_t owner : tokens.owners) {
        spans.at(owner).item_count++;
    }
    return {assemble(std::move(rendered), std::move(tokens.items), conversation), std::move(spans)};
}

Prompt PromptBuilder::assemble(RenderedChat rendered, std::vector<PromptItem> items,
                               const Conversation &conversation) const {
    Prompt prompt;
    prompt.items = std::move(items);
    for (const Span &span : rendered.spans) {
        prompt.text += span.text;
    }
    for (const std::string &word : rendered.params.preserved_tokens) {
        const std::vector<llama_token> tokens =
            common_tokenize(tokenizer_.vocabulary().get(), word, false, true);
        if (tokens.size() == 1) {
            prompt.preserved.insert(tokens.front());
        }
    }
    prompt.has_tools = !conversation.tools.empty() && conversation.tool_choice != ToolChoice::none;
    prompt.format = std::move(rendered.params);
    return prompt;
}

std::vector<PromptItem> PromptBuilder::items_of(const Conversation &conversation) const {
    return tokenizer_.tokenize(format_.render(conversation, "").spans).items;
}

size_t PromptBuilder::system_end(const Conversation &conversation, const Prompt &prompt) const {
    Conversation start = conversation;
    const auto is_not_system = [](const PromptMessage &message) { return message.role != "system"; };
    start.messages.erase(std::find_if(start.messages.begin(), start.messages.end(), is_not_system),
                         start.messages.end());
    return common_start(prompt.items, items_before_user(start));
}

void PromptBuilder::forget() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    system_parts_.clear();
}

std::vector<PromptItem> PromptBuilder::items_before_user(const Conversation &start) const {
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        const auto known =
            std::find_if(system_parts_.begin(), system_parts_.end(),
                         [&](const SystemPart &part) { return begins_alike(part.start, start); });
        if (known != system_parts_.end()) {
            return known->items;
        }
    }
    std::vector<PromptItem> items = items_of(with(start, {said_by("user", "Hello")}));
    items.resize(common_start(items, items_of(with(start, {said_by("user", "1")}))));
    const std::lock_guard<std::mutex> lock(mutex_);
    system_parts_.push_front({start, items});
    system_parts_.resize(std::min(system_parts_.size(), max_system_parts));
    return items;
}

std::vector<PromptItem> PromptBuilder::settled(const Conversation &conversation) const {
    const std::string &last = conversation.messages.back().role;
    const bool is_answered = last == "assistant" || last == "system";
    std::vector<Conversation> futures;
    if (is_answered) {
        futures = {with(conversation, {said_by("user", "Hello")}),
                   with(conversation, {said_by("user", "1")})};
    } else {
        futures = {with(conversation, {said_by("assistant", "Hello")}),
                   with(conversation, {said_by("assistant", "1"), said_by("user", "Hello")})};
    }
    std::vector<PromptItem> items = items_of(futures.front());
    items.resize(common_start(items, items_of(futures.back())));
    return items;
}

std::vector<PromptItem> PromptBuilder::typing(const Conversation &conversation) const {
    std::vector<PromptItem> items;
    for (const char *more : {"a", " b", "\xE4\xB8\xAD"}) {
        Conversation future = conversation;
        future.messages.back().text += more;
        future.messages.back().tokens.clear();
        const std::vector<PromptItem> longer = items_of(future);
        items = items.empty() ? longer : items;
        items.resize(common_start(items, longer));
    }
    items.resize(items.size() - std::min(items.size(), unsure_items));
    return items;
}

std::vector<llama_token> PromptBuilder::tokenize(const std::string &text) const {
    std::vector<llama_token> tokens;
    tokenizer_.vocabulary().append_plain(text, Vocabulary::Place::beginning, tokens);
    return tokens;
}

std::string PromptBuilder::detokenize(const std::vector<llama_token> &tokens) const {
    std::string text;
    for (const llama_token token : tokens) {
        text += tokenizer_.vocabulary().piece(token);
    }
    return text;
}

} // namespace parley
