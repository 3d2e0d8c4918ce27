#pragma once

#include "limits.h"

namespace parley {

/**
 * Starts a thread that looks at this process ten times a second and ends it, at once and with the exit code
 * that says why, when it is past a limit. The same on every system; JavaScript that never returns cannot hold
 * it up. Call it before the process restricts itself. False where no thread could be had.
 */
bool start_watchdog(const Limits &limits);

} // namespace parley
