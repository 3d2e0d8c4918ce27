#pragma once

namespace parley {

/** Whether work may go on through rings that are open. They can do what the filter refuses. */
enum class RingCalls { refused, allowed };

/**
 * Lets every thread of this process make only system calls that work on what it has already: memory, threads
 * of its own, descriptors that are open. Any other (opening, starting programs, sockets, other processes,
 * mounts, tracing, whatever kernels add) fails with EPERM, so that a parser sees an error and not a dead
 * process. Sets `no_new_privs`. Linux on x86-64 and arm64; false elsewhere or where the kernel refuses.
 */
bool filter_calls(RingCalls rings);

/** Sets `no_new_privs` for this thread, which both kinds of rules need. False where there is no such thing.
 */
bool give_up_new_privileges();

} // namespace parley
