#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <utility>

namespace parley {

/** One `llama_decode` that ended well. */
struct DecodeObservation {
    /** Tokens computed. */
    size_t tokens;
    /** Tokens already in the sequences they belong to, all together: attention takes longer with them. */
    size_t depth_tokens;
    double milliseconds;
};

/**
 * Chooses the number of compute threads while the machine is used by others too. ggml's threads wait for each
 * other many times for each token; where another program holds one of the cores, all wait for it, and a
 * thread less is faster by far. So: speed that stays under half of the best seen for the same kind of batch
 * drops a thread, if that helps; after some seconds of computing one more is tried again, and kept if it is
 * faster. Time in which nothing is computed counts as well: who comes back after a pause finds the machine as
 * it is then. Nothing here knows the time: only what observations last. Pure; one thread at a time.
 */
class ThreadGovernor {
public:
    /** Computing time between two trials of one more thread, at first; it doubles while they do not help. */
    static constexpr double first_wait_ms = 5000;
    static constexpr double longest_wait_ms = 80000;

    /** Begins with, and never exceeds, `most_threads` (1 or more). */
    explicit ThreadGovernor(int most_threads) : most_threads_(most_threads), threads_(most_threads) {}

    int threads() const { return threads_; }

    /** Notes a computation that used `threads()`. Returns the threads for the next one. */
    int note(const DecodeObservation &observation);

    /** Notes that nothing was computed for so long. */
    void rest(double milliseconds) {
        if (!trial_) {
            since_change_ms_ += milliseconds;
        }
    }

private:
    /** Batches of one size class over contexts of one size class are as fast as each other. */
    using Shape = std::pair<int, int>;
    struct Speed {
        double best = 0;
        double recent = 0;
    };
    /** A change on trial: what it took, and what the same would have taken before. */
    struct Trial {
        int threads_before;
        double spent_ms = 0;
        double before_ms = 0;
        int observations = 0;
    };

    static Shape shape_of(const DecodeObservation &observation);
    void watch(const Speed &speed, double milliseconds);
    void judge(const Shape &shape, const DecodeObservation &observation);
    void begin_trial(int threads);
    void end_trial(bool is_kept);

    int most_threads_;
    int threads_;
    std::map<std::pair<Shape, int>, Speed> speeds_;
    std::optional<Trial> trial_;
    int slow_observations_ = 0;
    double slow_ms_ = 0;
    double since_change_ms_ = 0;
    double drop_wait_ms_ = 0;
    double rise_wait_ms_ = first_wait_ms;
};

} // namespace parley
