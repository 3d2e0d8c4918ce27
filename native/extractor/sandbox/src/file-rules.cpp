#include "file-rules.h"

#if defined(__linux__)

#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace parley {

namespace {

// Numbers and structures of the kernel, written out: headers of a build machine may be older than the kernel.
constexpr long create_ruleset_call = 444;
constexpr long restrict_self_call = 446;
constexpr uint32_t version_flag = 1U << 0;
/** Binds every thread of the process. */
constexpr uint32_t all_threads_flag = 1U << 3;
constexpr int all_threads_abi = 8;

struct RulesetAttributes {
    uint64_t handled_access_fs;
    uint64_t handled_access_net;
    uint64_t scoped;
};

/** Every right on files that this version knows: what is handled and not granted is refused. */
uint64_t file_rights(int abi) {
    uint64_t rights = (1ULL << 13) - 1; // execute, write, read, list, remove, make of each kind
    if (abi >= 2) {
        rights |= 1ULL << 13; // move between folders
    }
    if (abi >= 3) {
        rights |= 1ULL << 14; // truncate
    }
    if (abi >= 5) {
        rights |= 1ULL << 15; // talk to devices
    }
    return rights;
}

size_t known_bytes(int abi) {
    if (abi >= 6) {
        return sizeof(RulesetAttributes);
    }
    return abi >= 4 ? 2 * sizeof(uint64_t) : sizeof(uint64_t);
}

} // namespace

FileRules forbid_files() {
    FileRules rules;
    const long abi = syscall(create_ruleset_call, nullptr, 0, version_flag);
    if (abi <= 0) {
        return rules;
    }
    rules.abi = static_cast<int>(abi);
    RulesetAttributes attributes{};
    attributes.handled_access_fs = file_rights(rules.abi);
    if (rules.abi >= 4) {
        attributes.handled_access_net = 3; // bind, connect
    }
    if (rules.abi >= 6) {
        attributes.scoped = 1; // sockets with a name but no file
    }
    const long ruleset = syscall(create_ruleset_call, &attributes, known_bytes(rules.abi), 0);
    if (ruleset < 0) {
        return rules;
    }
    const uint32_t flags = rules.abi >= all_threads_abi ? all_threads_flag : 0;
    rules.is_enforced = syscall(restrict_self_call, ruleset, flags) == 0;
    close(static_cast<int>(ruleset));
    return rules;
}

} // namespace parley

#else

namespace parley {

FileRules forbid_files() {
    return {};
}

} // namespace parley

#endif
