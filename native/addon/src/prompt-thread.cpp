#include "prompt-thread.h"

#include "fault.h"

#include <utility>

namespace parley {

namespace {

BuiltPrompt build_prompt(const PromptBuilder &prompts, const GenerateRequest &request, Purpose purpose,
                         bool wants_system_end, size_t max_cells,
                         const std::function<size_t(const FittedPrompt &)> &size_of) {
    BuiltPrompt built;
    const Conversation &conversation = request.conversation;
    if (purpose == Purpose::answer && request.overflow == Overflow::forget_oldest) {
        built.fitted = prompts.build_fitting(conversation, request.output_schema, max_cells, size_of);
    } else {
        built.fitted = {prompts.build(conversation, request.output_schema), conversation, 0};
    }
    Prompt &prompt = built.fitted.prompt;
    if (wants_system_end) {
        built.system_items = prompts.system_end(built.fitted.conversation, prompt);
    }
    if (purpose != Purpose::answer) {
        prompt.items =
            purpose == Purpose::typing ? prompts.typing(conversation) : prompts.settled(conversation);
    }
    return built;
}

} // namespace

PromptThread::PromptThread(const PromptBuilder &prompts) : prompts_(prompts) {
    thread_.start([this] { run(); });
}

PromptThread::~PromptThread() {
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        is_stopping_ = true;
        has_work_.notify_one();
    }
    thread_.join();
}

void PromptThread::build(GenerateRequest request, Purpose purpose, bool wants_system_end, size_t max_cells,
                         std::function<size_t(const FittedPrompt &)> size_of,
                         std::shared_ptr<std::atomic<bool>> is_cancelled, Done done) {
    const auto shared = std::make_shared<GenerateRequest>(std::move(request));
    const std::lock_guard<std::mutex> lock(mutex_);
    work_.emplace_back([this, shared, purpose, wants_system_end, max_cells, size_of = std::move(size_of),
                        is_cancelled = std::move(is_cancelled), done = std::move(done)] {
        if (is_cancelled->load()) {
            done({}, std::make_exception_ptr(Fault("cancelled")));
            return;
        }
        BuiltPrompt built;
        std::exception_ptr error;
        try {
            built = build_prompt(prompts_, *shared, purpose, wants_system_end, max_cells, size_of);
        } catch (...) {
            error = std::current_exception();
        }
        done(std::move(built), error);
    });
    has_work_.notify_one();
}

void PromptThread::run() {
    while (true) {
        std::function<void()> work;
        {
            std::unique_lock<std::mutex> lock(mutex_);
            has_work_.wait(lock, [this] { return is_stopping_ || !work_.empty(); });
            if (is_stopping_) {
                return;
            }
            work = std::move(work_.front());
            work_.pop_front();
        }
        work();
    }
}

} // namespace parley
