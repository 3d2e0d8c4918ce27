// Fuzzing target for the reader of cache files. With clang: `state-fuzz CORPUS_DIR`; else `state-fuzz
// FILE...`.
#include "state-file.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <vector>

namespace {

using Bytes = std::vector<uint8_t>;

const char *read_file(const Bytes &file, const parley::FileSeal &seal) {
    parley::MemorySource source(file.data(), file.size());
    try {
        parley::read_state_payload(source, parley::read_state_header(source, seal), seal);
        return "a state";
    } catch (const parley::StateFileError &) {
        // Perhaps the other kind.
    }
    try {
        parley::read_owner(source, seal);
        return "an owner";
    } catch (const parley::StateFileError &) {
        return "refused";
    }
}

/**
 * The input as it is stops at the MAC. So that what stands behind it is read too, the same bytes are read
 * again under a right one, wherever the header would have it: after the fixed part, tokens and tags, or at
 * the end.
 */
Bytes with_mac(Bytes file, size_t end, const parley::FileSeal &seal) {
    const parley::Digest mac = parley::header_mac(seal, file.data(), end - sizeof(parley::Digest));
    std::copy(mac.begin(), mac.end(), file.begin() + static_cast<std::ptrdiff_t>(end - mac.size()));
    return file;
}

const char *read_in_every_way(const Bytes &file) {
    const parley::FileSeal seal;
    const char *found = read_file(file, seal);
    if (file.size() >= 160) {
        const size_t tokens = file[84] + size_t{256} * file[85];
        const size_t chunks = file[140];
        const size_t end = 160 + tokens * 8 + chunks * 16 + sizeof(parley::Digest);
        if (end <= file.size()) {
            read_file(with_mac(file, end, seal), seal);
        }
        read_file(with_mac(file, file.size(), seal), seal);
    }
    return found;
}

} // namespace

#ifdef PARLEY_LIBFUZZER
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    read_in_every_way(Bytes(bytes, bytes + length));
    return 0;
}

/** Two whole files to begin with, for a fuzzer that starts from nothing. */
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t length, size_t most, unsigned seed);
extern "C" size_t LLVMFuzzerMutate(uint8_t *bytes, size_t length, size_t most);
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t length, size_t most, unsigned seed) {
    if (length > 8 || most < 512) {
        return LLVMFuzzerMutate(bytes, length, most);
    }
    const parley::FileSeal seal;
    Bytes file;
    if (seed % 2 == 0) {
        parley::StateHeader header;
        header.tokens = {1, 2, 3};
        const Bytes payload(100, 5);
        file = parley::seal_state(header, payload, seal);
        file.insert(file.end(), payload.begin(), payload.end());
    } else {
        parley::OwnerRecord record;
        record.uses.resize(3);
        file = parley::seal_owner(record, seal);
    }
    std::copy(file.begin(), file.end(), bytes);
    return file.size();
}
#else
int main(int count, char **arguments) {
    for (int index = 1; index < count; index++) {
        std::ifstream file(arguments[index], std::ios::binary);
        const Bytes bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
        std::printf("%s: %s\n", arguments[index], read_in_every_way(bytes));
    }
    return 0;
}
#endif
