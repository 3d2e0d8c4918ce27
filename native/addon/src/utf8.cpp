#include "utf8.h"

#include <algorithm>

namespace parley {

size_t unfinished_bytes(const std::string &text) {
    const size_t limit = std::min<size_t>(text.size(), 3);
    for (size_t back = 1; back <= limit; back++) {
        const auto byte = static_cast<unsigned char>(text[text.size() - back]);
        if ((byte & 0xC0U) == 0x80U) {
            continue; // a continuation: its first byte is further back
        }
        size_t length = 1;
        if ((byte & 0xE0U) == 0xC0U) {
            length = 2;
        } else if ((byte & 0xF0U) == 0xE0U) {
            length = 3;
        } else if ((byte & 0xF8U) == 0xF0U) {
            length = 4;
        }
        return length > back ? back : 0;
    }
    return 0;
}

} // namespace parley
