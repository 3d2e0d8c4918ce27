#include "event-loop.h"

#if defined(__linux__)

#include <dirent.h>
#include <dlfcn.h>
#include <unistd.h>

#include <memory>
#include <string>

struct uv_loop_s;

namespace parley {

namespace {

using ForkLoop = int (*)(uv_loop_s *);

bool has_ring() {
    const std::string folder = "/proc/self/fd";
    const std::unique_ptr<DIR, int (*)(DIR *)> entries(opendir(folder.c_str()), closedir);
    if (!entries) {
        return true;
    }
    while (const dirent *entry = readdir(entries.get())) {
        char target[64] = {};
        const std::string link = folder + "/" + entry->d_name;
        if (readlink(link.c_str(), target, sizeof(target) - 1) > 0 &&
            std::string(target) == "anon_inode:[io_uring]") {
            return true;
        }
    }
    return false;
}

/** Node's program exports libuv. Nothing where the host does not. */
ForkLoop fork_loop() {
    return reinterpret_cast<ForkLoop>(dlsym(RTLD_DEFAULT, "uv_loop_fork"));
}

/** Electron runs Node's loop from its own and watches its descriptor. */
bool is_electron(Napi::Env env) {
    const Napi::Value process = env.Global().Get("process");
    return process.As<Napi::Object>().Get("versions").As<Napi::Object>().Has("electron");
}

} // namespace

RingUse ring_use(Napi::Env env) {
    if (!has_ring()) {
        return RingUse::removable;
    }
    return is_electron(env) || fork_loop() == nullptr ? RingUse::needed : RingUse::removable;
}

bool remake_event_loop(Napi::Env env) {
    uv_loop_s *loop = nullptr;
    const ForkLoop fork = fork_loop();
    if (is_electron(env) || fork == nullptr) {
        return true;
    }
    return napi_get_uv_event_loop(env, &loop) == napi_ok && fork(loop) == 0;
}

} // namespace parley

#else

namespace parley {

RingUse ring_use(Napi::Env /*env*/) {
    return RingUse::removable;
}

bool remake_event_loop(Napi::Env /*env*/) {
    return true;
}

} // namespace parley

#endif
