#include "picture-encoder.h"

#include "fault.h"

#include "ggml-backend.h"

#include <algorithm>
#include <array>
#include <utility>

namespace parley {

namespace {

/** A few pictures of today's models, whose embeddings take 1 to 20 MB each. */
constexpr size_t store_bytes = 64UL * 1024 * 1024;
/** On a slow core some 50 ms of work; a GPU would starve on pieces that small. */
constexpr double cpu_quantum = 512e6;
constexpr double gpu_quantum = 32e9;
/** The side of a picture that makes any encoder give as many cells as it can. */
constexpr uint32_t large_side = 4096;
/** llama.cpp's count of positions in models with M-RoPE. */
constexpr size_t mrope_dimensions = 4;

// The bounds of the request's reader, again: projectors compute sizes in 32-bit integers and end the process
// where one is zero.
constexpr uint64_t max_pixels = 100000000;
constexpr uint64_t max_aspect = 200;

[[noreturn]] void refuse(const Picture &picture) {
    throw Fault("picture.refused", {{"width", static_cast<double>(picture.width)},
                                    {"height", static_cast<double>(picture.height)}});
}

void check(const Picture &picture) {
    const uint64_t short_side = std::min(picture.width, picture.height);
    const uint64_t long_side = std::max(picture.width, picture.height);
    const uint64_t pixels = short_side * long_side;
    const bool is_sound = short_side > 0 && pixels <= max_pixels && long_side <= max_aspect * short_side &&
                          picture.rgb.size() == pixels * 3;
    if (!is_sound) {
        refuse(picture);
    }
}

Digest digest_of(const Picture &picture) {
    Sha256 hash;
    const std::array<uint32_t, 2> size{picture.width, picture.height};
    for (const uint32_t side : size) {
        const std::array<uint8_t, 4> bytes{static_cast<uint8_t>(side), static_cast<uint8_t>(side >> 8U),
                                           static_cast<uint8_t>(side >> 16U),
                                           static_cast<uint8_t>(side >> 24U)};
        hash.update(bytes.data(), bytes.size());
    }
    hash.update(picture.rgb.data(), picture.rgb.size());
    return hash.finish();
}

/** The projector's own form of one picture; `rgb` null to learn the sizes only. Null where it refuses. */
mtmd::input_chunks_ptr take_apart(const mtmd_context *projector, uint32_t width, uint32_t height,
                                  const uint8_t *rgb) {
    const mtmd::bitmap_ptr bitmap(mtmd_bitmap_init(width, height, rgb));
    // The picture alone, so that no text of a person is ever read with special-token parsing on.
    const mtmd_input_part part{nullptr, bitmap.get()};
    const std::array<const mtmd_input_part *, 1> parts{&part};
    mtmd::input_chunks_ptr chunks(mtmd_input_chunks_init());
    const int32_t status =
        mtmd_tokenize_from_parts(projector, chunks.get(), parts.data(), parts.size(), false);
    return status == 0 ? std::move(chunks) : nullptr;
}

bool is_image(const mtmd_input_chunk *chunk) {
    return mtmd_input_chunk_get_type(chunk) == MTMD_INPUT_CHUNK_TYPE_IMAGE;
}

/** About how many operations a node takes; the big ones count, the rest goes by its size. */
double operations_of(const ggml_tensor *node) {
    const auto elements = static_cast<double>(ggml_nelements(node));
    switch (node->op) {
    case GGML_OP_MUL_MAT:
    case GGML_OP_MUL_MAT_ID:
        return 2 * elements * static_cast<double>(node->src[0]->ne[0]);
    case GGML_OP_FLASH_ATTN_EXT:
        return 4 * elements * static_cast<double>(node->src[1]->ne[1]);
    default:
        return elements;
    }
}

/** Lets cells of one batch look at each other in both directions while it lives. */
class NonCausal {
public:
    NonCausal(llama_context *context, bool is_on) : context_(context), is_on_(is_on) {
        if (is_on_) {
            llama_set_causal_attn(context_, false);
        }
    }
    NonCausal(const NonCausal &) = delete;
    NonCausal &operator=(const NonCausal &) = delete;
    ~NonCausal() {
        if (is_on_) {
            llama_set_causal_attn(context_, true);
        }
    }

private:
    llama_context *context_;
    bool is_on_;
};

} // namespace

void PictureEncoder::Watch::begin(const std::atomic<bool> *is_cancelled) {
    is_cancelled_ = is_cancelled;
    pending_ = 0;
}

bool PictureEncoder::Watch::on_node(ggml_tensor *node, bool is_asking, void *watch) {
    auto *self = static_cast<Watch *>(watch);
    const bool is_stopped = self->is_cancelled_ != nullptr && self->is_cancelled_->load();
    return is_asking ? is_stopped || self->wants(node) : !is_stopped;
}

bool PictureEncoder::Watch::wants(const ggml_tensor *node) {
    pending_ += operations_of(node);
    if (pending_ < quantum_) {
        return false;
    }
    pending_ = 0;
    return true;
}

PictureEncoder::PictureEncoder(const llama_model *model, bool use_gpu)
    : model_(model), watch_(std::make_unique<Watch>(use_gpu ? gpu_quantum : cpu_quantum)),
      store_(store_bytes) {
}

std::unique_ptr<PictureEncoder> PictureEncoder::open(const std::string &path, const llama_model *model,
                                                     const Options &options) {
    std::unique_ptr<PictureEncoder> encoder(new PictureEncoder(model, options.use_gpu));
    mtmd_context_params params = mtmd_context_params_default();
    params.use_gpu = options.use_gpu;
    params.print_timings = false;
    params.n_threads = options.threads;
    params.warmup = false;
    params.progress_callback = options.on_progress;
    params.progress_callback_user_data = options.progress_context;
    params.cb_eval = Watch::on_node;
    params.cb_eval_user_data = encoder->watch_.get();
    encoder->projector_.reset(mtmd_init_from_file(path.c_str(), model, params));
    if (!encoder->projector_) {
        return nullptr;
    }
    for (const auto &[device, bytes] : mtmd_get_memory_usage(path.c_str(), params)) {
        encoder->weight_bytes_ += bytes;
    }
    return encoder;
}

uint32_t PictureEncoder::whole_run_tokens() const {
    if (!can_see() || !mtmd_decode_use_non_causal(projector_.get(), nullptr)) {
        return 0;
    }
    size_t largest = 0;
    const mtmd::input_chunks_ptr chunks = take_apart(projector_.get(), large_side, large_side, nullptr);
    for (size_t index = 0; chunks && index < mtmd_input_chunks_size(chunks.get()); index++) {
        const mtmd_input_chunk *chunk = mtmd_input_chunks_get(chunks.get(), index);
        largest = std::max(largest, is_image(chunk) ? mtmd_input_chunk_get_n_tokens(chunk) : 0);
    }
    return static_cast<uint32_t>(largest);
}

size_t PictureEncoder::size_of(const Picture &picture) const {
    check(picture);
    const mtmd::input_chunks_ptr chunks =
        take_apart(projector_.get(), picture.width, picture.height, nullptr);
    if (!chunks) {
        refuse(picture);
    }
    size_t size = 0;
    for (size_t index = 0; index < mtmd_input_chunks_size(chunks.get()); index++) {
        size += mtmd_input_chunk_get_n_tokens(mtmd_input_chunks_get(chunks.get(), index));
    }
    return size;
}

PictureLayout PictureEncoder::lay_out(const std::shared_ptr<const Picture> &picture) const {
    check(*picture);
    const mtmd::input_chunks_ptr chunks =
        take_apart(projector_.get(), picture->width, picture->height, nullptr);
    if (!chunks) {
        refuse(*picture);
    }
    PictureLayout layout;
    const Digest digest = digest_of(*picture);
    size_t part = 0;
    layout.pieces.emplace_back();
    for (size_t index = 0; index < mtmd_input_chunks_size(chunks.get()); index++) {
        const mtmd_input_chunk *chunk = mtmd_input_chunks_get(chunks.get(), index);
        if (!is_image(chunk)) {
            size_t count = 0;
            const llama_token *tokens = mtmd_input_chunk_get_tokens_text(chunk, &count);
            layout.pieces.back().tokens.assign(tokens, tokens + count);
            continue;
        }
        PictureRun &run = layout.pieces.back().run;
        run.cell_count = mtmd_input_chunk_get_n_tokens(chunk);
        run.position_count = mtmd_input_chunk_get_n_pos(chunk);
        run.is_whole = mtmd_decode_use_non_causal(projector_.get(), chunk);
        run.picture = picture;
        run.digest = digest;
        run.part = part++;
        run.shape = std::shared_ptr<const mtmd_input_chunk>(
            mtmd_input_chunk_get_placeholder(chunk), [](const mtmd_input_chunk *shape) {
                mtmd_input_chunk_free(const_cast<mtmd_input_chunk *>(shape));
            });
        layout.cell_count += run.cell_count;
        layout.pieces.emplace_back();
    }
    return layout;
}

const mtmd_input_chunk *PictureEncoder::open_run(const PictureRun &run) {
    if (!opened_ || opened_->digest != run.digest) {
        opened_.reset();
        const Picture &picture = *run.picture;
        mtmd::input_chunks_ptr chunks =
            take_apart(projector_.get(), picture.width, picture.height, picture.rgb.data());
        if (!chunks) {
            refuse(picture);
        }
        opened_ = Opened{run.digest, std::move(chunks)};
    }
    size_t part = 0;
    const mtmd_input_chunks *chunks = opened_->chunks.get();
    for (size_t index = 0; index < mtmd_input_chunks_size(chunks); index++) {
        const mtmd_input_chunk *chunk = mtmd_input_chunks_get(chunks, index);
        if (is_image(chunk) && part++ == run.part && mtmd_input_chunk_get_n_tokens(chunk) == run.cell_count) {
            return chunk;
        }
    }
    refuse(*run.picture);
}

PictureEmbeddings PictureEncoder::encode(const PictureRun &run, const std::atomic<bool> &is_cancelled) {
    if (PictureEmbeddings kept = store_.find(run.digest, run.part)) {
        return kept;
    }
    if (is_cancelled.load()) {
        return nullptr;
    }
    const mtmd_input_chunk *chunk = open_run(run);
    watch_->begin(&is_cancelled);
    const int32_t status = mtmd_encode_chunk(projector_.get(), chunk);
    watch_->begin(nullptr);
    if (is_cancelled.load()) {
        opened_.reset();
        return nullptr; // a stopped graph gives numbers too, but not those of the picture
    }
    if (status != 0) {
        opened_.reset();
        refuse(*run.picture);
    }
    encoded_runs_++;
    const float *output = mtmd_get_output_embd(projector_.get());
    const size_t count = run.cell_count * static_cast<size_t>(llama_model_n_embd_inp(model_));
    auto embeddings = std::make_shared<const std::vector<float>>(output, output + count);
    store_.add(run.digest, run.part, embeddings);
    return embeddings;
}

size_t PictureEncoder::step_cells(const PictureRun &run, size_t offset, size_t batch_tokens) {
    return std::min(run.cell_count - offset, batch_tokens);
}

std::vector<llama_pos> PictureEncoder::positions_of(const PictureRun &run, const PictureStep &step) const {
    std::vector<llama_pos> positions;
    if (!mtmd_decode_use_mrope(projector_.get())) {
        for (size_t cell = 0; cell < step.count; cell++) {
            positions.push_back(step.first_position + static_cast<llama_pos>(step.offset + cell));
        }
        return positions;
    }
    // Dimension after dimension, in the order that llama.cpp's rotary embedding takes them.
    positions.resize(mrope_dimensions * step.count);
    const mtmd_image_tokens *tokens = mtmd_input_chunk_get_tokens_image(run.shape.get());
    for (size_t cell = 0; cell < step.count; cell++) {
        const mtmd_decoder_pos at =
            mtmd_image_tokens_get_decoder_pos(tokens, step.first_position, step.offset + cell);
        const std::array<uint32_t, mrope_dimensions> dimensions{at.t, at.y, at.x, at.z};
        for (size_t dimension = 0; dimension < mrope_dimensions; dimension++) {
            positions[dimension * step.count + cell] = static_cast<llama_pos>(dimensions[dimension]);
        }
    }
    return positions;
}

int32_t PictureEncoder::decode(llama_context *context, const PictureRun &run,
                               const std::vector<float> &embeddings, const PictureStep &step) const {
    const auto width = static_cast<size_t>(llama_model_n_embd_inp(model_));
    std::vector<float> stretch(embeddings.begin() + static_cast<std::ptrdiff_t>(step.offset * width),
                               embeddings.begin() +
                                   static_cast<std::ptrdiff_t>((step.offset + step.count) * width));
    std::vector<llama_pos> positions = positions_of(run, step);
    std::vector<int32_t> sequence_counts(step.count, 1);
    llama_seq_id sequence = step.sequence;
    std::vector<llama_seq_id *> sequences(step.count, &sequence);
    std::vector<int8_t> wants_logits(step.count, 0);
    wants_logits.back() = step.wants_logits ? 1 : 0;
    const llama_batch batch{
        static_cast<int32_t>(step.count), nullptr,          stretch.data(),     positions.data(),
        sequence_counts.data(),           sequences.data(), wants_logits.data()};
    const NonCausal non_causal(context, run.is_whole);
    return llama_decode(context, batch);
}

void PictureEncoder::forget() {
    opened_.reset();
    store_.clear();
}

} // namespace parley
