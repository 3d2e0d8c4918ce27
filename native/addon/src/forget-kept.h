#pragma once

#include "state-file.h"

#include <string>
#include <vector>

namespace parley {

/** What a model that is not loaded keeps on disk. */
struct KeptCache {
    /** UTF-8; of this model alone. */
    std::string folder;
    CacheKey key{};
    Digest fingerprint{};
};

/**
 * Drops what the folder keeps of these owners and no others, whatever kind of model it is of. Any thread,
 * which waits for the disk. False where the folder is in use, or cannot be opened: nothing was dropped then.
 * A folder that is not there keeps nothing.
 */
bool forget_kept(const KeptCache &cache, const std::vector<std::string> &owner_keys);

/** The digest of 64 hex digits, lower case. @throws std::invalid_argument */
Digest digest_of_hex(const std::string &hex);

} // namespace parley
