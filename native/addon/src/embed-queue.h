#pragma once

#include "embed-run.h"

#include <atomic>
#include <deque>
#include <exception>
#include <functional>
#include <memory>

namespace parley {

/** Who waits for vectors. Called on the engine thread, `on_end` or `on_fault` last and once; must not throw.
 */
struct EmbedListener {
    std::function<void(double fraction)> on_progress;
    /** The run holds the vectors. */
    std::function<void(EmbedRun &run)> on_end;
    /** Code `cancelled` where somebody cancelled. */
    std::function<void(const std::exception_ptr &error)> on_fault;
};

/**
 * What waits to be embedded, one run after the other, a step at a time: first what a person waits for, then
 * what is only counted. Engine thread.
 */
class EmbedQueue {
public:
    EmbedQueue() = default;
    EmbedQueue(const EmbedQueue &) = delete;
    EmbedQueue &operator=(const EmbedQueue &) = delete;
    ~EmbedQueue() { end_all(); }

    void add(std::unique_ptr<EmbedRun> run, EmbedListener listener);

    /** Does a piece of the first run; see `EmbedRun::step`. False where nothing waits. */
    bool step(const std::atomic<bool> &has_commands);

    /** Whether a person waits for one of them. */
    bool has_visible() const;

    /** Ends those that somebody cancelled, wherever they stand. */
    void end_cancelled();

    /** Ends all as cancelled: their embedder goes. */
    void end_all();

private:
    struct Entry {
        std::unique_ptr<EmbedRun> run;
        EmbedListener listener;
    };
    static void end_as_cancelled(const Entry &entry);

    std::deque<Entry> entries_;
};

} // namespace parley
