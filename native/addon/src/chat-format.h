#pragma once

#include "requests.h"

#include "chat.h"
#include "llama.h"

#include <string>
#include <vector>

namespace parley {

/** A piece of a rendered prompt: `is_content` where a person or a model wrote it, else the template did. */
struct Span {
    std::string text;
    bool is_content;
};

struct RenderedChat {
    std::vector<Span> spans;
    /** How to read the answer back; its `prompt` holds markers, not the content. */
    common_chat_params params;
};

/**
 * The model's own chat template. Content is rendered as unguessable markers and put back afterwards, so
 * the template's text and what people wrote are told apart without doubt. Engine thread; borrows the
 * model, which must live longer.
 */
class ChatFormat {
public:
    /** Parses and tries the template. @throws Fault `model.template-broken` */
    explicit ChatFormat(const llama_model *model);

    /**
     * Renders up to where the answer begins. A template that knows no system role, or no two messages of
     * one role in a row, gets them joined. @throws Fault `model.template-broken` where text would be lost
     */
    RenderedChat render(const Conversation &conversation) const;

    /** Whether the template can ask for reasoning. */
    bool can_think() const;

private:
    common_chat_templates_ptr templates_;
};

} // namespace parley
