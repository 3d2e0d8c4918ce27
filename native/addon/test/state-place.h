#pragma once

#include "sequence-state.h"
#include "state-layout.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

/** Real contexts for state-test, and what is done with them. */
namespace parley::test {

constexpr llama_seq_id spare_id = 4;
constexpr uint32_t step_tokens = 256;
using Bytes = std::vector<uint8_t>;
using Logits = std::vector<float>;

inline void require(bool is_so, const char *what) {
    if (!is_so) {
        throw std::runtime_error(what);
    }
}

struct FreeModel {
    void operator()(llama_model *model) const { llama_model_free(model); }
};
struct FreeContext {
    void operator()(llama_context *context) const { llama_free(context); }
};
using LoadedModel = std::unique_ptr<llama_model, FreeModel>;

struct Settings {
    uint32_t context_tokens = 4096;
    bool is_flash = true;
    ggml_type cache_type = GGML_TYPE_F16;
};

/** A context as the engine makes them, with one thread, and its states. */
class Place {
public:
    explicit Place(llama_model *model, Settings settings) {
        llama_context_params params = llama_context_default_params();
        params.n_ctx = settings.context_tokens;
        params.n_batch = params.n_ubatch = step_tokens;
        params.n_seq_max = spare_id + 1;
        params.kv_unified = true;
        params.n_threads = params.n_threads_batch = 1;
        params.flash_attn_type =
            settings.is_flash ? LLAMA_FLASH_ATTN_TYPE_ENABLED : LLAMA_FLASH_ATTN_TYPE_DISABLED;
        params.type_k = params.type_v = settings.cache_type;
        context_.reset(llama_init_from_model(model, params));
        require(context_ != nullptr, "no context");
        state_ = std::make_unique<SequenceState>(context_.get(), spare_id);
    }

    SequenceState &state() { return *state_; }
    llama_context *context() { return context_.get(); }
    llama_memory_t memory() { return llama_get_memory(context_.get()); }

    /** Computes `tokens` at `position` on in one call, and gives the logits of the last. */
    Logits compute(llama_seq_id id, const llama_token *tokens, size_t count, llama_pos position) {
        llama_batch batch = llama_batch_init(static_cast<int32_t>(count), 0, 1);
        for (size_t index = 0; index < count; index++) {
            batch.token[index] = tokens[index];
            batch.pos[index] = position + static_cast<llama_pos>(index);
            batch.n_seq_id[index] = 1;
            batch.seq_id[index][0] = id;
            batch.logits[index] = static_cast<int8_t>(index + 1 == count);
        }
        batch.n_tokens = static_cast<int32_t>(count);
        const int32_t status = llama_decode(context_.get(), batch);
        llama_batch_free(batch);
        require(status == 0, "llama_decode failed");
        const float *logits = llama_get_logits_ith(context_.get(), -1);
        const int32_t words = llama_vocab_n_tokens(llama_model_get_vocab(llama_get_model(context_.get())));
        return Logits(logits, logits + words);
    }

    /** Computes a picture of `side` by `side` cells, which all have one position; only with picture
     * positions. */
    void compute_picture(llama_seq_id id, int32_t side, llama_pos position, uint32_t seed) {
        const int32_t count = side * side;
        std::mt19937 random(seed);
        std::normal_distribution<float> feature;
        std::vector<float> features(static_cast<size_t>(count) * static_cast<size_t>(llama_model_n_embd_inp(
                                                                     llama_get_model(context_.get()))));
        std::generate(features.begin(), features.end(), [&] { return feature(random); });
        // Time, row and column of every cell, and one that is not used.
        std::vector<llama_pos> positions(static_cast<size_t>(count) * 4, 0);
        std::vector<int32_t> id_counts(static_cast<size_t>(count), 1);
        std::vector<llama_seq_id *> ids(static_cast<size_t>(count), &id);
        std::vector<int8_t> wants_logits(static_cast<size_t>(count), 0);
        for (int32_t cell = 0; cell < count; cell++) {
            positions[static_cast<size_t>(cell)] = position;
            positions[static_cast<size_t>(count + cell)] = position + cell / side;
            positions[static_cast<size_t>(2 * count + cell)] = position + cell % side;
        }
        const llama_batch batch = {count,
                                   nullptr,
                                   features.data(),
                                   positions.data(),
                                   id_counts.data(),
                                   ids.data(),
                                   wants_logits.data()};
        require(llama_decode(context_.get(), batch) == 0, "llama_decode failed");
    }

private:
    std::unique_ptr<llama_context, FreeContext> context_;
    std::unique_ptr<SequenceState> state_;
};

inline std::vector<llama_token> some_tokens(const llama_model *model, size_t count, uint32_t seed) {
    std::mt19937 random(seed);
    const auto words = static_cast<uint32_t>(llama_vocab_n_tokens(llama_model_get_vocab(model)));
    std::vector<llama_token> tokens(count);
    for (llama_token &token : tokens) {
        token = static_cast<llama_token>(random() % words);
    }
    return tokens;
}

/** A prefix that was taken out, block by block as it was computed. */
struct Kept {
    std::vector<Bytes> blocks;
    std::vector<size_t> starts;
    Bytes partial;
    size_t token_count = 0;

