// Fuzzing target for the header reader. With clang: `gguf-fuzz CORPUS_DIR`; else `gguf-fuzz FILE...`.
#include "gguf-reader.h"
#include "gguf-summary.h"

#include <cstdio>
#include <fstream>
#include <iterator>
#include <vector>

namespace {

const char *read_header(const uint8_t *bytes, size_t length) {
    try {
        parley::MemorySource source(bytes, length);
        parley::summarize("fuzz", parley::GgufReader(source).read());
        return "accepted";
    } catch (const parley::GgufError &) {
        return "refused";
    }
}

} // namespace

#ifdef PARLEY_LIBFUZZER
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    read_header(bytes, length);
    return 0;
}
#else
int main(int count, char **arguments) {
    for (int index = 1; index < count; index++) {
        std::ifstream file(arguments[index], std::ios::binary);
        const std::vector<uint8_t> bytes((std::istreambuf_iterator<char>(file)),
                                         std::istreambuf_iterator<char>());
        std::printf("%s: %s\n", arguments[index], read_header(bytes.data(), bytes.size()));
    }
    return 0;
}
#endif
