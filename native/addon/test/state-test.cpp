// Takes prefixes out of real contexts and brings them back: `state-test MODEL CASE`, which the spec beside it
// calls. What went wrong is said on standard error, and the program ends with 1.
#include "state-place.h"

#include <chrono>
#include <cstdio>
#include <functional>
#include <map>

using namespace parley;
using namespace parley::test;

namespace {

// Five steps of uneven lengths and a few tokens more.
constexpr size_t prefix_tokens = 1201;
constexpr size_t further_tokens = 1000;
constexpr llama_seq_id none = -1;

using Prompt = std::vector<llama_token>;

Prompt prefix_of(const llama_model *model) {
    return some_tokens(model, prefix_tokens, 1);
}

Prompt further_of(const llama_model *model, size_t count = further_tokens) {
    return some_tokens(model, count, 2);
}

void tell_kind(llama_model *model) {
    Place place(model, {});
    std::printf("%s\n", name_of(place.state().kind()));
    require(llama_memory_seq_pos_max(place.memory(), spare_id) == none, "the sample is still there");
}

void restore_into_fresh(llama_model *model, const Settings &settings) {
    Place first(model, settings);
    const Kept kept = read_and_keep(first, 0, prefix_of(model));
    const auto uninterrupted = go_on(first, 0, further_of(model), prefix_tokens, true);
    Place second(model, settings);
    require_restored(second, 0, kept.merged(prefix_tokens), prefix_tokens);
    require_same(uninterrupted, go_on(second, 0, further_of(model), prefix_tokens, true));
}

/** Where attention is all there is, a prefix can end at any token. */
void restore_cut(llama_model *model) {
    constexpr size_t cut = 700;
    Place first(model, {});
    const Kept kept = read_and_keep(first, 0, prefix_of(model));
    llama_memory_seq_rm(first.memory(), 0, cut, -1);
    const auto uninterrupted = go_on(first, 0, further_of(model), cut, true);
    Place second(model, {});
    require_restored(second, 0, kept.merged(cut), cut);
    require_same(uninterrupted, go_on(second, 0, further_of(model), cut, true));
    const Bytes &block = kept.blocks.front();
    const Bytes piece = cut_block({block.data(), block.size(), 40, 60});
    require(count_block_cells(piece.data(), piece.size()) == 60, "a cut block has other cells");
    require(piece == second.state().capture_range(0, 40, 100), "a cut block is another than a captured one");
}

/** Three conversations in turns, the second of which has gone: holes all over. */
void make_crowd(Place &place, const llama_model *model) {
    for (uint32_t round = 0; round < 12; round++) {
        const auto tokens = some_tokens(model, 50, 10 + round);
        place.compute(static_cast<llama_seq_id>(1 + round % 3), tokens.data(), tokens.size(),
                      static_cast<llama_pos>(50 * (round / 3)));
    }
    llama_memory_seq_rm(place.memory(), 2, -1, -1);
}

constexpr size_t crowd_tokens = 200;

void restore_beside_others(llama_model *model) {
    Place first(model, {});
    const Kept kept = read_and_keep(first, 0, prefix_of(model));
    const auto uninterrupted = go_on(first, 0, further_of(model), prefix_tokens, false);
    Place crowded(model, {});
    make_crowd(crowded, model);
    const Bytes other = whole_state(crowded, 1);
    require_restored(crowded, 2, kept.merged(prefix_tokens), prefix_tokens);
    require(whole_state(crowded, 1) == other, "another conversation changed");
    require(crowded.state().capture_range(2, 256, 512) == kept.blocks[1],
            "what is there is not what was kept");
    const auto here = go_on(crowded, 2, further_of(model), prefix_tokens, false);
    if (crowded.state().kind() == StateKind::sliding_window) {
        // The ring of cells begins to turn at another place: sums come in another order.
        require(distance(uninterrupted, here) < 0.02F, "the logits are far apart");
    } else {
        require_same(uninterrupted, here);
        require(whole_state(crowded, 1) == other, "another conversation changed");
    }
    go_on(crowded, 1, further_of(model, 50), crowd_tokens, false);
}

/** What is restored takes the place of what was in the sequence, and can be taken out again. */
void restore_over(llama_model *model) {
    Place place(model, {});
    const Kept kept = read_and_keep(place, 0, prefix_of(model));
    const Bytes state = kept.merged(prefix_tokens);
    Place other(model, {});
    go_on(other, 3, further_of(model, 77), 0, false);
    require_restored(other, 3, state, prefix_tokens);
    const Kept again = read_and_keep(place, 1, prefix_of(model));
    require(llama_memory_seq_pos_max(place.memory(), spare_id) == none, "the spare sequence is not empty");
    for (size_t index = 0; index < kept.blocks.size(); index++) {
        const auto from = static_cast<llama_pos>(kept.starts[index]);
        const auto to =
            static_cast<llama_pos>(index + 1 < kept.starts.size() ? kept.starts[index + 1] : prefix_tokens);
        require(other.state().capture_range(3, from, to) == kept.blocks[index], "a block came back another");
    }
    if (other.state().needs_partial()) {
        require(merge_state({}, &kept.partial).size() == other.state().capture_partial(3).size(),
                "the partial state came back another");
    }
    require(again.token_count == prefix_tokens, "nothing was read");
}

/** All cells of a picture share one position, and stay together in one block. */
void restore_picture(llama_model *model) {
    constexpr int32_t side = 6;
    constexpr llama_pos picture_at = 100;
    constexpr llama_pos text_at = picture_at + side;
    constexpr llama_pos end = text_at + 80;
    constexpr size_t cell_count = 100 + side * side + 80;
    const auto text = some_tokens(model, 180, 4);
    Place first(model, {});
    first.compute(0, text.data(), 100, 0);
    first.compute_picture(0, side, picture_at, 5);
    first.compute(0, text.data() + 100, 80, text_at);
    const std::vector<Bytes> blocks = {first.state().capture_range(0, 0, picture_at),
                                       first.state().capture_range(0, picture_at, text_at),
                                       first.state().capture_range(0, text_at, end)};
    require(count_block_cells(blocks[1].data(), blocks[1].size()) == side * side, "the picture is not whole");
    std::vector<BlockSlice> slices;
    slices.reserve(blocks.size());
    for (const Bytes &block : blocks) {
        slices.push_back({block.data(), block.size(), 0, count_block_cells(block.data(), block.size())});
    }
    const Bytes partial = first.state().capture_partial(0);
    const auto uninterrupted = go_on(first, 0, further_of(model, 200), end, true);
    Place second(model, {});
    require(second.state().restore(0, merge_state(slices, &partial), cell_count, end), "it was not restored");
    require(second.state().capture_range(0, picture_at, text_at) == blocks[1],
            "the picture came back another");
    require_same(uninterrupted, go_on(second, 0, further_of(model, 200), end, true));
}

/** A context without room says no, and nobody else loses anything. */
void restore_without_room(llama_model *model) {
    Settings small;
    small.context_tokens = 1280;
    Place first(model, {});
    const Kept kept = read_and_keep(first, 0, prefix_of(model));
    Place full(model, small);
    make_crowd(full, model);
    const Bytes other = whole_state(full, 1);
    const bool is_restored =
        full.state().restore(2, kept.merged(prefix_tokens), prefix_tokens, prefix_tokens);
    // Recurrent models need no room that grows.
    require(is_restored == (full.state().kind() == StateKind::recurrent), "room was found where none is");
    require(is_restored || llama_memory_seq_pos_max(full.memory(), 2) == none, "half of it is there");
    require(whole_state(full, 1) == other, "another conversation changed");
    go_on(full, 1, further_of(model, 20), crowd_tokens, false);
}

/** Restores bytes that are not right: refused or harmless, and the context stays usable. */
class Hostile {
public:
    explicit Hostile(llama_model *model) : place_(model, {}) {
        const auto prompt = prefix_of(model);
        Place first(model, {});
        state_ = read_and_keep(first, 0, prompt).merged(prefix_tokens);
        make_crowd(place_, model);
        other_ = whole_state(place_, 1);
    }

