#include "call-filter.h"

#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__))

#include "allowed-calls.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace parley {

namespace {

#if defined(__x86_64__)
constexpr uint32_t architecture = AUDIT_ARCH_X86_64;
#else
constexpr uint32_t architecture = AUDIT_ARCH_AARCH64;
#endif

// By number where headers of a build machine may not know them; the same on both processors.
constexpr uint32_t io_uring_enter_call = 426;
constexpr uint32_t clone3_call = 435;
constexpr uint32_t close_range_call = 436;
constexpr uint32_t epoll_pwait2_call = 441;
constexpr uint32_t futex_waitv_call = 449;
constexpr uint32_t statx_call = SYS_statx;
/** Numbers with this bit are another way into the same calls on x86-64. */
constexpr uint32_t x32_bit = 0x40000000;

constexpr uint32_t number_at = offsetof(seccomp_data, nr);
constexpr uint32_t architecture_at = offsetof(seccomp_data, arch);

/** The low half of an argument: both processors keep it first. Flags, ids and commands fit in it. */
constexpr uint32_t argument_at(uint32_t index) {
    return static_cast<uint32_t>(offsetof(seccomp_data, args) + index * sizeof(uint64_t));
}

/** A filter as it grows: checks that allow, and at its end the refusal. */
class FilterProgram {
public:
    FilterProgram() {
        load(architecture_at);
        add(BPF_JMP | BPF_JEQ | BPF_K, architecture, 1, 0);
        refuse(EPERM);
        load(number_at);
        add(BPF_JMP | BPF_JGE | BPF_K, x32_bit, 0, 1);
        refuse(EPERM);
    }

    void allow(uint32_t number) {
        add(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1);
        accept();
    }

    /** The C library takes ENOSYS as "older kernel" and uses the call it had before. */
    void deny_as_unknown(uint32_t number) {
        add(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1);
        refuse(ENOSYS);
    }

    /** Allows a call when an argument is `value`. */
    void allow_if_equal(uint32_t number, uint32_t argument, uint32_t value) {
        begin_condition(number, argument);
        add(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
        end_condition();
    }

    /** Allows a call when an argument has all bits of `bits`. */
    void allow_if_bits(uint32_t number, uint32_t argument, uint32_t bits) {
        begin_condition(number, argument);
        add(BPF_ALU | BPF_AND | BPF_K, bits, 0, 0);
        add(BPF_JMP | BPF_JEQ | BPF_K, bits, 0, 1);
        end_condition();
    }

    /** Nothing may be added after. */
    std::vector<sock_filter> &finish() {
        refuse(EPERM);
        return lines_;
    }

private:
    /** Jumps over the condition unless it is this call; then the argument is in hand. */
    void begin_condition(uint32_t number, uint32_t argument) {
        condition_start_ = lines_.size();
        add(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 0);
        load(argument_at(argument));
    }

    void end_condition() {
        accept();
        load(number_at);
        const size_t skipped = lines_.size() - condition_start_ - 1;
        lines_[condition_start_].jf = static_cast<uint8_t>(skipped);
    }

    void load(uint32_t offset) { add(BPF_LD | BPF_W | BPF_ABS, offset, 0, 0); }
    void accept() { add(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0); }
    void refuse(uint32_t error) { add(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error, 0, 0); }
    void add(int code, uint32_t value, uint8_t if_true, uint8_t if_false) {
        lines_.push_back({static_cast<uint16_t>(code), if_true, if_false, value});
    }

    std::vector<sock_filter> lines_;
    size_t condition_start_ = 0;
};

FilterProgram rules(RingCalls rings) {
    FilterProgram program;
    if (rings == RingCalls::allowed) {
        program.allow(io_uring_enter_call);
    }
    for (const int number : allowed_calls) {
        program.allow(static_cast<uint32_t>(number));
    }
    program.allow(close_range_call);
    program.allow(epoll_pwait2_call);
    program.allow(futex_waitv_call);

    // Threads of this process, no processes. `clone3` hides its flags behind a pointer.
    program.allow_if_bits(SYS_clone, 0, CLONE_THREAD | CLONE_VM);
    program.deny_as_unknown(clone3_call);

    // A descriptor's own properties, which the C library asks for by an empty path.
    program.allow_if_equal(SYS_newfstatat, 3, AT_EMPTY_PATH);
    program.allow_if_bits(statx_call, 2, AT_EMPTY_PATH);

    for (const uint32_t command : {FIONBIO, FIOCLEX, FIONCLEX, FIONREAD, TCGETS}) {
        program.allow_if_equal(SYS_ioctl, 1, command);
    }

    // Signals to itself: how a crash ends it.
    const auto self = static_cast<uint32_t>(getpid());
    program.allow_if_equal(SYS_kill, 0, self);
    program.allow_if_equal(SYS_tgkill, 0, self);
    program.allow_if_equal(SYS_prlimit64, 0, 0);
    program.allow_if_equal(SYS_prlimit64, 0, self);
    return program;
}

} // namespace

bool give_up_new_privileges() {
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

bool filter_calls(RingCalls rings) {
    if (!give_up_new_privileges()) {
        return false;
    }
    FilterProgram program = rules(rings);
    std::vector<sock_filter> &lines = program.finish();
    sock_fprog filter{static_cast<unsigned short>(lines.size()), lines.data()};
    // All or none of the threads: a positive result names one that could not be bound.
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter) == 0;
}

} // namespace parley

#else

namespace parley {

bool give_up_new_privileges() {
    return false;
}

bool filter_calls(RingCalls /*rings*/) {
    return false;
}

} // namespace parley

#endif
