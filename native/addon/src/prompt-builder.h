#pragma once

#include "chat-format.h"
#include "span-tokenizer.h"

#include <set>
#include <string>
#include <vector>

namespace parley {

/** Everything that running one request needs to know of its conversation. */
struct Prompt {
    std::vector<llama_token> tokens;
    /** As a person would read it, with the template's marks. */
    std::string text;
    /** How to read the answer. */
    common_chat_params format;
    /** Control tokens whose text the parser wants to see. */
    std::set<llama_token> preserved;
};

/** Messages in, tokens out. Engine thread; borrows the model. */
class PromptBuilder {
public:
    /** @throws Fault `model.template-broken` */
    explicit PromptBuilder(const llama_model *model);

    /** @throws Fault `model.template-broken` */
    Prompt build(const Conversation &conversation) const;

    bool can_think() const { return format_.can_think(); }
    bool is_control(llama_token token) const { return tokenizer_.is_control(token); }

private:
    const llama_vocab *vocab_;
    ChatFormat format_;
    SpanTokenizer tokenizer_;
};

} // namespace parley
