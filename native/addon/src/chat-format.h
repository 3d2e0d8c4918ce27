#pragma once

#include "requests.h"
#include "span.h"
#include "stand-ins.h"

#include "chat.h"
#include "llama.h"

#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace parley {

struct RenderedChat {
    /** Borrow the tokens of the conversation they were made from. */
    std::vector<Span> spans;
    /** How to read the answer back; its `prompt` holds stand-ins, not the content. */
    common_chat_params params;
};

/** Whether a text, written where the template writes, would be read as one of the template's marks. */
using IsMark = std::function<bool(const std::string &text)>;

/**
 * The model's own chat template. Content is rendered as stand-ins and put back afterwards, so the template's
 * text and what people, models and tools wrote are told apart without doubt. Any thread; borrows the model,
 * which must live longer.
 */
class ChatFormat {
public:
    /** Parses and tries the template. @throws Fault `model.template-broken` */
    ChatFormat(const llama_model *model, IsMark is_mark);

    /**
     * Renders up to where the answer begins. A template that knows no system role, no two messages of one
     * role in a row, or no tools, gets them in another form.
     * @throws Fault `model.template-broken` where text would be lost, `schema.unsupported` for the output
     * schema or the tools
     */
    RenderedChat render(const Conversation &conversation, const std::string &output_schema) const;

    /** Whether the template can ask for reasoning. */
    bool can_think() const;
    /** Whether the template can tell the model of tools. */
    bool can_call_tools() const;

private:
    struct Schemas;

    bool has_ability(const char *name) const;
    /** A schema that no grammar can be made of is at fault before the template is. */
    [[noreturn]] static void blame(const Schemas &schemas, const std::string &problem);
    bool attempt(const common_chat_templates_inputs &inputs, const StandIns &stand_ins,
                 RenderedChat &rendered, std::string &problem) const;
    Schemas guard(const Conversation &conversation, const std::string &output_schema,
                  StandIns &stand_ins) const;

    common_chat_templates_ptr templates_;
    /** A template runs for one thread at a time. */
    mutable std::mutex mutex_;
    IsMark is_mark_;
};

} // namespace parley
