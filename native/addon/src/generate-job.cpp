#include "generate-job.h"

#include "engine-thread.h"
#include "js-values.h"

#include <utility>

namespace parley {

namespace {

constexpr auto pause = std::chrono::milliseconds(16);

const char *name_of(StopReason reason) {
    switch (reason) {
    case StopReason::end:
        return "end";
    case StopReason::length:
        return "length";
    case StopReason::cancelled:
        break;
    }
    return "cancelled";
}

std::function<Napi::Value(Napi::Env)> value_of(RunResult result) {
    return [result = std::move(result)](Napi::Env env) {
        Napi::Object object = to_js(env, result.cost);
        object.Set("stopReason", name_of(result.stop_reason));
        object.Set("stopString", result.stop_string ? Napi::Value(Napi::String::New(env, *result.stop_string))
                                                    : env.Null());
        object.Set("answerTokens", static_cast<double>(result.answer_tokens.size()));
        object.Set("answerTokenIds", to_js(env, result.answer_tokens));
        object.Set("encodedPictures", static_cast<double>(result.encoded_pictures));
        object.Set("forgottenMessages", static_cast<double>(result.forgotten_messages));
        object.Set("draftedTokens", static_cast<double>(result.drafted_tokens));
        object.Set("acceptedTokens", static_cast<double>(result.accepted_tokens));
        object.Set("firstTokenMs", result.first_token_ms);
        object.Set("promptMs", result.prompt_ms);
        object.Set("answerMs", result.answer_ms);
        return object;
    };
}

} // namespace

Job::Settlement GenerateJob::run(EngineCore &core) {
    core.scheduler().add(
        std::make_unique<Run>(std::move(request_), Purpose::answer, listener(), shared_cancel_flag()));
    return nullptr;
}

RunListener GenerateJob::listener() {
    // Held by the run, so that the job lives as long as somebody may tell it something.
    const auto self = std::static_pointer_cast<GenerateJob>(shared_from_this());
    RunListener listener;
    listener.on_read = [self](size_t read_tokens, size_t prompt_tokens) {
        const std::lock_guard<std::mutex> lock(self->mutex_);
        self->batch_.read_tokens = read_tokens;
        self->batch_.prompt_tokens = prompt_tokens;
        self->batch_.has_news = true;
        self->tell();
    };
    listener.on_answer = [self](const AnswerDelta &delta) { self->add(delta); };
    listener.on_odds = [self](const TokenOdds &odds) {
        const std::lock_guard<std::mutex> lock(self->mutex_);
        self->batch_.odds.push_back(odds);
        self->batch_.has_news = true;
    };
    listener.on_end = [self](const RunResult &result) { self->end(value_of(result)); };
    listener.on_fault = [self](const std::exception_ptr &error) { self->end_with(error); };
    return listener;
}

void GenerateJob::add(const AnswerDelta &delta) {
    const std::lock_guard<std::mutex> lock(mutex_);
    batch_.answer.append(delta);
    batch_.has_news = true;
    if (!has_told_text_) {
        has_told_text_ = true; // the first words go out at once
        next_tell_ = {};
    }
    tell();
}

Job::Settlement GenerateJob::never_began() {
    return value_of({});
}

void GenerateJob::tell() {
    const auto now = std::chrono::steady_clock::now();
    if (is_telling_ || now < next_tell_) {
        return;
    }
    is_telling_ = true;
    next_tell_ = now + pause;
    board().queue().post([self = shared_from_this(), this](Napi::Env env) { deliver(env); });
}

void GenerateJob::deliver(Napi::Env env) {
    Batch batch;
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        is_telling_ = false;
        if (!batch_.has_news) {
            return;
        }
        std::swap(batch, batch_);
        batch_.read_tokens = batch.read_tokens;
        batch_.prompt_tokens = batch.prompt_tokens;
    }
    call_back(env, [&](Napi::Env inner) {
        Napi::Object object = Napi::Object::New(inner);
        object.Set("readTokens", static_cast<double>(batch.read_tokens));
        object.Set("promptTokens", static_cast<double>(batch.prompt_tokens));
        set_answer(object, batch.answer, batch.odds);
        return object;
    });
}

} // namespace parley
