#include "load-job.h"

#include "engine-thread.h"
#include "fault.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace parley {

namespace {

constexpr double smallest_step = 0.005;

Napi::Value to_js(Napi::Env env, const ModelFacts &facts, uint32_t batch_tokens, StateKind state_kind,
                  double load_ms) {
    Napi::Object object = Napi::Object::New(env);
    object.Set("description", facts.description);
    object.Set("contextTokens", facts.context_tokens);
    object.Set("trainedContextTokens", facts.trained_context_tokens);
    object.Set("canSee", facts.can_see);
    object.Set("canThink", facts.can_think);
    object.Set("deviceName", facts.device_name);
    object.Set("fingerprint", to_hex(facts.fingerprint));
    object.Set("batchTokens", batch_tokens);
    object.Set("stateKind", name_of(state_kind));
    object.Set("memoryBytes", static_cast<double>(facts.memory_bytes));
    object.Set("mappedBytes", static_cast<double>(facts.mapped_bytes));
    object.Set("loadMs", load_ms);
    return object;
}

} // namespace

Job::Settlement LoadJob::run(EngineCore &core) {
    const auto start = std::chrono::steady_clock::now();
    // A file that is refused leaves the loaded model alone; only then is its memory needed.
    Model::check(request_);
    has_unloaded_ = true;
    core.unload();
    core.set_model(
        Model::load(request_, core.threads(), cancel_flag(), [this](double fraction) { report(fraction); }),
        request_.cache);
    if (is_cancelled()) {
        core.unload();
        throw Fault("cancelled");
    }
    const ModelFacts facts = core.model().facts();
    held_bytes_ = facts.memory_bytes;
    const uint32_t batch_tokens = llama_n_ubatch(core.model().context());
    const StateKind state_kind = core.scheduler().keeper().kind();
    const double load_ms =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    return [=](Napi::Env env) { return to_js(env, facts, batch_tokens, state_kind, load_ms); };
}

void LoadJob::report(double fraction) {
    const std::lock_guard<std::mutex> lock(mutex_);
    fraction_ = std::max(fraction_, fraction);
    // At most one message on its way, so that a busy JavaScript thread gets one line and not hundreds.
    if (is_telling_ || fraction_ - told_ < smallest_step) {
        return;
    }
    is_telling_ = true;
    board().queue().post([self = shared_from_this(), this](Napi::Env env) {
        {
            const std::lock_guard<std::mutex> inner(mutex_);
            is_telling_ = false;
            told_ = fraction_;
        }
        call_back(env, [this](Napi::Env inner) { return Napi::Number::New(inner, told_); });
    });
}

void LoadJob::before_settling(Napi::Env env) {
    if (has_unloaded_) {
        board().set_external_bytes(env, held_bytes_);
    }
}

} // namespace parley
