#include "chat-format.h"

#include "fault.h"

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

namespace parley {

namespace {

using Messages = std::vector<common_chat_msg>;

constexpr size_t max_rendered_bytes = 16UL * 1024 * 1024;
constexpr auto max_render_time = std::chrono::seconds(5);
const char *const whitespace = " \t\r\n\f\v";

[[noreturn]] void break_template(const std::string &detail) {
    throw Fault("model.template-broken", {{"detail", detail.substr(0, 500)}});
}

std::string random_word() {
    std::random_device device;
    std::string word = "m";
    for (int index = 0; index < 32; index++) {
        word.push_back("0123456789abcdef"[device() % 16]);
    }
    return word;
}

/** Stands in for texts while a template runs. A text's outer whitespace stays, since templates trim it. */
class Markers {
public:
    /** The stand-in for `text`; the text itself where it is blank. */
    std::string stand_in(const std::string &text, bool is_needed) {
        const size_t first = text.find_first_not_of(whitespace);
        if (first == std::string::npos) {
            return text;
        }
        const size_t last = text.find_last_not_of(whitespace);
        const std::string number = std::to_string(texts_.size());
        texts_.push_back({text.substr(first, last + 1 - first), is_needed});
        // Fixed width, so that no marker is the beginning of another.
        return text.substr(0, first) + word_ + std::string(number_digits - number.size(), '0') + number +
               text.substr(last + 1);
    }

    /** `rendered` with the texts put back; empty where a needed text is missing. */
    std::vector<Span> restore(const std::string &rendered) const {
        std::vector<Span> spans;
        std::vector<bool> is_seen(texts_.size(), false);
        size_t position = 0;
        while (position < rendered.size()) {
            const size_t found = std::min(rendered.find(word_, position), rendered.size());
            if (found > position) {
                spans.push_back({rendered.substr(position, found - position), false});
            }
            if (found == rendered.size()) {
                break;
            }
            const size_t index = std::stoul(rendered.substr(found + word_.size(), number_digits));
            spans.push_back({texts_.at(index).text, true});
            is_seen.at(index) = true;
            position = found + word_.size() + number_digits;
        }
        for (size_t index = 0; index < texts_.size(); index++) {
            if (texts_[index].is_needed && !is_seen[index]) {
                return {};
            }
        }
        return spans;
    }

private:
    struct Text {
        std::string text;
        bool is_needed;
    };
    static constexpr size_t number_digits = 8;

    std::string word_ = random_word();
    std::vector<Text> texts_;
};

/** For templates without a system role: its text begins the first message of the user. */
Messages fold_system(const Messages &messages) {
    Messages folded;
    std::string system;
    for (const common_chat_msg &message : messages) {
        if (message.role == "system") {
            system += message.content + "\n\n";
            continue;
        }
        folded.push_back(message);
        if (message.role == "user" && !system.empty()) {
            folded.back().content = std::exchange(system, "") + message.content;
        }
    }
    if (!system.empty()) {
        common_chat_msg message;
        message.role = "user";
        message.content = system;
        folded.push_back(message);
    }
    return folded;
}

/** For templates that insist on alternating roles. */
Messages join_same_role(const Messages &messages) {
    Messages joined;
    for (const common_chat_msg &message : messages) {
        if (joined.empty() || joined.back().role != message.role) {
            joined.push_back(message);
        } else {
            joined.back().content += "\n\n" + message.content;
        }
    }
    return joined;
}

Messages with_markers(const std::vector<PromptMessage> &messages, Markers &markers) {
    Messages marked;
    for (const PromptMessage &message : messages) {
        common_chat_msg next;
        next.role = message.role;
        next.content = markers.stand_in(message.text, true);
        next.reasoning_content = markers.stand_in(message.reasoning, false);
        marked.push_back(std::move(next));
    }
    return marked;
}

} // namespace

ChatFormat::ChatFormat(const llama_model *model) {
    try {
        templates_ = common_chat_templates_init(model, "");
    } catch (const std::exception &error) {
        break_template(error.what());
    }
    // A template that cannot render one question is refused now, not at the first message.
    const auto start = std::chrono::steady_clock::now();
    Conversation question;
    question.messages.emplace_back();
    question.messages.back().role = "user";
    question.messages.back().text = "Hello";
    render(question);
    if (std::chrono::steady_clock::now() - start > max_render_time) {
        break_template("rendering one message takes longer than 5 seconds");
    }
}

bool ChatFormat::can_think() const {
    return common_chat_templates_support_enable_thinking(templates_.get());
}

RenderedChat ChatFormat::render(const Conversation &conversation) const {
    Markers markers;
    const Messages messages = with_markers(conversation.messages, markers);
    std::string first_problem;
    const auto attempt = [&](const Messages &variant, RenderedChat &rendered) {
        common_chat_templates_inputs inputs;
        inputs.messages = variant;
        inputs.enable_thinking = conversation.enable_thinking;
        inputs.reasoning_format = COMMON_REASONING_FORMAT_AUTO;
        try {
            rendered.params = common_chat_templates_apply(templates_.get(), inputs);
        } catch (const std::exception &error) {
            first_problem = first_problem.empty() ? error.what() : first_problem;
            return false;
        }
        if (rendered.params.prompt.size() > max_rendered_bytes) {
            break_template("the rendered prompt is longer than 16 MiB");
        }
        rendered.spans = markers.restore(rendered.params.prompt);
        if (rendered.spans.empty()) {
            first_problem = first_problem.empty() ? "the template leaves out a message" : first_problem;
        }
        return !rendered.spans.empty();
    };
    RenderedChat rendered;
    const bool is_done = attempt(messages, rendered) || attempt(fold_system(messages), rendered) ||
                         attempt(join_same_role(messages), rendered) ||
                         attempt(join_same_role(fold_system(messages)), rendered);
    if (!is_done) {
        break_template(first_problem);
    }
    return rendered;
}

} // namespace parley
