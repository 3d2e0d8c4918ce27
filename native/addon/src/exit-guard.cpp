#include "exit-guard.h"

#include <cstdlib>
#include <set>
#include <utility>

namespace parley {

namespace {

/** The first load arms at each of its steps; later ones make no more static objects. */
constexpr int most_armed = 8;

/** Never destroyed: it is used while the process exits. */
struct Guards {
    std::mutex mutex;
    std::set<std::function<void()> *> stops;
    int armed = 0;
};

Guards &guards() {
    static auto *const instance = new Guards();
    return *instance;
}

void stop_all() {
    Guards &all = guards();
    std::set<std::function<void()> *> stops;
    {
        const std::lock_guard<std::mutex> lock(all.mutex);
        stops.swap(all.stops);
    }
    for (const auto *stop : stops) {
        (*stop)();
    }
}

} // namespace

ExitGuard::ExitGuard(std::function<void()> stop) : stop_(std::move(stop)) {
    Guards &all = guards();
    const std::lock_guard<std::mutex> lock(all.mutex);
    all.stops.insert(&stop_);
}

ExitGuard::~ExitGuard() {
    Guards &all = guards();
    const std::lock_guard<std::mutex> lock(all.mutex);
    all.stops.erase(&stop_);
}

void ExitGuard::listen(Napi::Env env) {
    const auto process = env.Global().Get("process").As<Napi::Object>();
    const auto find_module = process.Get("getBuiltinModule").As<Napi::Function>();
    const auto threads =
        find_module.Call(process, {Napi::String::New(env, "node:worker_threads")}).As<Napi::Object>();
    if (!threads.Get("isMainThread").ToBoolean()) {
        return;
    }
    const auto on_exit = Napi::Function::New(env, [](const Napi::CallbackInfo &) { stop_all(); });
    process.Get("on").As<Napi::Function>().Call(process, {Napi::String::New(env, "exit"), on_exit});
}

void ExitGuard::arm() {
    Guards &all = guards();
    const std::lock_guard<std::mutex> lock(all.mutex);
    if (all.armed < most_armed) {
        all.armed++;
        (void)std::atexit(stop_all);
    }
}

} // namespace parley
