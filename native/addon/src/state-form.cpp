#include "state-form.h"

#include <algorithm>

namespace parley {

namespace {

/** Keeps what `fits` compares; the rest borrows bytes that go away. */
Attention form_of(Attention part) {
    part.cells.clear();
    for (std::vector<Layer> *side : {&part.keys, &part.values}) {
        for (Layer &layer : *side) {
            layer.data = nullptr;
        }
    }
    return part;
}

/** The one cell of a recurrent state; the rest of it is checked by llama.cpp as it reads. */
void check_recurrent(Cursor &cursor, size_t bytes, int32_t end_position) {
    Cursor part(cursor.skip(bytes), bytes);
    const bool is_one_cell = part.number<uint32_t>() == 1;
    const bool is_at_end = part.number<int32_t>() == end_position - 1;
    const bool is_free = part.number<uint32_t>() == 0;
    if (!is_one_cell || !is_at_end || !is_free) {
        refuse_state("the recurrent state is of another position");
    }
}

bool ends_with(const std::vector<uint8_t> &whole, const std::vector<uint8_t> &partial) {
    const auto tail_bytes = static_cast<std::ptrdiff_t>(partial.size() - state_header_bytes);
    return std::equal(partial.begin() + state_header_bytes, partial.end(), whole.end() - tail_bytes);
}

} // namespace

const char *name_of(StateKind kind) {
    switch (kind) {
    case StateKind::attention:
        return "attention";
    case StateKind::sliding_window:
        return "sliding-window";
    case StateKind::recurrent:
        return "recurrent";
    case StateKind::hybrid:
        return "hybrid";
    case StateKind::uncacheable:
        break;
    }
    return "other";
}

StateForm::StateForm(StateKind kind, const std::vector<uint8_t> &whole, const std::vector<uint8_t> &partial)
    : kind_(kind), magic_(Cursor(whole.data(), whole.size()).number<uint32_t>()) {
    const size_t partial_start = attention_end(whole.size(), partial.size());
    if (!ends_with(whole, partial)) {
        refuse_state("the partial state is no part of the whole");
    }
    if (kind == StateKind::attention || kind == StateKind::recurrent) {
        // llama.cpp tells no part from the whole here.
        if (partial_start != state_header_bytes) {
            refuse_state("the model remembers more than it should");
        }
    }
    if (kind == StateKind::recurrent || kind == StateKind::hybrid) {
        recurrent_bytes_ = partial.size() - state_header_bytes;
    }
    if (kind == StateKind::recurrent) {
        return;
    }
    const size_t end = kind == StateKind::attention ? whole.size() : partial_start;
    const uint32_t extra_bytes = find_cell_extra_bytes(whole, end);
    attention_ =
        form_of(read_attention(whole.data() + state_header_bytes, end - state_header_bytes, extra_bytes));
    if (kind == StateKind::sliding_window) {
        window_ = form_of(read_attention(whole.data() + end, whole.size() - end, extra_bytes));
    }
}

void StateForm::check(const std::vector<uint8_t> &state, size_t cell_count, int32_t end_position) const {
    Cursor cursor(state.data(), state.size());
    if (cursor.number<uint32_t>() != magic_) {
        refuse_state("the state is of another engine");
    }
    cursor.skip(sizeof(int32_t));
    if (kind_ != StateKind::recurrent) {
        const Attention part = read_attention_like(attention_, cursor);
        const bool is_all = part.cells.size() == cell_count && part.cells.front().position == 0 &&
                            part.cells.back().position == end_position - 1;
        if (!is_all) {
            refuse_state("the state is of another prefix");
        }
    }
    if (kind_ == StateKind::sliding_window) {
        const Attention part = read_attention_like(window_, cursor);
        const auto last =
            std::max_element(part.cells.begin(), part.cells.end(), [](const Cell &left, const Cell &right) {
                return left.position < right.position;
            });
        if (last->position != end_position - 1 || part.cells.size() > cell_count) {
            refuse_state("the window is of another prefix");
        }
    }
    if (kind_ == StateKind::recurrent || kind_ == StateKind::hybrid) {
        check_recurrent(cursor, recurrent_bytes_, end_position);
    }
    if (!cursor.is_at_end()) {
        refuse_state("the state is too long");
    }
}

} // namespace parley
