#include "progress-job.h"

#include <algorithm>

namespace parley {

namespace {

constexpr double smallest_step = 0.005;

} // namespace

void ProgressJob::report(double fraction) {
    const std::lock_guard<std::mutex> lock(mutex_);
    fraction_ = std::max(fraction_, fraction);
    // So that a busy JavaScript thread gets one line and not hundreds; the end is always told.
    const bool is_news = fraction_ - told_ >= smallest_step || (fraction_ >= 1 && told_ < 1);
    if (is_telling_ || !is_news) {
        return;
    }
    is_telling_ = true;
    board().queue().post([self = shared_from_this(), this](Napi::Env env) {
        double told = 0;
        {
            const std::lock_guard<std::mutex> inner(mutex_);
            is_telling_ = false;
            told_ = fraction_;
            told = told_;
        }
        call_back(env, [told](Napi::Env inner) { return Napi::Number::New(inner, told); });
    });
}

} // namespace parley
