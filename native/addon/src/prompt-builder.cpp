#include "prompt-builder.h"

#include "common.h"

#include <algorithm>
#include <utility>

namespace parley {

size_t common_start(const std::vector<PromptItem> &left, const std::vector<PromptItem> &right) {
    const auto end = std::mismatch(left.begin(), left.end(), right.begin(), right.end());
    return static_cast<size_t>(end.first - left.begin());
}

PromptBuilder::PromptBuilder(const llama_model *model)
    : vocab_(llama_model_get_vocab(model)), format_(model), tokenizer_(vocab_) {
}

Prompt PromptBuilder::build(const Conversation &conversation, const std::string & /*output_schema*/) const {
    RenderedChat rendered = format_.render(conversation);
    Prompt prompt;
    for (const llama_token token : tokenizer_.tokenize(rendered.spans)) {
        prompt.items.push_back({token, -1});
    }
    for (const Span &span : rendered.spans) {
        prompt.text += span.text;
    }
    for (const std::string &word : rendered.params.preserved_tokens) {
        const std::vector<llama_token> tokens = common_tokenize(vocab_, word, false, true);
        if (tokens.size() == 1) {
            prompt.preserved.insert(tokens.front());
        }
    }
    prompt.format = std::move(rendered.params);
    return prompt;
}

} // namespace parley
