#pragma once

namespace parley {

/** What Landlock does for this process. */
struct FileRules {
    /** Version offered here; 0 where there is none. */
    int abi = 0;
    bool is_enforced = false;
};

/**
 * Takes from this process every right on files by path and, where offered, on TCP ports; open descriptors
 * stay. Needs `no_new_privs`. From ABI 8 it binds all threads, below it the calling one and those it starts.
 * Linux; elsewhere nothing.
 */
FileRules forbid_files();

} // namespace parley
