#include "gguf-reader.h"

#include "checked.h"
#include "gguf-element-types.h"
#include "gguf-rules.h"
#include "gguf-tensors.h"

#include <algorithm>
#include <cstring>

namespace parley {

namespace {

constexpr uint64_t max_entries = 65536;
constexpr uint64_t max_tensors = 65536;
constexpr uint64_t max_string_bytes = 16ULL * 1024 * 1024;
constexpr uint64_t max_array_elements = 8ULL * 1024 * 1024;
constexpr uint64_t max_alignment = 1024ULL * 1024;
constexpr uint64_t max_key_bytes = 65535;
// ggml keeps a tensor's name in 64 bytes with its zero.
constexpr uint64_t max_tensor_name_bytes = 63;
constexpr uint32_t max_dimensions = 4;

/** Bytes of one value; 0 for a string or an array, whose length stands in the file. */
uint64_t value_bytes(GgufType type) {
    switch (type) {
    case GgufType::uint8:
    case GgufType::int8:
    case GgufType::boolean:
        return 1;
    case GgufType::uint16:
    case GgufType::int16:
        return 2;
    case GgufType::uint32:
    case GgufType::int32:
    case GgufType::float32:
        return 4;
    case GgufType::uint64:
    case GgufType::int64:
    case GgufType::float64:
        return 8;
    case GgufType::string:
    case GgufType::array:
        return 0;
    }
    return 0;
}

uint64_t little_endian(const uint8_t *bytes, size_t length) {
    uint64_t value = 0;
    for (size_t index = length; index > 0; index--) {
        value = (value << 8U) | bytes[index - 1];
    }
    return value;
}

bool is_signed(GgufType type) {
    return type == GgufType::int8 || type == GgufType::int16 || type == GgufType::int32 ||
           type == GgufType::int64;
}

} // namespace

const GgufEntry *GgufHeader::find(const std::string &key) const {
    const auto found = entries.find(key);
    return found == entries.end() ? nullptr : &found->second;
}

const std::string *GgufHeader::find_text(const std::string &key) const {
    const GgufEntry *entry = find(key);
    return entry != nullptr && entry->type == GgufType::string ? &entry->text : nullptr;
}

bool GgufHeader::find_number(const std::string &key, uint64_t &value) const {
    const GgufEntry *entry = find(key);
    const bool is_integer = entry != nullptr && value_bytes(entry->type) != 0 &&
                            entry->type != GgufType::float32 && entry->type != GgufType::float64 &&
                            entry->type != GgufType::boolean;
    if (!is_integer || entry->is_negative) {
        return false;
    }
    value = entry->number;
    return true;
}

uint64_t GgufHeader::part_count() const {
    uint64_t count = 1;
    return find_number("split.count", count) ? std::max<uint64_t>(count, 1) : 1;
}

bool GgufHeader::is_later_part() const {
    uint64_t number = 0;
    return part_count() > 1 && find_number("split.no", number) && number > 0;
}

void GgufReader::refuse(const char *fault, const std::string &detail, uint64_t offset) const {
    throw GgufError(fault, detail, offset);
}

void GgufReader::read_bytes(void *target, size_t length, const char *what) {
    if (!source_.read(position_, target, length)) {
        refuse("truncated", std::string("the file ends inside ") + what, position_);
    }
    position_ += length;
}

void GgufReader::skip(uint64_t length, const char *what) {
    if (length > source_.size() - position_) {
        refuse("truncated", std::string("the file ends inside ") + what, position_);
    }
    position_ += length;
}

uint32_t GgufReader::read_u32(const char *what) {
    uint8_t bytes[4];
    read_bytes(bytes, sizeof bytes, what);
    return static_cast<uint32_t>(little_endian(bytes, sizeof bytes));
}

uint64_t GgufReader::read_u64(const char *what) {
    uint8_t bytes[8];
    read_bytes(bytes, sizeof bytes, what);
    return little_endian(bytes, sizeof bytes);
}

std::string GgufReader::read_string(const char *what, uint64_t max_bytes, const char *fault) {
    const uint64_t start = position_;
    const uint64_t length = read_u64(what);
    if (length > max_bytes) {
        refuse(fault, std::string(what) + " claims " + std::to_string(length) + " bytes", start);
    }
    // Before the allocation: a short file must not make us reserve what it merely claims.
    if (length > source_.size() - position_) {
        refuse("truncated", std::string("the file ends inside ") + what, position_);
    }
    std::string text(static_cast<size_t>(length), '\0');
    read_bytes(text.data(), text.size(), what);
    return text;
}

GgufType GgufReader::read_type(const char *what) {
    const uint64_t start = position_;
    const uint32_t type = read_u32(what);
    if (type > static_cast<uint32_t>(GgufType::float64)) {
        refuse("bad-type", std::string(what) + " is " + std::to_string(type), start);
    }
    return static_cast<GgufType>(type);
}

GgufHeader GgufReader::read() {
    GgufHeader header;
    header.file_bytes = source_.size();
    const Count count = read_preamble(header);
    for (uint64_t index = 0; index < count.entries; index++) {
        read_entry(header);
    }
    read_alignment(header);
    check_rules(header);
    header.tensors.reserve(static_cast<size_t>(count.tensors));
    for (uint64_t index = 0; index < count.tensors; index++) {
        read_tensor(header);
    }
    const auto data_start = checked_pad(position_, header.alignment);
    if (!data_start) {
        refuse("size-overflow", "the start of the weights does not fit in 64 bits", position_);
    }
    header.data_start = *data_start;
    check_tensors(header);
    return header;
}

GgufReader::Count GgufReader::read_preamble(GgufHeader &header) {
    if (source_.size() == 0) {
        refuse("empty", "the file has no bytes", 0);
    }
    char magic[4];
    const auto present = static_cast<size_t>(std::min<uint64_t>(source_.size(), sizeof magic));
    read_bytes(magic, present, "the magic");
    if (std::memcmp(magic, "GGUF", present) != 0) {
        refuse("not-gguf", "the file does not begin with GGUF", 0);
    }
    if (present < sizeof magic) {
        refuse("truncated", "the file ends inside the magic", present);
    }
    const uint64_t version_offset = position_;
    header.version = read_u32("the version");
    if (header.version != 0 && (header.version & 0xFFFFU) == 0) {
        refuse("big-endian", "the file was made for a big-endian machine", version_offset);
    }
    if (header.version != 2 && header.version != 3) {
        refuse("version", "version " + std::to_string(header.version) + " is not 2 or 3", version_offset);
    }
    Count count{};
    const uint64_t tensors_offset = position_;
    count.tensors = read_u64("the number of tensors");
    const uint64_t entries_offset = position_;
    count.entries = read_u64("the number of entries");
    if (count.tensors > max_tensors) {
        refuse("too-many-entries", std::to_string(count.tensors) + " tensors", tensors_offset);
    }
    if (count.entries > max_entries) {
        refuse("too-many-entries", std::to_string(count.entries) + " entries", entries_offset);
    }
    return count;
}

void GgufReader::read_entry(GgufHeader &header) {
    const uint64_t start = position_;
    std::string key = read_string("a key", max_key_bytes, "bad-key");
    if (key.empty() || key.find('\0') != std::string::npos) {
        refuse("bad-key", key.empty() ? "a key is empty" : "a key holds a zero byte", start);
    }
    if (header.entries.count(key) != 0) {
        refuse("duplicate-key", "the key " + printable(key) + " stands twice", start);
    }
    GgufEntry entry{};
    entry.type = read_type("the type of a value");
    entry.offset = position_;
    read_value(key, entry);
    header.entries.emplace(std::move(key), std::move(entry));
}

void GgufReader::read_value(const std::string &key, GgufEntry &entry) {
    if (entry.type == GgufType::array) {
        read_array(key, entry);
        return;
    }
    if (entry.type == GgufType::string) {
        entry.text = read_string("a string", max_string_bytes, "string-too-long");
        return;
    }
    uint8_t bytes[8] = {};
    const auto length = static_cast<size_t>(value_bytes(entry.type));
    read_bytes(bytes, length, "a value");
    entry.number = little_endian(bytes, length);
    entry.is_negative = is_signed(entry.type) && (bytes[length - 1] & 0x80U) != 0;
}

void GgufReader::read_array(const std::string &key, GgufEntry &entry) {
    const uint64_t start = position_;
    entry.element_type = read_type("the element type of an array");
    if (entry.element_type == GgufType::array) {
        refuse("nested-array", "the array " + printable(key) + " holds arrays", start);
    }
    const uint64_t count_offset = position_;
    entry.element_count = read_u64("the length of an array");
    if (entry.element_count > max_array_elements) {
        refuse("array-too-long",
               "the array " + printable(key) + " claims " + std::to_string(entry.element_count) + " elements",
               count_offset);
    }
    if (entry.element_type == GgufType::string) {
        read_vocabulary_array(key, entry);
        return;
    }
    // Cannot overflow: at most 8 bytes times 2^23 elements.
    skip(value_bytes(entry.element_type) * entry.element_count, "an array");
}

void GgufReader::read_vocabulary_array(const std::string &key, const GgufEntry &entry) {
    const bool is_tokens = key == "tokenizer.ggml.tokens";
    for (uint64_t index = 0; index < entry.element_count; index++) {
        const uint64_t start = position_;
        if (!is_tokens) {
            const uint64_t length = read_u64("a string of an array");
            if (length > max_string_bytes) {
                refuse("string-too-long",
                       "a string of " + printable(key) + " claims " + std::to_string(length) + " bytes",
                       start);
            }
            skip(length, "a string of an array");
            continue;
        }
        const std::string token = read_string("a token", max_string_bytes, "string-too-long");
        if (is_broken_byte_token(token)) {
            refuse("bad-vocabulary", "the token " + printable(token) + " is no byte", start);
        }
    }
}

void GgufReader::read_alignment(GgufHeader &header) const {
    const GgufEntry *entry = header.find("general.alignment");
    if (entry == nullptr) {
        return;
    }
    const uint64_t value = entry->number;
    const bool is_power_of_two = value != 0 && (value & (value - 1)) == 0;
    if (entry->type != GgufType::uint32 || !is_power_of_two || value > max_alignment) {
        refuse("bad-alignment", "general.alignment must be a power of two up to 1 MiB", entry->offset);
    }
    header.alignment = value;
}

void GgufReader::read_tensor(GgufHeader &header) {
    GgufTensor tensor{};
    tensor.header_offset = position_;
    tensor.name = read_string("a tensor's name", max_tensor_name_bytes, "string-too-long");
    const uint64_t dimensions_offset = position_;
    const uint32_t dimension_count = read_u32("a tensor's number of dimensions");
    if (dimension_count < 1 || dimension_count > max_dimensions) {
        refuse("bad-dimensions", "a tensor has " + std::to_string(dimension_count) + " dimensions",
               dimensions_offset);
    }
    for (uint32_t index = 0; index < dimension_count; index++) {
        tensor.dimensions.push_back(read_u64("a tensor's dimensions"));
    }
    const uint64_t type_offset = position_;
    tensor.type = read_u32("a tensor's element type");
    if (find_element_type(tensor.type) == nullptr) {
        refuse("bad-tensor-type", "element type " + std::to_string(tensor.type) + " is unknown", type_offset);
    }
    tensor.data_offset = read_u64("a tensor's offset");
    header.tensors.push_back(std::move(tensor));
}

} // namespace parley
