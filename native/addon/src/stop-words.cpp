#include "stop-words.h"

#include <algorithm>
#include <iterator>

namespace parley {

StopWords::StopWords(const std::vector<std::string> &words) {
    std::copy_if(words.begin(), words.end(), std::back_inserter(words_),
                 [](const std::string &word) { return !word.empty(); });
}

std::optional<StopWords::Match> StopWords::find(const std::string &text, size_t known_bytes,
                                                size_t from) const {
    std::optional<Match> first;
    for (const std::string &word : words_) {
        const size_t begin = known_bytes >= word.size() ? known_bytes - word.size() + 1 : 0;
        const size_t found = text.find(word, std::max(begin, from));
        if (found != std::string::npos && (!first || found < first->begin)) {
            first = Match{found, found + word.size(), &word};
        }
    }
    return first;
}

size_t StopWords::begun_bytes(const std::string &text) const {
    size_t most = 0;
    for (const std::string &word : words_) {
        for (size_t length = std::min(text.size(), word.size() - 1); length > most; length--) {
            if (text.compare(text.size() - length, length, word, 0, length) == 0) {
                most = length;
            }
        }
    }
    return most;
}

} // namespace parley
