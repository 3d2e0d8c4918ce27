#include "embed-queue.h"

#include "fault.h"

#include <algorithm>
#include <utility>

namespace parley {

namespace {

int urgency_of(const EmbedRun &run) {
    if (run.is_visible()) {
        return 2;
    }
    return run.aim() == EmbedAim::counts ? 1 : 0;
}

} // namespace

void EmbedQueue::add(std::unique_ptr<EmbedRun> run, EmbedListener listener) {
    const int urgency = urgency_of(*run);
    const auto less_urgent = std::find_if(entries_.begin(), entries_.end(), [&](const Entry &entry) {
        return urgency_of(*entry.run) < urgency;
    });
    entries_.insert(less_urgent, Entry{std::move(run), std::move(listener)});
}

bool EmbedQueue::has_visible() const {
    return !entries_.empty() && entries_.front().run->is_visible();
}

bool EmbedQueue::step(const std::atomic<bool> &has_commands) {
    end_cancelled();
    if (entries_.empty()) {
        return false;
    }
    Entry &first = entries_.front();
    try {
        if (!first.run->is_done()) {
            first.run->step(has_commands);
            first.listener.on_progress(first.run->fraction());
        }
    } catch (...) {
        const Entry failed = std::move(first);
        entries_.pop_front();
        failed.listener.on_fault(std::current_exception());
        return true;
    }
    if (first.run->is_done()) {
        const Entry done = std::move(first);
        entries_.pop_front();
        done.listener.on_end(*done.run);
    }
    return true;
}

void EmbedQueue::end_cancelled() {
    const auto ended = std::stable_partition(entries_.begin(), entries_.end(),
                                             [](const Entry &entry) { return !entry.run->is_cancelled(); });
    std::for_each(ended, entries_.end(), end_as_cancelled);
    entries_.erase(ended, entries_.end());
}

void EmbedQueue::end_all() {
    std::for_each(entries_.begin(), entries_.end(), end_as_cancelled);
    entries_.clear();
}

void EmbedQueue::end_as_cancelled(const Entry &entry) {
    entry.listener.on_fault(std::make_exception_ptr(Fault("cancelled")));
}

} // namespace parley
