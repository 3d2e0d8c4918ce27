#pragma once

#include "drafter.h"
#include "model.h"
#include "prompt-thread.h"
#include "run.h"
#include "seats.h"
#include "state-keeper.h"
#include "thread-governor.h"

#include <atomic>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace parley {

/** Since the model was loaded, in cells. */
struct SchedulerCounters {
    size_t computed = 0;
    size_t reused = 0;
    size_t restored = 0;
};

/**
 * Decides what the context computes next. Many runs share one context: each step is one batch of at most one
 * ubatch, in which every visible run that answers has its next token and one that reads its prompt has the
 * rest. Background runs get a small share of the time while anything visible goes on, in steps of their own.
 * Between two steps the engine thread looks at its commands, so a cancel or a new question never waits longer
 * than one step. Engine thread; borrows the model.
 */
class Scheduler : public std::enable_shared_from_this<Scheduler> {
public:
    /** `post` runs a function on the engine thread, from any thread. */
    using Post = std::function<void(std::function<void()>)>;

    /** `has_commands`: somebody wants the engine thread; background steps give way. Outlives the scheduler.
     */
    Scheduler(Model &model, std::unique_ptr<StateKeeper> keeper, Post post,
              const std::atomic<bool> &has_commands);
    Scheduler(const Scheduler &) = delete;
    Scheduler &operator=(const Scheduler &) = delete;
    /** Ends all runs as cancelled. */
    ~Scheduler();

    /** Takes over a run; its listener hears of it until its end. */
    void add(std::unique_ptr<Run> run);

    /** Computes one batch. False where nothing can go on before the next command. */
    bool step();

    /** Drops all that is kept of a conversation; its runs end as cancelled. `done`: any thread. */
    void forget(const std::string &sequence_key, std::function<void()> done);

    /** Compute threads from the next step on; fewer are used while the machine is contended. */
    void set_threads(int count);

    /** Whether anybody looks on while an answer, or its prompt, is computed. */
    bool has_visible_work() const;

    StateKeeper &keeper() { return *keeper_; }
    const Seats &seats() const { return seats_; }
    const SchedulerCounters &counters() const { return counters_; }

private:
    /** A run's part of a batch. */
    struct Portion {
        Run *run;
        size_t first_index;
        std::vector<llama_token> tokens;
        bool is_reading;
    };
    enum class Outcome { done, full, aborted };

    // scheduler.cpp
    /** Does what follows a step for one run: whatever is thrown ends this run alone. */
    void go_on(Run &run, const std::function<void()> &work);
    void end_cancelled();
    void finish(Run &run, StopReason reason);
    void fail(Run &run, std::exception_ptr error);
    void leave(Run &run);
    void keep(const Run &run, bool is_place);
    bool is_backgrounds_turn() const;
    std::vector<Portion> choose(bool is_background);
    Outcome compute(const std::vector<Portion> &portions);
    /** What a status of `llama_decode` other than 0 means. @throws std::runtime_error */
    static Outcome failure_of(int32_t status);
    static void drop_unnoted(Run &run);
    /** Counts the cells of a prompt made of `conversation` or of its end. @throws Fault `picture.refused` */
    std::function<size_t(const FittedPrompt &)> cell_counter(const Conversation &conversation) const;
    void account(const std::vector<Portion> &portions, bool is_background, double ms);
    bool make_room();

    // admission.cpp
    void on_prompt(Run &run, BuiltPrompt built, const std::exception_ptr &error);
    /** An answer takes over from what was computed ahead for it. */
    void end_warming(const Run &answer);
    void admit();
    bool is_blocked(const Run &run) const;
    void place(Run &run);
    std::optional<PrefixMatch> find_kept(const Run &run, size_t limit) const;
    void fetch(Run &run, PrefixMatch match);
    void on_fetched(Run &run, const std::optional<CacheBytes> &state, size_t cells);
    void begin_reading(Run &run, size_t reused, size_t restored);
    Run *find_run(uint64_t order);

    // looking.cpp
    /** A run whose next cells are a picture's. */
    Run *looking_run(bool is_background) const;
    void look(Run &run);
    Outcome compute_picture(Run &run, const PictureRun &picture, const std::vector<float> &embeddings);

    // turns.cpp
    void after_reading(Run &run, const Portion &portion);
    /** Goes on after cells were read; the last one's result lies at this index. */
    void after_cells(Run &run, int32_t result_index);
    void begin_writing(Run &run);
    std::vector<llama_token> guess_for(Run &run, size_t limit);
    void after_writing(Run &run, const Portion &portion);
    /** Takes the token at this index of the last batch's output; false where the run is over. */
    bool choose_token(Run &run, int32_t index);
    void give(Run &run, const AnswerDelta &delta);
    std::string piece_of(const Run &run, llama_token token) const;

    Model &model_;
    std::unique_ptr<StateKeeper> keeper_;
    Post post_;
    const std::atomic<bool> &has_commands_;
    Seats seats_;
    StepCosts costs_;
    ThreadGovernor governor_;
    SteadyClock::time_point last_step_ = SteadyClock::now();
    SchedulerCounters counters_;
    std::list<std::unique_ptr<Run>> runs_;
    uint64_t next_order_ = 0;
    size_t context_tokens_;
    size_t step_tokens_;
    double visible_ms_ = 0;
    double background_ms_ = 0;
    /** Last: it borrows what stands above, and its thread ends first. */
    std::unique_ptr<PromptThread> prompt_thread_;
};

} // namespace parley
