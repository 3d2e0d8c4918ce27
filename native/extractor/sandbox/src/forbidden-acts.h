#pragma once

namespace parley {

/** Whether running another program is refused. Asks for one that is not there, so that none runs. */
bool is_exec_refused();

/** Whether tracing and reading other processes is refused. Asks in ways that do nothing where they are
 * allowed. */
bool is_ptrace_refused();

} // namespace parley
