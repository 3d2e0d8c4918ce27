#pragma once

#include "chat-format.h"
#include "prompt.h"
#include "requests.h"
#include "span-tokenizer.h"

#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace parley {

/** A prompt, and which part of it came from where. */
struct PromptPreview {
    Prompt prompt;
    std::vector<PromptSpan> spans;
};

/** A prompt that had to leave out turns to fit. */
struct FittedPrompt {
    Prompt prompt;
    /** What is left of the conversation; its picture numbers are those of `prompt`. */
    Conversation conversation;
    size_t forgotten_messages = 0;
};

/** Messages in, tokens out. Any thread; borrows the model. */
class PromptBuilder {
public:
    /** @throws Fault `model.template-broken` */
    explicit PromptBuilder(const llama_model *model);

    /**
     * The prompt up to where the answer begins.
     * `output_schema`: JSON Schema as text that the answer must fit; empty for none.
     * @throws Fault `model.template-broken`, `schema.unsupported` (of the output or of a tool)
     */
    Prompt build(const Conversation &conversation, const std::string &output_schema = "") const;

    PromptPreview preview(const Conversation &conversation) const;

    /**
     * As `build`, leaving out the oldest turns after the system messages until at most `max_size` is left by
     * `size_of`. More goes at once than must, so that the next requests begin with the same tokens. The last
     * turn always stays: whether the result fits is for the caller to see.
     */
    FittedPrompt build_fitting(const Conversation &conversation, const std::string &output_schema,
                               size_t max_size,
                               const std::function<size_t(const FittedPrompt &)> &size_of) const;

    /** How many of `prompt`'s items come before anything a person said: what other chats begin with too. */
    size_t system_end(const Conversation &conversation, const Prompt &prompt) const;

    /** Lets go of the texts that `system_end` remembers. */
    void forget() const;

    /**
     * The items that any later turn of this conversation will begin with, in the form in which it will see
     * them: some templates leave out earlier reasoning.
     */
    std::vector<PromptItem> settled(const Conversation &conversation) const;

    /** The items that stay when the last message, half typed, goes on. */
    std::vector<PromptItem> typing(const Conversation &conversation) const;

    /** Plain text: never a control token. */
    std::vector<llama_token> tokenize(const std::string &text) const;
    /** Ids beyond the vocabulary have no text; control tokens are spelled out. */
    std::string detokenize(const std::vector<llama_token> &tokens) const;

    bool can_think() const { return format_.can_think(); }
    bool can_call_tools() const { return format_.can_call_tools(); }
    bool is_control(llama_token token) const { return tokenizer_.vocabulary().is_control(token); }

private:
    std::vector<PromptItem> items_of(const Conversation &conversation) const;
    Prompt assemble(RenderedChat rendered, std::vector<PromptItem> items,
                    const Conversation &conversation) const;

    std::vector<PromptItem> items_before_user(const Conversation &start) const;

    SpanTokenizer tokenizer_;
    ChatFormat format_;
    struct SystemPart {
        Conversation start;
        std::vector<PromptItem> items;
    };
    /** The last few, the newest first: a conversation keeps its own from turn to turn. */
    mutable std::deque<SystemPart> system_parts_;
    mutable std::mutex mutex_;
};

} // namespace parley
