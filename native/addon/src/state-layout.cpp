#include "state-layout.h"

#include "attention-part.h"

#include <algorithm>
#include <numeric>

namespace parley {

namespace {

constexpr uint32_t block_magic = 0x314b4250; // "PBK1"
constexpr size_t block_header_bytes = 12;

struct Block {
    uint32_t state_magic;
    Attention attention;
};

Block read_block(const uint8_t *data, size_t size) {
    Cursor cursor(data, size);
    const bool is_block = cursor.number<uint32_t>() == block_magic;
    const auto extra_bytes = cursor.number<uint32_t>();
    if (!is_block || (extra_bytes != 0 && extra_bytes != picture_place_bytes)) {
        refuse_state("the bytes are no block");
    }
    const auto state_magic = cursor.number<uint32_t>();
    return {state_magic, read_attention(data + block_header_bytes, size - block_header_bytes, extra_bytes)};
}

/** Cells by rising position, as runs of neighbours. */
std::vector<CellRun> runs_by_position(const Attention &part) {
    const auto place_in_picture = [](const Cell &cell) {
        std::array<int32_t, 2> x_and_y{};
        std::memcpy(x_and_y.data(), cell.place.data(), sizeof x_and_y);
        return std::make_pair(x_and_y[1], x_and_y[0]);
    };
    std::vector<size_t> order(part.cells.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](size_t left, size_t right) {
        const Cell &a = part.cells[left];
        const Cell &b = part.cells[right];
        return a.position != b.position ? a.position < b.position : place_in_picture(a) < place_in_picture(b);
    });
    std::vector<CellRun> runs;
    for (const size_t index : order) {
        if (!runs.empty() && runs.back().first + runs.back().count == index) {
            runs.back().count++;
        } else {
            runs.push_back({&part, index, 1});
        }
    }
    return runs;
}

void append_block_header(std::vector<uint8_t> &out, uint32_t cell_extra_bytes, uint32_t state_magic) {
    append_number(out, block_magic);
    append_number(out, cell_extra_bytes);
    append_number(out, state_magic);
}

/** The runs that slices name, over blocks that fit one another, positions never falling. */
std::vector<CellRun> runs_of(const std::vector<BlockSlice> &slices, const std::vector<Block> &blocks) {
    std::vector<CellRun> runs;
    int32_t last_position = 0;
    for (size_t index = 0; index < slices.size(); index++) {
        const Attention &part = blocks[index].attention;
        const auto [data, size, first, count] = slices[index];
        if (first > part.cells.size() || count == 0 || count > part.cells.size() - first) {
            refuse_state("a slice reaches outside its block");
        }
        if (blocks[index].state_magic != blocks[0].state_magic || !part.fits(blocks[0].attention)) {
            refuse_state("the blocks are of different models");
        }
        for (size_t cell = first; cell < first + count; cell++) {
            if (part.cells[cell].position < last_position) {
                refuse_state("the positions do not rise");
            }
            last_position = part.cells[cell].position;
        }
        runs.push_back({&part, first, count});
    }
    return runs;
}

} // namespace

size_t attention_end(size_t state_bytes, size_t partial_bytes) {
    if (partial_bytes < state_header_bytes || state_bytes < partial_bytes) {
        refuse_state("the partial state is no part of the whole");
    }
    return state_bytes - partial_bytes + state_header_bytes;
}

uint32_t find_cell_extra_bytes(const std::vector<uint8_t> &state, size_t end) {
    if (end > state.size() || end < state_header_bytes) {
        refuse_state("the bytes end too early");
    }
    try {
        read_attention(state.data() + state_header_bytes, end - state_header_bytes, 0);
        return 0;
    } catch (const StateError &) {
        read_attention(state.data() + state_header_bytes, end - state_header_bytes, picture_place_bytes);
        return picture_place_bytes;
    }
}

std::vector<uint8_t> make_block(const std::vector<uint8_t> &state, size_t end, uint32_t cell_extra_bytes,
                                int32_t first_position) {
    if (end > state.size() || end < state_header_bytes || cell_extra_bytes > picture_place_bytes) {
        refuse_state("the bytes end too early");
    }
    const Attention part =
        read_attention(state.data() + state_header_bytes, end - state_header_bytes, cell_extra_bytes);
    const std::vector<CellRun> runs = runs_by_position(part);
    if (part.cells[runs.front().first].position != first_position) {
        refuse_state("the first cell is missing");
    }
    std::vector<uint8_t> block;
    block.reserve(end - state_header_bytes + block_header_bytes);
    append_block_header(block, cell_extra_bytes, Cursor(state.data(), state.size()).number<uint32_t>());
    write_attention(block, runs);
    return block;
}

std::vector<uint8_t> cut_block(const BlockSlice &slice) {
    if (slice.size == 0) {
        return {};
    }
    const std::vector<Block> blocks = {read_block(slice.data, slice.size)};
    std::vector<uint8_t> block;
    append_block_header(block, blocks[0].attention.extra_bytes, blocks[0].state_magic);
    write_attention(block, runs_of({slice}, blocks));
    return block;
}

size_t count_block_cells(const uint8_t *block, size_t size) {
    return read_block(block, size).attention.cells.size();
}

std::vector<uint8_t> merge_state(const std::vector<BlockSlice> &slices, const std::vector<uint8_t> *partial) {
    if (partial != nullptr && partial->size() < state_header_bytes) {
        refuse_state("the bytes end too early");
    }
    const auto has_no_bytes = [](const BlockSlice &slice) { return slice.size == 0; };
    if (std::all_of(slices.begin(), slices.end(), has_no_bytes)) {
        return partial != nullptr ? *partial : throw StateError("there are no cells");
    }
    std::vector<Block> blocks;
    size_t most_bytes = partial == nullptr ? 0 : partial->size();
    for (const BlockSlice &slice : slices) {
        blocks.push_back(read_block(slice.data, slice.size));
        most_bytes += slice.size;
    }
    const std::vector<CellRun> runs = runs_of(slices, blocks);
    std::vector<uint8_t> state;
    state.reserve(most_bytes);
    append_number(state, blocks[0].state_magic);
    append_number(state, 0);
    write_attention(state, runs);
    if (partial != nullptr) {
        if (Cursor(partial->data(), partial->size()).number<uint32_t>() != blocks[0].state_magic) {
            refuse_state("the partial state is of another engine");
        }
        state.insert(state.end(), partial->begin() + state_header_bytes, partial->end());
    }
    return state;
}

} // namespace parley
