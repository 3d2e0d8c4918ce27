#include "warm-job.h"

#include "engine-thread.h"
#include "js-values.h"
#include "run.h"

#include <utility>

namespace parley {

namespace {

std::function<Napi::Value(Napi::Env)> value_of(const PromptCost &cost, uint64_t encoded_pictures) {
    return [cost, encoded_pictures](Napi::Env env) {
        Napi::Object object = to_js(env, cost);
        object.Set("encodedPictures", static_cast<double>(encoded_pictures));
        return object;
    };
}

} // namespace

Job::Settlement WarmJob::run(EngineCore &core) {
    GenerateRequest request;
    request.sequence_key = std::move(request_.sequence_key);
    request.conversation = std::move(request_.conversation);
    request.priority = Priority::background;
    request.is_ephemeral = request_.is_ephemeral;
    const auto self = std::static_pointer_cast<WarmJob>(shared_from_this());
    RunListener listener;
    listener.on_read = [](size_t, size_t) {};
    listener.on_answer = [](const AnswerDelta &) {};
    listener.on_odds = [](const TokenOdds &) {};
    listener.on_end = [self](const RunResult &result) {
        self->end(value_of(result.cost, result.encoded_pictures));
    };
    listener.on_fault = [self](const std::exception_ptr &error) { self->end_with(error); };
    const Purpose purpose = request_.kind == WarmKind::typing ? Purpose::typing : Purpose::settled;
    core.scheduler().add(
        std::make_unique<Run>(std::move(request), purpose, std::move(listener), shared_cancel_flag()));
    return nullptr;
}

Job::Settlement WarmJob::never_began() {
    return value_of({}, 0);
}

} // namespace parley
