// The surface of index.d.ts. JavaScript thread.
#include "call-filter.h"
#include "event-loop.h"
#include "file-rules.h"
#include "forbidden-acts.h"
#include "limits.h"
#include "watchdog.h"

#include <napi.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace parley {

namespace {

/** A whole number in [1, 2^53). @throws Napi::TypeError */
uint64_t positive(const Napi::Object &options, const char *key) {
    const Napi::Value value = options.Get(key);
    const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : 0;
    if (!(number >= 1 && number <= 9007199254740991.0) || std::floor(number) != number) {
        throw Napi::TypeError::New(options.Env(), std::string(key) + " must be a whole number above 0");
    }
    return static_cast<uint64_t>(number);
}

Napi::Value restrict_process(const Napi::CallbackInfo &info) {
    const Napi::Env env = info.Env();
    if (!info[0].IsObject()) {
        throw Napi::TypeError::New(env, "options must be an object");
    }
    const auto options = info[0].As<Napi::Object>();
    Limits limits;
    limits.data_bytes = positive(options, "dataBytes");
    limits.cpu_seconds = positive(options, "cpuSeconds");
    limits.too_heavy_exit_code = static_cast<int>(positive(options, "tooHeavyExitCode"));
    limits.too_slow_exit_code = static_cast<int>(positive(options, "tooSlowExitCode"));

    // In this order: the watchdog needs a thread and a descriptor, Landlock calls that the filter refuses.
    const bool is_watched = start_watchdog(limits);
    const bool is_limited = limit_process(limits);
    give_up_new_privileges();
    const FileRules files = forbid_files();
    const bool is_ring_needed = ring_use(env) == RingUse::needed;
    const bool is_filtered = filter_calls(is_ring_needed ? RingCalls::allowed : RingCalls::refused);
    if (is_filtered && !is_ring_needed && !remake_event_loop(env)) {
        throw Napi::Error::New(env, "the event loop could not be made anew");
    }
    // A ring that stays open can still do what the filter refuses: not held, then.
    const bool are_calls_filtered = is_filtered && !is_ring_needed;

    Napi::Object result = Napi::Object::New(env);
    // Either holds it; where the system counts too, a process that silenced its watchdog is still held.
    result.Set("limits", is_watched || is_limited);
    // The filter refuses every call that opens: files are shut even where Landlock is missing.
    result.Set("files", are_calls_filtered || files.is_enforced);
    result.Set("calls", are_calls_filtered);
    result.Set("landlockAbi", files.is_enforced ? files.abi : 0);
    return result;
}

Napi::Value exec_refused(const Napi::CallbackInfo &info) {
    return Napi::Boolean::New(info.Env(), is_exec_refused());
}

Napi::Value ptrace_refused(const Napi::CallbackInfo &info) {
    return Napi::Boolean::New(info.Env(), is_ptrace_refused());
}

Napi::Value end_process(const Napi::CallbackInfo &info) {
    std::_Exit(info[0].ToNumber().Int32Value());
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
    exports.Set("restrict", Napi::Function::New(env, restrict_process, "restrict"));
    exports.Set("end", Napi::Function::New(env, end_process, "end"));
    exports.Set("isExecRefused", Napi::Function::New(env, exec_refused, "isExecRefused"));
    exports.Set("isPtraceRefused", Napi::Function::New(env, ptrace_refused, "isPtraceRefused"));
    return exports;
}

} // namespace

} // namespace parley

// NOLINTNEXTLINE: the macro needs a name in the global namespace
static Napi::Object init_sandbox(Napi::Env env, Napi::Object exports) {
    return parley::init(env, exports);
}

NODE_API_MODULE(sandbox, init_sandbox)
