#pragma once

#include "args.h"
#include "job.h"

#include <cstdint>

namespace parley {

/** What `Engine.measure` is asked to compute. */
struct MeasureRequest {
    int threads;
    /** Cut to what the context computes in one step. */
    uint32_t batch_tokens;
    uint32_t prompt_tokens;
    uint32_t answer_tokens;
};

/** @throws Napi::TypeError */
MeasureRequest read_measure_request(const ObjectReader &reader);

/**
 * `Engine.measure`: how fast the loaded model is with so many threads. Computes in a spare sequence and
 * leaves nothing behind. A cancel is heard between two operations.
 */
class MeasureJob : public Job {
public:
    MeasureJob(Napi::Env env, std::shared_ptr<JobBoard> board, MeasureRequest request)
        : Job(env, std::move(board), std::nullopt), request_(request) {}

protected:
    Settlement run(EngineCore &core) override;

private:
    MeasureRequest request_;
};

} // namespace parley
