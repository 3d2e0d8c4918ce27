#pragma once

#include "job.h"

#include <memory>
#include <mutex>
#include <optional>

namespace parley {

/** A job whose callback gets fractions in [0, 1], rising: at most one message about it is on its way. */
class ProgressJob : public Job {
public:
    ProgressJob(Napi::Env env, std::shared_ptr<JobBoard> board, std::optional<Napi::Function> on_progress)
        : Job(env, std::move(board), on_progress) {}

protected:
    /** Any thread. */
    void report(double fraction);

private:
    std::mutex mutex_;
    double fraction_ = 0;
    double told_ = -1;
    bool is_telling_ = false;
};

} // namespace parley
