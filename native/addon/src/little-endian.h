#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

/** Numbers as files hold them, the same on every machine. Compilers make one load or store of each. */
namespace parley {

inline uint32_t read_u32(const uint8_t *bytes) {
    return uint32_t{bytes[0]} | (uint32_t{bytes[1]} << 8U) | (uint32_t{bytes[2]} << 16U) |
           (uint32_t{bytes[3]} << 24U);
}

inline uint64_t read_u64(const uint8_t *bytes) {
    return uint64_t{read_u32(bytes)} | (uint64_t{read_u32(bytes + 4)} << 32U);
}

inline void write_u32(uint8_t *bytes, uint32_t value) {
    for (unsigned index = 0; index < 4; index++) {
        bytes[index] = static_cast<uint8_t>(value >> (8 * index));
    }
}

inline void write_u64(uint8_t *bytes, uint64_t value) {
    write_u32(bytes, static_cast<uint32_t>(value));
    write_u32(bytes + 4, static_cast<uint32_t>(value >> 32U));
}

/** Walks over bytes whose length the caller has checked already. Borrows them. */
class ByteReader {
public:
    ByteReader(const uint8_t *bytes, size_t length) : next_(bytes), left_(length) {}

    /** The next `count` bytes; null where there are fewer. */
    const uint8_t *take(size_t count) {
        if (count > left_) {
            return nullptr;
        }
        const uint8_t *here = next_;
        next_ += count;
        left_ -= count;
        return here;
    }

    uint32_t u32() { return read_u32(take(4)); }
    uint64_t u64() { return read_u64(take(8)); }

    template <size_t count> void copy(std::array<uint8_t, count> &target) {
        std::memcpy(target.data(), take(count), count);
    }

private:
    const uint8_t *next_;
    size_t left_;
};

class ByteWriter {
public:
    void u32(uint32_t value) {
        written_.resize(written_.size() + 4);
        write_u32(written_.data() + written_.size() - 4, value);
    }
    void u64(uint64_t value) {
        written_.resize(written_.size() + 8);
        write_u64(written_.data() + written_.size() - 8, value);
    }
    void bytes(const void *source, size_t count) {
        const auto *first = static_cast<const uint8_t *>(source);
        written_.insert(written_.end(), first, first + count);
    }
    template <size_t count> void bytes(const std::array<uint8_t, count> &source) {
        bytes(source.data(), count);
    }
    const std::vector<uint8_t> &written() const { return written_; }

private:
    std::vector<uint8_t> written_;
};

} // namespace parley
