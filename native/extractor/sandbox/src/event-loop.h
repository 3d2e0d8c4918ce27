#pragma once

#include <napi.h>

namespace parley {

/** What stands between this process and a filter that refuses `io_uring`. */
enum class RingUse {
    /** No ring, or one that can be given up. */
    removable,
    /** The event loop belongs to a host that watches it from outside and cannot be told. */
    needed,
};

/** How this process's event loop talks to the kernel. Linux; elsewhere there are no rings. */
RingUse ring_use(Napi::Env env);

/**
 * libuv registers descriptors through an `io_uring`, which reaches past filters of calls and must be refused.
 * Has the event loop made anew while rings are refused: libuv then does without. JavaScript thread, right
 * after the filter is in place. False when it could not; the process is of no use then.
 */
bool remake_event_loop(Napi::Env env);

} // namespace parley
