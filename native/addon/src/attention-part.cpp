#include "attention-part.h"

#include "checked.h"

#include <algorithm>
#include <numeric>

namespace parley {

namespace {

constexpr size_t bare_cell_bytes = 12; // position, count of sequences, sequence id
constexpr uint32_t most_layers = 4096;

std::vector<Cell> read_cells(Cursor &cursor, uint32_t count, uint32_t extra_bytes) {
    Cursor entries(cursor.skip(count, bare_cell_bytes + extra_bytes),
                   count * (bare_cell_bytes + extra_bytes));
    std::vector<Cell> cells(count);
    for (Cell &cell : cells) {
        cell.position = entries.number<int32_t>();
        if (cell.position < 0 || entries.number<uint32_t>() != 1) {
            refuse_state("a cell is not one of a single sequence");
        }
        std::memcpy(cell.place.data(), entries.skip(extra_bytes), extra_bytes);
        entries.skip(sizeof(int32_t));
    }
    return cells;
}

Layer read_layer(Cursor &cursor, size_t cell_count) {
    const auto type = cursor.number<int32_t>();
    const auto row_bytes = cursor.number<uint64_t>();
    if (row_bytes == 0) {
        refuse_state("a layer has no bytes");
    }
    return {type, 1, row_bytes, cursor.skip(cell_count, row_bytes)};
}

Layer read_transposed_layer(Cursor &cursor, size_t cell_count) {
    const auto type = cursor.number<int32_t>();
    const auto element_bytes = cursor.number<uint32_t>();
    const auto row_count = cursor.number<uint32_t>();
    if (element_bytes == 0 || row_count == 0) {
        refuse_state("a layer has no bytes");
    }
    return {type, row_count, element_bytes, cursor.skip(row_count, uint64_t{element_bytes} * cell_count)};
}

Layer read_values(Cursor &cursor, const Attention &part) {
    return part.is_transposed != 0 ? read_transposed_layer(cursor, part.cells.size())
                                   : read_layer(cursor, part.cells.size());
}

Attention read_cells_and_keys(Cursor &cursor, uint32_t extra_bytes) {
    if (cursor.number<uint32_t>() != 1) {
        refuse_state("the cells are not in one stream");
    }
    Attention part;
    part.extra_bytes = extra_bytes;
    const auto cell_count = cursor.number<uint32_t>();
    if (cell_count == 0) {
        refuse_state("there are no cells");
    }
    part.cells = read_cells(cursor, cell_count, extra_bytes);
    part.is_transposed = cursor.number<uint32_t>();
    const auto layer_count = cursor.number<uint32_t>();
    if (part.is_transposed > 1 || layer_count > most_layers) {
        refuse_state("the layers are not described");
    }
    for (uint32_t index = 0; index < layer_count; index++) {
        part.keys.push_back(read_layer(cursor, cell_count));
    }
    return part;
}

/** Writes an attention part made of runs over parts that fit one another. */
class Writer {
public:
    Writer(std::vector<uint8_t> &out, const std::vector<CellRun> &runs) : out_(out), runs_(runs) {}

    void write() {
        const Attention &form = *runs_.front().part;
        const size_t cell_count =
            std::accumulate(runs_.begin(), runs_.end(), size_t{0},
                            [](size_t sum, const CellRun &run) { return sum + run.count; });
        if (cell_count > UINT32_MAX) {
            refuse_state("there are more cells than can be counted");
        }
        number(uint32_t{1});
        number(static_cast<uint32_t>(cell_count));
        write_cells();
        number(form.is_transposed);
        number(static_cast<uint32_t>(form.keys.size()));
        for (size_t index = 0; index < form.keys.size(); index++) {
            number(form.keys[index].type);
            number(form.keys[index].cell_bytes);
            write_layer(&Attention::keys, index);
        }
        for (size_t index = 0; index < form.values.size(); index++) {
            const Layer &layer = form.values[index];
            number(layer.type);
            if (form.is_transposed != 0) {
                number(static_cast<uint32_t>(layer.cell_bytes));
                number(static_cast<uint32_t>(layer.row_count));
            } else {
                number(layer.cell_bytes);
            }
            write_layer(&Attention::values, index);
        }
    }

private:
    template <typename Number> void number(Number value) {
        std::array<uint8_t, sizeof(Number)> bytes;
        std::memcpy(bytes.data(), &value, sizeof(Number));
        out_.insert(out_.end(), bytes.begin(), bytes.end());
    }

    void write_cells() {
        for (const CellRun &run : runs_) {
            for (size_t index = run.first; index < run.first + run.count; index++) {
                const Cell &cell = run.part->cells[index];
                number(cell.position);
                number(uint32_t{1});
                out_.insert(out_.end(), cell.place.begin(), cell.place.begin() + run.part->extra_bytes);
                number(int32_t{0});
            }
        }
    }

    void write_layer(std::vector<Layer> Attention::*side, size_t index) {
        const uint64_t row_count = (runs_.front().part->*side)[index].row_count;
        for (uint64_t row = 0; row < row_count; row++) {
            for (const CellRun &run : runs_) {
                const Layer &layer = (run.part->*side)[index];
                const uint8_t *cells =
                    layer.data + (row * run.part->cells.size() + run.first) * layer.cell_bytes;
                out_.insert(out_.end(), cells, cells + run.count * layer.cell_bytes);
            }
        }
    }

    std::vector<uint8_t> &out_;
    const std::vector<CellRun> &runs_;
};

} // namespace

void refuse_state(const char *reason) {
    throw StateError(reason);
}

const uint8_t *Cursor::skip(uint64_t rows, uint64_t row_bytes) {
    const auto count = checked_multiply(rows, row_bytes);
    if (!count) {
        refuse_state("a size is beyond all bounds");
    }
    return skip(*count);
}

bool Attention::fits(const Attention &other) const {
    const auto fit = [](const Layer &left, const Layer &right) { return left.fits(right); };
    return extra_bytes == other.extra_bytes && is_transposed == other.is_transposed &&
           std::equal(keys.begin(), keys.end(), other.keys.begin(), other.keys.end(), fit) &&
           std::equal(values.begin(), values.end(), other.values.begin(), other.values.end(), fit);
}

Attention read_attention(const uint8_t *data, size_t size, uint32_t extra_bytes) {
    Cursor cursor(data, size);
    Attention part = read_cells_and_keys(cursor, extra_bytes);
    // Models that keep one latent row for both have no values at all.
    while (!cursor.is_at_end() && part.values.size() < part.keys.size()) {
        part.values.push_back(read_values(cursor, part));
    }
    const bool is_whole = part.values.empty() || part.values.size() == part.keys.size();
    if (!cursor.is_at_end() || !is_whole) {
        refuse_state("the layers do not fill the bytes");
    }
    return part;
}

Attention read_attention_like(const Attention &form, Cursor &cursor) {
    Attention part = read_cells_and_keys(cursor, form.extra_bytes);
    for (size_t index = 0; index < form.values.size(); index++) {
        part.values.push_back(read_values(cursor, part));
    }
    if (!part.fits(form)) {
        refuse_state("the layers are of another model");
    }
    return part;
}

void append_number(std::vector<uint8_t> &out, uint32_t value) {
    std::array<uint8_t, sizeof value> bytes;
    std::memcpy(bytes.data(), &value, sizeof value);
    out.insert(out.end(), bytes.begin(), bytes.end());
}

void write_attention(std::vector<uint8_t> &out, const std::vector<CellRun> &runs) {
    Writer(out, runs).write();
}

} // namespace parley
