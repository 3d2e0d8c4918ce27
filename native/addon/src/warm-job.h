#pragma once

#include "job.h"
#include "requests.h"

namespace parley {

/** `Engine.warm`. */
class WarmJob : public Job {
public:
    WarmJob(Napi::Env env, std::shared_ptr<JobBoard> board, WarmRequest request)
        : Job(env, std::move(board), std::nullopt), request_(std::move(request)) {}

protected:
    Settlement run(EngineCore &core) override;
    Settlement never_began() override;

private:
    WarmRequest request_;
};

} // namespace parley
