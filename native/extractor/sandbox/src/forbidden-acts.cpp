#include "forbidden-acts.h"

#if defined(__linux__)

#include <sys/ptrace.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>

namespace parley {

namespace {

/** Rules say EPERM or EACCES before anything else is looked at. */
bool is_refusal(long result) {
    return result < 0 && (errno == EPERM || errno == EACCES);
}

} // namespace

bool is_exec_refused() {
    char name[] = "parley";
    char *arguments[] = {name, nullptr};
    char *environment[] = {nullptr};
    return is_refusal(execve("/nonexistent/parley", arguments, environment));
}

bool is_ptrace_refused() {
    // Not traced by us: ESRCH where tracing is allowed, whoever may trace whom.
    errno = 0;
    const long word = ptrace(PTRACE_PEEKDATA, getppid(), nullptr, nullptr);
    const bool is_tracing_refused = word == -1 && (errno == EPERM || errno == EACCES);
    // Its own memory, which every process may read this way.
    char from = 1;
    char to = 0;
    const iovec source{&from, sizeof(from)};
    const iovec target{&to, sizeof(to)};
    return is_tracing_refused && is_refusal(process_vm_readv(getpid(), &target, 1, &source, 1, 0));
}

} // namespace parley

#else

namespace parley {

// Nothing holds the process back here.
bool is_exec_refused() {
    return false;
}

bool is_ptrace_refused() {
    return false;
}

} // namespace parley

#endif
