#include "sequence-state.h"

#include <algorithm>

namespace parley {

namespace {

constexpr llama_state_seq_flags whole_flags = 0;
constexpr llama_state_seq_flags partial_flags = LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY;

StateKind expected_kind(const llama_model *model) {
    if (llama_model_is_recurrent(model)) {
        return StateKind::recurrent;
    }
    const bool is_windowed = llama_model_n_swa(model) > 0;
    if (llama_model_is_hybrid(model)) {
        return is_windowed ? StateKind::uncacheable : StateKind::hybrid;
    }
    return is_windowed ? StateKind::sliding_window : StateKind::attention;
}

std::vector<uint8_t> get_state(llama_context *context, llama_seq_id id, llama_state_seq_flags flags) {
    std::vector<uint8_t> state(llama_state_seq_get_size_ext(context, id, flags));
    if (llama_state_seq_get_data_ext(context, state.data(), state.size(), id, flags) != state.size()) {
        throw StateError("the context did not give its state");
    }
    return state;
}

/** Computes two tokens at the start of an empty sequence. */
bool compute_sample(llama_context *context, llama_seq_id id) {
    llama_batch batch = llama_batch_init(2, 0, 1);
    const llama_vocab *vocab = llama_model_get_vocab(llama_get_model(context));
    for (int32_t index = 0; index < 2; index++) {
        batch.token[index] = std::min(index, llama_vocab_n_tokens(vocab) - 1);
        batch.pos[index] = index;
        batch.n_seq_id[index] = 1;
        batch.seq_id[index][0] = id;
        batch.logits[index] = static_cast<int8_t>(index);
    }
    batch.n_tokens = 2;
    const bool is_computed = llama_decode(context, batch) == 0;
    llama_batch_free(batch);
    return is_computed;
}

} // namespace

SequenceState::SequenceState(llama_context *context, llama_seq_id spare_id)
    : context_(context), memory_(llama_get_memory(context)), spare_id_(spare_id) {
    const StateKind kind = expected_kind(llama_get_model(context));
    if (memory_ == nullptr || kind == StateKind::uncacheable) {
        return;
    }
    if (compute_sample(context, spare_id)) {
        try {
            form_ = std::make_unique<StateForm>(kind, get_state(context, spare_id, whole_flags),
                                                get_state(context, spare_id, partial_flags));
            kind_ = kind;
        } catch (const StateError &) {
            // A memory of a kind that we have not learnt to cut.
            form_.reset();
        }
    }
    clear(spare_id);
}

std::vector<uint8_t> SequenceState::capture_range(llama_seq_id id, llama_pos from, llama_pos to) {
    if (kind_ == StateKind::uncacheable) {
        throw StateError("the model's state cannot be kept");
    }
    if (kind_ == StateKind::recurrent) {
        return {};
    }
    llama_memory_seq_cp(memory_, id, spare_id_, from, to);
    try {
        const std::vector<uint8_t> state = get_state(context_, spare_id_, whole_flags);
        const size_t end = kind_ == StateKind::attention
                               ? state.size()
                               : attention_end(state.size(), llama_state_seq_get_size_ext(context_, spare_id_,
                                                                                          partial_flags));
        clear(spare_id_);
        return make_block(state, end, form_->cell_extra_bytes(), from);
    } catch (...) {
        clear(spare_id_);
        throw;
    }
}

std::vector<uint8_t> SequenceState::capture_partial(llama_seq_id id) {
    if (!needs_partial()) {
        throw StateError("the model has no partial state");
    }
    std::vector<uint8_t> state = get_state(context_, id, partial_flags);
    if (kind_ == StateKind::sliding_window) {
        lay_window_anew(id, state);
    }
    return state;
}

void SequenceState::lay_window_anew(llama_seq_id id, const std::vector<uint8_t> &partial) {
    // A window wanders through its ring of cells, and sums over cells round by where they lie. From here on
    // the sequence computes as one restored from these bytes will, to the last bit.
    if (llama_state_seq_set_data_ext(context_, partial.data(), partial.size(), id, partial_flags) !=
        partial.size()) {
        clear(id);
        throw StateError("the window found no room");
    }
}

bool SequenceState::restore(llama_seq_id id, const std::vector<uint8_t> &state, size_t cell_count,
                            llama_pos end_position) {
    clear(id);
    try {
        if (!form_) {
            return false;
        }
        form_->check(state, cell_count, end_position);
    } catch (const StateError &) {
        return false;
    }
    const size_t read = llama_state_seq_set_data_ext(context_, state.data(), state.size(), id, whole_flags);
    if (read == state.size() && llama_memory_seq_pos_max(memory_, id) == end_position - 1) {
        return true;
    }
    clear(id);
    return false;
}

bool SequenceState::share(llama_seq_id from, llama_seq_id to, llama_pos end_position) {
    if (kind_ != StateKind::attention || from == to ||
        llama_memory_seq_pos_max(memory_, from) + 1 < end_position) {
        return false;
    }
    clear(to);
    llama_memory_seq_cp(memory_, from, to, 0, end_position);
    if (llama_memory_seq_pos_max(memory_, to) + 1 == end_position) {
        return true;
    }
    clear(to);
    return false;
}

void SequenceState::clear(llama_seq_id id) {
    llama_memory_seq_rm(memory_, id, -1, -1);
}

} // namespace parley