    const Bytes &state() const { return state_; }

    bool is_refused(const Bytes &state, size_t count = prefix_tokens) {
        const bool is_restored = place_.state().restore(2, state, count, static_cast<llama_pos>(count));
        require(is_restored || llama_memory_seq_pos_max(place_.memory(), 2) == none, "half of it is there");
        require(whole_state(place_, 1) == other_, "another conversation changed");
        return !is_restored;
    }

private:
    Place place_;
    Bytes state_;
    Bytes other_;
};

void refuse_broken(llama_model *model) {
    Hostile hostile(model);
    const Bytes &state = hostile.state();
    std::mt19937 random(3);
    for (int round = 0; round < 60; round++) {
        const size_t length = round < 40 ? static_cast<size_t>(round) : random() % state.size();
        require(hostile.is_refused(Bytes(state.begin(), state.begin() + static_cast<std::ptrdiff_t>(length))),
                "a cut state was taken");
    }
    Bytes longer = state;
    longer.push_back(0);
    require(hostile.is_refused(longer), "a longer state was taken");
    require(hostile.is_refused(state, prefix_tokens - 1), "a state of another length was taken");
    require(hostile.is_refused(state, prefix_tokens + 1), "a state of another length was taken");
    for (int round = 0; round < 400; round++) {
        Bytes changed = state;
        // Every byte of what describes the state, and some of the numbers: those mean something else then.
        const size_t at = round < 200 ? static_cast<size_t>(round) : random() % state.size();
        changed[at] ^= static_cast<uint8_t>(1U << (random() % 8));
        hostile.is_refused(changed);
    }
    require(!hostile.is_refused(state), "the sound state was refused");
}

/** Other types in the cache make other bytes. */
void refuse_foreign(llama_model *model) {
    Settings other;
    other.cache_type = GGML_TYPE_F32;
    Place first(model, other);
    const Kept kept = read_and_keep(first, 0, prefix_of(model));
    const bool has_types = first.state().kind() != StateKind::recurrent;
    Hostile hostile(model);
    require(hostile.is_refused(kept.merged(prefix_tokens)) == has_types, "a state of other types was taken");
}

void share_live(llama_model *model) {
    constexpr size_t shared = 600;
    Place first(model, {});
    read_and_keep(first, 0, prefix_of(model));
    const bool can_share = first.state().kind() == StateKind::attention;
    require(first.state().share(0, 1, shared) == can_share, "sharing is for attention alone");
    if (!can_share) {
        return;
    }
    require(!first.state().share(0, 2, prefix_tokens + 1), "more was shared than is there");
    const auto with_owner = go_on(first, 1, further_of(model, 100), shared, false);
    llama_memory_seq_rm(first.memory(), 0, -1, -1);
    llama_memory_seq_rm(first.memory(), 1, shared, -1);
    require_same(with_owner, go_on(first, 1, further_of(model, 100), shared, false));
}

double ms_of(const std::function<void()> &work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

/** Not a test: what each part costs. */
void measure(llama_model *model) {
    Place first(model, {});
    Kept kept;
    const double read_ms = ms_of([&] { kept = read_and_keep(first, 0, prefix_of(model)); });
    const double capture_ms = ms_of([&] {
        for (llama_pos from = 0; from < 1024; from += 256) {
            first.state().capture_range(0, from, from + 256);
        }
    });
    double partial_ms = 0;
    if (first.state().needs_partial()) {
        partial_ms = ms_of([&] { first.state().capture_partial(0); });
    }
    Bytes state;
    const double merge_ms = ms_of([&] { state = kept.merged(prefix_tokens); });
    Place second(model, {});
    const double restore_ms = ms_of([&] { require_restored(second, 0, state, prefix_tokens); });
    std::printf(
        "%s: read and keep %.1f ms, capture 1024 %.2f ms, partial %.2f ms (%zu bytes), merge %.2f ms, "
        "restore %.2f ms, %zu bytes, %zu tokens\n",
        name_of(first.state().kind()), read_ms, capture_ms, partial_ms, kept.partial.size(), merge_ms,
        restore_ms, state.size(), prefix_tokens);
}

const std::map<std::string, std::function<void(llama_model *)>> &cases() {
    static const std::map<std::string, std::function<void(llama_model *)>> all = {
        {"kind", tell_kind},
        {"fresh", [](llama_model *model) { restore_into_fresh(model, {}); }},
        {"fresh-plain",
         [](llama_model *model) {
             restore_into_fresh(model, {4096, false, GGML_TYPE_F16});
         }},
        {"fresh-q8",
         [](llama_model *model) {
             restore_into_fresh(model, {4096, true, GGML_TYPE_Q8_0});
         }},
        {"cut", restore_cut},
        {"beside", restore_beside_others},
        {"over", restore_over},
        {"picture", restore_picture},
        {"full", restore_without_room},
        {"broken", refuse_broken},
        {"foreign", refuse_foreign},
        {"share", share_live},
        {"measure", measure},
    };
    return all;
}

} // namespace

int main(int count, char **arguments) {
    if (count != 3 || cases().count(arguments[2]) == 0) {
        std::fputs("state-test MODEL CASE\n", stderr);
        return 2;
    }
    // What is refused on purpose is said as an error; the spec looks at the end of the program alone.
    llama_log_set([](ggml_log_level, const char *, void *) {}, nullptr);
    llama_backend_init();
    llama_model_params params = llama_model_default_params();
    params.n_gpu_layers = 0;
    const LoadedModel model(llama_model_load_from_file(arguments[1], params));
    try {
        require(model != nullptr, "no model");
        cases().at(arguments[2])(model.get());
        return 0;
    } catch (const std::exception &error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
