#pragma once

#include "prompt-builder.h"
#include "requests.h"
#include "run.h"
#include "worker-thread.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

namespace parley {

/** What became of a run's messages. */
struct BuiltPrompt {
    FittedPrompt fitted;
    /** Items of the system part, which other conversations begin with too; 0 where nobody asked. */
    size_t system_items = 0;
};

/**
 * Renders and tokenises prompts beside the engine thread, one after the other: a slow template stalls no
 * answer, and who waits for it can leave. Borrows the builder and the vocabulary, whose functions used here
 * are safe beside a computation.
 */
class PromptThread {
public:
    using Done = std::function<void(BuiltPrompt prompt, const std::exception_ptr &error)>;

    explicit PromptThread(const PromptBuilder &prompts);
    PromptThread(const PromptThread &) = delete;
    PromptThread &operator=(const PromptThread &) = delete;
    /** Lets the prompt in work end and drops the others. */
    ~PromptThread();

    /**
     * `size_of` counts the cells of a prompt, at most `max_cells` of which fit. `wants_system_end` costs two
     * renders more. `is_cancelled`: it is not even begun. `done` is called on the prompt thread and must not
     * throw.
     */
    void build(GenerateRequest request, Purpose purpose, bool wants_system_end, size_t max_cells,
               std::function<size_t(const FittedPrompt &)> size_of,
               std::shared_ptr<std::atomic<bool>> is_cancelled, Done done);

private:
    void run();

    const PromptBuilder &prompts_;
    std::mutex mutex_;
    std::condition_variable has_work_;
    std::deque<std::function<void()>> work_;
    bool is_stopping_ = false;
    WorkerThread thread_;
};

} // namespace parley