    /** The state of the first `count` tokens. */
    Bytes merged(size_t count) const {
        std::vector<BlockSlice> slices;
        for (size_t index = 0; index < blocks.size() && starts[index] < count; index++) {
            const size_t end = index + 1 < starts.size() ? starts[index + 1] : token_count;
            slices.push_back(
                {blocks[index].data(), blocks[index].size(), 0, std::min(end, count) - starts[index]});
        }
        return merge_state(slices, partial.empty() ? nullptr : &partial);
    }
};

/** Reads `tokens` in uneven steps and takes each out; the partial state at the end. */
inline Kept read_and_keep(Place &place, llama_seq_id id, const std::vector<llama_token> &tokens) {
    const std::vector<size_t> steps = {256, 256, 131, 1, 200};
    Kept kept;
    for (size_t step = 0; kept.token_count < tokens.size(); step++) {
        const size_t count = std::min(steps[step % steps.size()], tokens.size() - kept.token_count);
        const auto from = static_cast<llama_pos>(kept.token_count);
        place.compute(id, tokens.data() + kept.token_count, count, from);
        kept.blocks.push_back(place.state().capture_range(id, from, from + static_cast<llama_pos>(count)));
        kept.starts.push_back(kept.token_count);
        kept.token_count += count;
    }
    if (place.state().needs_partial()) {
        kept.partial = place.state().capture_partial(id);
    }
    return kept;
}

/**
 * Computes on with given tokens: one by one, and where `has_large_steps` now and then 100 at once. The logits
 * of each step.
 */
inline std::vector<Logits> go_on(Place &place, llama_seq_id id, const std::vector<llama_token> &tokens,
                                 size_t position, bool has_large_steps) {
    std::vector<Logits> all;
    for (size_t at = 0; at < tokens.size();) {
        const bool is_large = has_large_steps && all.size() % 120 == 119;
        const size_t count = std::min<size_t>(is_large ? 100 : 1, tokens.size() - at);
        all.push_back(place.compute(id, tokens.data() + at, count, static_cast<llama_pos>(position + at)));
        at += count;
    }
    return all;
}

/** How far apart two runs are: 0 where every bit is the same. */
inline float distance(const std::vector<Logits> &left, const std::vector<Logits> &right) {
    require(left.size() == right.size(), "runs of different lengths");
    float most = 0;
    for (size_t step = 0; step < left.size(); step++) {
        for (size_t word = 0; word < left[step].size(); word++) {
            const float apart = std::abs(left[step][word] - right[step][word]);
            require(std::isfinite(apart), "logits are not numbers");
            most = std::max(most, apart);
        }
    }
    return most;
}

inline void require_same(const std::vector<Logits> &left, const std::vector<Logits> &right) {
    require(left.size() == right.size(), "runs of different lengths");
    for (size_t step = 0; step < left.size(); step++) {
        if (left[step] != right[step]) {
            throw std::runtime_error("the logits differ from step " + std::to_string(step) + " on, by " +
                                     std::to_string(distance(left, right)));
        }
    }
    const auto [least, most] = std::minmax_element(left[0].begin(), left[0].end());
    require(*least < *most && left.front() != left.back(), "the logits say nothing");
}

/** What the context holds of a sequence, byte by byte. */
inline Bytes whole_state(Place &place, llama_seq_id id) {
    Bytes state(llama_state_seq_get_size(place.context(), id));
    require(llama_state_seq_get_data(place.context(), state.data(), state.size(), id) == state.size(),
            "no state");
    return state;
}

inline void require_restored(Place &place, llama_seq_id id, const Bytes &state, size_t count) {
    const auto end = static_cast<llama_pos>(count);
    require(place.state().restore(id, state, count, end), "it was not restored");
    require(llama_memory_seq_pos_max(place.memory(), id) == end - 1, "it ends at another position");
}

} // namespace parley::test
