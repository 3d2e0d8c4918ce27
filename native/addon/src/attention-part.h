#pragma once

#include "state-layout.h"

#include <array>
#include <cstring>

/** Reading and writing the attention part of a state. Inside of state-layout only. */
namespace parley {

constexpr uint32_t picture_place_bytes = 12; // x, y and token: llama_kv_cell_ext

[[noreturn]] void refuse_state(const char *reason);

/** Walks over bytes and never past their end. */
class Cursor {
public:
    Cursor(const uint8_t *data, size_t size) : data_(data), size_(size) {}

    template <typename Number> Number number() {
        Number value;
        std::memcpy(&value, skip(sizeof(Number)), sizeof(Number));
        return value;
    }

    const uint8_t *skip(uint64_t count) {
        if (count > size_ - at_) {
            refuse_state("the bytes end too early");
        }
        const uint8_t *here = data_ + at_;
        at_ += static_cast<size_t>(count);
        return here;
    }

    const uint8_t *skip(uint64_t rows, uint64_t row_bytes);

    bool is_at_end() const { return at_ == size_; }

private:
    const uint8_t *data_;
    size_t size_;
    size_t at_ = 0;
};

struct Cell {
    int32_t position = 0;
    std::array<uint8_t, picture_place_bytes> place{};
};

/** Keys or values of one layer: `row_count` rows, each with `cell_bytes` for every cell. */
struct Layer {
    int32_t type;
    uint64_t row_count;
    uint64_t cell_bytes;
    const uint8_t *data;

    bool fits(const Layer &other) const {
        return type == other.type && row_count == other.row_count && cell_bytes == other.cell_bytes;
    }
};

/** An attention part, read and found sound. Borrows its bytes. */
struct Attention {
    uint32_t extra_bytes = 0;
    std::vector<Cell> cells;
    /** Whether the values lie feature by feature instead of cell by cell. */
    uint32_t is_transposed = 0;
    std::vector<Layer> keys;
    std::vector<Layer> values;

    bool fits(const Attention &other) const;
};

/** Neighbouring cells of one part, to be written in this order. */
struct CellRun {
    const Attention *part;
    size_t first;
    size_t count;
};

/** Reads an attention part that fills `size` bytes exactly. @throws StateError */
Attention read_attention(const uint8_t *data, size_t size, uint32_t extra_bytes);

/** Reads an attention part like `form` and leaves `cursor` behind it. @throws StateError */
Attention read_attention_like(const Attention &form, Cursor &cursor);

void append_number(std::vector<uint8_t> &out, uint32_t value);

/** Appends an attention part made of `runs` (one or more), over parts that fit one another. */
void write_attention(std::vector<uint8_t> &out, const std::vector<CellRun> &runs);

} // namespace parley
