#include "chat-format.h"

#include "fault.h"
#include "json-text.h"
#include "message-shapes.h"

#include "json-schema-to-grammar.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace parley {

namespace {

constexpr size_t max_rendered_bytes = 16UL * 1024 * 1024;
constexpr auto max_render_time = std::chrono::seconds(5);
constexpr size_t max_name_bytes = 128;

[[noreturn]] void break_template(const std::string &detail) {
    throw Fault("model.template-broken", {{"detail", detail.substr(0, 500)}});
}

[[noreturn]] void refuse_schema(const std::string &whose, const std::string &detail) {
    throw Fault("schema.unsupported", {{"detail", (whose + ": " + detail).substr(0, 500)}});
}

/** Names and ids that nobody needs to guard against: templates may compare and count their letters. */
bool is_plain_word(const std::string &text) {
    return !text.empty() && text.size() <= max_name_bytes &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                      std::string("_-.:/").find(c) != std::string::npos;
           });
}

/** What a call was made with, as JSON whatever the model wrote, its strings replaced by stand-ins. */
std::string guarded_arguments(const std::string &arguments, const Span &origin, StandIns &stand_ins) {
    std::string json = arguments.empty() ? "{}" : arguments;
    try {
        parse_json_object(json);
    } catch (const std::exception &) {
        // It was no JSON: the model is shown what it wrote.
        json = R"({"text": ")" + json_escaped(arguments) + R"("})";
    }
    const auto guard = [&](const std::string &text) {
        return is_plain_word(text) ? text : stand_ins.put(text, origin, false);
    };
    return replace_string_literals(json, guard);
}

common_chat_tool_call guarded_call(const ToolCall &call, const Span &origin, StandIns &stand_ins) {
    common_chat_tool_call guarded;
    guarded.id = is_plain_word(call.id) ? call.id : stand_ins.put(call.id, origin, false);
    guarded.name = is_plain_word(call.name) ? call.name : stand_ins.put(call.name, origin, false);
    guarded.arguments = guarded_arguments(call.arguments, origin, stand_ins);
    return guarded;
}

/** The name of the tool whose result `message` is. */
std::string tool_name_of(const PromptMessage &message, const std::vector<PromptMessage> &messages) {
    if (!message.tool_name.empty()) {
        return message.tool_name;
    }
    for (const PromptMessage &earlier : messages) {
        for (const ToolCall &call : earlier.tool_calls) {
            if (call.id == message.tool_call_id) {
                return call.name;
            }
        }
    }
    return {};
}

Messages guarded_messages(const std::vector<PromptMessage> &messages, StandIns &stand_ins) {
    Messages guarded;
    int32_t picture = 0;
    for (size_t index = 0; index < messages.size(); index++) {
        const PromptMessage &message = messages[index];
        Span origin;
        origin.message = index;
        common_chat_msg next;
        next.role = message.role;
        for (size_t count = 0; count < message.pictures.size(); count++) {
            next.content += stand_ins.put_picture(picture++, index);
        }
        for (const ToolCall &call : message.tool_calls) {
            next.tool_calls.push_back(guarded_call(call, origin, stand_ins));
        }
        next.reasoning_content = stand_ins.put(message.reasoning, origin, false);
        if (message.role == "tool") {
            const std::string name = tool_name_of(message, messages);
            next.tool_name = is_plain_word(name) ? name : stand_ins.put(name, origin, false);
            next.tool_call_id = is_plain_word(message.tool_call_id)
                                    ? message.tool_call_id
                                    : stand_ins.put(message.tool_call_id, origin, false);
        }
        origin.tokens = message.tokens.empty() ? nullptr : &message.tokens;
        // Some templates tell a call without the words before it.
        next.content += stand_ins.put(message.text, origin, message.tool_calls.empty());
        guarded.push_back(std::move(next));
    }
    return guarded;
}

PromptMessage asked_by_user() {
    PromptMessage message;
    message.role = "user";
    message.text = "Hello";
    return message;
}

void check_grammar(const std::string &whose, const std::string &schema) {
    try {
        json_schema_to_grammar(common_json::parse(schema));
    } catch (const std::exception &error) {
        refuse_schema(whose, error.what());
    }
}

} // namespace

/** The JSON Schemas of a request, twice: as the grammar needs them, and as the template may see them. */
struct ChatFormat::Schemas {
    std::vector<common_chat_tool> tools;
    std::string output;
    std::vector<common_chat_tool> guarded_tools;
    std::string guarded_output;
    bool is_guarded = false;
};

ChatFormat::ChatFormat(const llama_model *model, IsMark is_mark) : is_mark_(std::move(is_mark)) {
    try {
        templates_ = common_chat_templates_init(model, "");
    } catch (const std::exception &error) {
        break_template(error.what());
    }
    // A template that cannot render one question is refused now, not at the first message.
    const auto start = std::chrono::steady_clock::now();
    Conversation question;
    question.messages.push_back(asked_by_user());
    render(question, "");
    if (std::chrono::steady_clock::now() - start > max_render_time) {
        break_template("rendering one message takes longer than 5 seconds");
    }
}

