#include "thread-governor.h"

#include <algorithm>

namespace parley {

namespace {

// A collapse is a factor of five to fifty; heat and a longer context are not. A half is between them.
constexpr double collapsed_share = 0.5;
constexpr int collapsed_observations = 4;
constexpr double collapsed_ms = 250;
// With seconds for each token nobody waits for four of them.
constexpr double patience_ms = 1500;

constexpr int trial_observations = 6;
constexpr double trial_ms = 100;
// A drop must help clearly, since it costs half of the speed when the others are gone.
constexpr double drop_gain = 1.25;
constexpr double rise_gain = 1.05;
constexpr double hopeless_factor = 4;
constexpr double hopeless_ms = 200;

int size_class(size_t value) {
    int size = 0;
    for (; value > 1; value /= 2) {
        size++;
    }
    return size;
}

} // namespace

ThreadGovernor::Shape ThreadGovernor::shape_of(const DecodeObservation &observation) {
    return {size_class(observation.tokens), size_class(observation.depth_tokens / 512)};
}

int ThreadGovernor::note(const DecodeObservation &observation) {
    if (observation.tokens == 0 || !(observation.milliseconds > 0)) {
        return threads_;
    }
    const Shape shape = shape_of(observation);
    const double speed_now = static_cast<double>(observation.tokens) / observation.milliseconds;
    Speed &speed = speeds_[{shape, threads_}];
    speed.recent = speed.best == 0 ? speed_now : 0.7 * speed.recent + 0.3 * speed_now;
    speed.best = std::max(speed.best, speed_now);
    since_change_ms_ += observation.milliseconds;
    if (trial_) {
        judge(shape, observation);
    } else {
        watch({speed.best, speed_now}, observation.milliseconds);
    }
    return threads_;
}

void ThreadGovernor::watch(const Speed &speed, double milliseconds) {
    const bool is_slow = speed.recent < collapsed_share * speed.best;
    slow_observations_ = is_slow ? slow_observations_ + 1 : 0;
    slow_ms_ = is_slow ? slow_ms_ + milliseconds : 0;
    const bool has_collapsed =
        (slow_observations_ >= collapsed_observations && slow_ms_ >= collapsed_ms) || slow_ms_ >= patience_ms;
    if (has_collapsed && threads_ > 1 && since_change_ms_ >= drop_wait_ms_) {
        begin_trial(threads_ - 1);
    } else if (threads_ < most_threads_ && since_change_ms_ >= rise_wait_ms_) {
        begin_trial(threads_ + 1);
    }
}

void ThreadGovernor::judge(const Shape &shape, const DecodeObservation &observation) {
    const auto before = speeds_.find({shape, trial_->threads_before});
    if (before == speeds_.end()) {
        return; // nothing to compare this kind of batch with
    }
    trial_->observations++;
    trial_->spent_ms += observation.milliseconds;
    trial_->before_ms += static_cast<double>(observation.tokens) / before->second.recent;
    const bool is_hopeless = trial_->spent_ms > hopeless_factor * trial_->before_ms + hopeless_ms;
    if (!is_hopeless && (trial_->observations < trial_observations || trial_->spent_ms < trial_ms)) {
        return;
    }
    const double gain = threads_ < trial_->threads_before ? drop_gain : rise_gain;
    end_trial(!is_hopeless && trial_->before_ms >= gain * trial_->spent_ms);
}

void ThreadGovernor::begin_trial(int threads) {
    trial_ = Trial{threads_};
    threads_ = threads;
    slow_observations_ = 0;
    slow_ms_ = 0;
}

void ThreadGovernor::end_trial(bool is_kept) {
    const bool was_drop = threads_ < trial_->threads_before;
    if (was_drop && !is_kept && threads_ > 1) {
        // Two cores may be held, or more. Fewer threads than are free rise again one by one.
        trial_ = Trial{trial_->threads_before};
        threads_ /= 2;
        return;
    }
    double &wait_ms = was_drop ? drop_wait_ms_ : rise_wait_ms_;
    if (is_kept) {
        wait_ms = was_drop ? 0 : first_wait_ms;
    } else {
        wait_ms = std::min(longest_wait_ms, std::max(first_wait_ms, 2 * wait_ms));
        threads_ = trial_->threads_before;
    }
    trial_.reset();
    since_change_ms_ = 0;
}

} // namespace parley
