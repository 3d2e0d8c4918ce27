#include "prompt-builder.h"

#include "common.h"

#include <utility>

namespace parley {

PromptBuilder::PromptBuilder(const llama_model *model)
    : vocab_(llama_model_get_vocab(model)), format_(model), tokenizer_(vocab_) {
}

Prompt PromptBuilder::build(const Conversation &conversation) const {
    RenderedChat rendered = format_.render(conversation);
    Prompt prompt;
    prompt.tokens = tokenizer_.tokenize(rendered.spans);
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
