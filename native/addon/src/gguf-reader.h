#pragma once

#include "byte-source.h"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

namespace parley {

/** Why a file is refused: a word of `ggufFault` in contract/errors/catalog.ts, and where it was seen. */
class GgufError : public std::runtime_error {
public:
    GgufError(std::string fault, const std::string &detail, uint64_t offset)
        : std::runtime_error(detail), fault_(std::move(fault)), offset_(offset) {}
    const std::string &fault() const { return fault_; }
    uint64_t offset() const { return offset_; }

private:
    std::string fault_;
    uint64_t offset_;
};

enum class GgufType : uint32_t {
    uint8 = 0,
    int8 = 1,
    uint16 = 2,
    int16 = 3,
    uint32 = 4,
    int32 = 5,
    float32 = 6,
    boolean = 7,
    string = 8,
    array = 9,
    uint64 = 10,
    int64 = 11,
    float64 = 12,
};

/** One entry of the header. An array keeps its position only; see `GgufReader::for_each_string`. */
struct GgufEntry {
    GgufType type;
    uint64_t offset;
    /** Integers and booleans, sign-extended; the bits of a float are not kept. */
    uint64_t number = 0;
    bool is_negative = false;
    std::string text;
    GgufType element_type = GgufType::uint8;
    uint64_t element_count = 0;
};

struct GgufTensor {
    std::string name;
    std::vector<uint64_t> dimensions;
    uint32_t type;
    uint64_t data_offset;
    uint64_t data_bytes;
    /** Where its description stands in the header. */
    uint64_t header_offset;
};

/** A header that passed every check. */
struct GgufHeader {
    uint64_t file_bytes = 0;
    uint32_t version = 0;
    uint64_t alignment = 32;
    /** Where the weights begin. */
    uint64_t data_start = 0;
    std::unordered_map<std::string, GgufEntry> entries;
    std::vector<GgufTensor> tensors;

    const GgufEntry *find(const std::string &key) const;
    /** The text of `key`; null where it is missing or no string. */
    const std::string *find_text(const std::string &key) const;
    /** The number of `key`; false where it is missing, negative or no integer. */
    bool find_number(const std::string &key, uint64_t &value) const;
    /** In how many files the model lies; 1 for most. */
    uint64_t part_count() const;
    /** True for the second and later files of a split model, which carry weights only. */
    bool is_later_part() const;
};

/**
 * Reads the header of a GGUF file and refuses what llama.cpp must not see: every count, length, product
 * and offset is checked before it is used. Pure C++: no Node, no llama.cpp. Memory stays in proportion to
 * the header, which can be no larger than the file. One thread; borrows the source.
 */
class GgufReader {
public:
    explicit GgufReader(ByteSource &source) : source_(source) {}

    /** @throws GgufError */
    GgufHeader read();

private:
    struct Count {
        uint64_t entries;
        uint64_t tensors;
    };

    [[noreturn]] void refuse(const char *fault, const std::string &detail, uint64_t offset) const;
    void read_bytes(void *target, size_t length, const char *what);
    void skip(uint64_t length, const char *what);
    uint32_t read_u32(const char *what);
    uint64_t read_u64(const char *what);
    std::string read_string(const char *what, uint64_t max_bytes, const char *fault);
    GgufType read_type(const char *what);

    Count read_preamble(GgufHeader &header);
    void read_entry(GgufHeader &header);
    void read_value(const std::string &key, GgufEntry &entry);
    void read_array(const std::string &key, GgufEntry &entry);
    void read_vocabulary_array(const std::string &key, const GgufEntry &entry);
    void read_alignment(GgufHeader &header) const;
    void read_tensor(GgufHeader &header);

    ByteSource &source_;
    uint64_t position_ = 0;
};

} // namespace parley