bool ChatFormat::can_think() const {
    return common_chat_templates_support_enable_thinking(templates_.get());
}

bool ChatFormat::can_call_tools() const {
    Conversation question;
    question.messages.push_back(asked_by_user());
    question.tools.push_back({"tool", "A tool.", R"({"type": "object", "properties": {}})"});
    question.tool_choice = ToolChoice::required;
    try {
        render(question, "");
        return true;
    } catch (const Fault &) {
        return false;
    }
}

bool ChatFormat::has_ability(const char *name) const {
    const std::map<std::string, bool> abilities = common_chat_templates_get_caps(templates_.get());
    const auto found = abilities.find(name);
    return found != abilities.end() && found->second;
}

ChatFormat::Schemas ChatFormat::guard(const Conversation &conversation, const std::string &output_schema,
                                      StandIns &stand_ins) const {
    Schemas schemas;
    const auto guard_text = [&](const std::string &text) {
        if (!is_mark_(text)) {
            return text;
        }
        schemas.is_guarded = true;
        return stand_ins.put(text, {}, false);
    };
    const auto read = [&](const std::string &whose, const std::string &text) {
        try {
            return parse_json_object(text);
        } catch (const std::exception &error) {
            refuse_schema(whose, error.what());
        }
    };
    for (const Tool &tool : conversation.tools) {
        if (!is_plain_word(tool.name)) {
            refuse_schema("a tool", "its name must be 1 to 128 letters, digits or _-.:/");
        }
        const common_json parameters = read(tool.name, tool.parameters);
        schemas.tools.push_back({tool.name, tool.description, parameters.dump()});
        schemas.guarded_tools.push_back(
            {tool.name, guard_text(tool.description), replace_strings(parameters, guard_text).dump()});
    }
    if (!output_schema.empty()) {
        const common_json schema = read("the answer", output_schema);
        schemas.output = schema.dump();
        schemas.guarded_output = replace_strings(schema, guard_text).dump();
    }
    return schemas;
}

bool ChatFormat::attempt(const common_chat_templates_inputs &inputs, const StandIns &stand_ins,
                         RenderedChat &rendered, std::string &problem) const {
    try {
        rendered.params = common_chat_templates_apply(templates_.get(), inputs);
    } catch (const std::exception &error) {
        problem = problem.empty() ? error.what() : problem;
        return false;
    }
    if (rendered.params.prompt.size() > max_rendered_bytes) {
        break_template("the rendered prompt is longer than 16 MiB");
    }
    rendered.spans = stand_ins.restore(rendered.params.prompt);
    if (rendered.spans.empty()) {
        problem = problem.empty() ? "the template leaves out a message" : problem;
    }
    return !rendered.spans.empty();
}

void ChatFormat::blame(const Schemas &schemas, const std::string &problem) {
    for (const common_chat_tool &tool : schemas.tools) {
        check_grammar(tool.name, tool.parameters);
    }
    if (!schemas.output.empty()) {
        check_grammar("the answer", schemas.output);
    }
    break_template(problem);
}

RenderedChat ChatFormat::render(const Conversation &conversation, const std::string &output_schema) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    StandIns stand_ins;
    const Messages messages = guarded_messages(conversation.messages, stand_ins);
    const Schemas schemas = guard(conversation, output_schema, stand_ins);
    common_chat_templates_inputs inputs;
    inputs.enable_thinking = conversation.enable_thinking;
    inputs.reasoning_format = COMMON_REASONING_FORMAT_AUTO;
    inputs.parallel_tool_calls = conversation.parallel_tool_calls;
    inputs.tools = schemas.guarded_tools;
    inputs.json_schema = schemas.guarded_output;
    if (conversation.tool_choice != ToolChoice::automatic) {
        inputs.tool_choice = conversation.tool_choice == ToolChoice::required
                                 ? COMMON_CHAT_TOOL_CHOICE_REQUIRED
                                 : COMMON_CHAT_TOOL_CHOICE_NONE;
    }
    RenderedChat rendered;
    std::string problem;
    const std::vector<Messages> shapes = shapes_of(
        messages, has_ability("supports_tool_calls") ? ToolTelling::by_template : ToolTelling::as_text);
    const bool is_done = std::any_of(shapes.begin(), shapes.end(), [&](const Messages &shape) {
        inputs.messages = shape;
        return attempt(inputs, stand_ins, rendered, problem);
    });
    if (!is_done) {
        blame(schemas, problem);
    }
    if (schemas.is_guarded) {
        // The grammar and the parser go by the schemas as they are.
        inputs.tools = schemas.tools;
        inputs.json_schema = schemas.output;
        try {
            rendered.params = common_chat_templates_apply(templates_.get(), inputs);
        } catch (const std::exception &error) {
            blame(schemas, error.what());
        }
    }
    if (conversation.tool_choice == ToolChoice::required && rendered.params.grammar.empty()) {
        refuse_schema("a tool", "the model's template knows no tools");
    }
    return rendered;
}

} // namespace parley
