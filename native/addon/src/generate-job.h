#pragma once

#include "job.h"
#include "requests.h"
#include "run.h"

#include <chrono>
#include <mutex>
#include <vector>

namespace parley {

/**
 * `Engine.generate`. What becomes known is gathered in one batch; at most one message about it is on its
 * way, so a slow JavaScript thread gets longer batches and not more of them.
 */
class GenerateJob : public Job {
public:
    GenerateJob(Napi::Env env, std::shared_ptr<JobBoard> board, Napi::Function on_batch,
                GenerateRequest request)
        : Job(env, std::move(board), on_batch), request_(std::move(request)) {}

protected:
    Settlement run(EngineCore &core) override;
    Settlement never_began() override;
    void before_settling(Napi::Env env) override { deliver(env); }

private:
    struct Batch {
        size_t read_tokens = 0;
        size_t prompt_tokens = 0;
        AnswerDelta answer;
        std::vector<TokenOdds> odds;
        bool has_news = false;
    };

    RunListener listener();
    void add(const AnswerDelta &delta);
    void tell();
    void deliver(Napi::Env env);

    GenerateRequest request_;
    std::mutex mutex_;
    Batch batch_;
    bool is_telling_ = false;
    bool has_told_text_ = false;
    std::chrono::steady_clock::time_point next_tell_{};
};

} // namespace parley
