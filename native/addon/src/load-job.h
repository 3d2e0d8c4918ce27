#pragma once

#include "job.h"
#include "model.h"
#include "requests.h"

#include <mutex>

namespace parley {

/** `Engine.load`: replaces the model. See `Job` for threads and ownership. */
class LoadJob : public Job {
public:
    LoadJob(Napi::Env env, std::shared_ptr<JobBoard> board, Napi::Function on_progress, LoadRequest request)
        : Job(env, std::move(board), on_progress), request_(std::move(request)) {}

protected:
    Settlement run(EngineCore &core) override;
    void before_settling(Napi::Env env) override;

private:
    void report(double fraction);

    LoadRequest request_;
    std::mutex mutex_;
    double fraction_ = 0;
    double told_ = -1;
    bool is_telling_ = false;
    /** The old model is gone: from then on this job says what is held. */
    bool has_unloaded_ = false;
    uint64_t held_bytes_ = 0;
};

} // namespace parley
