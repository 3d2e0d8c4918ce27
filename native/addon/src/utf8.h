#pragma once

#include <cstddef>
#include <string>

namespace parley {

/** How many bytes at the end of `text` begin a code point that is not finished: 0 to 3. */
size_t unfinished_bytes(const std::string &text);

} // namespace parley
