#pragma once

#include "embeddings-store.h"
#include "reading.h"

#include "llama.h"
#include "mtmd.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace parley {

/** How the model's format lays one picture out: tokens around it, and between its slices, and its cells. */
struct PictureLayout {
    struct Piece {
        /** Come before `run`. */
        std::vector<llama_token> tokens;
        /** `cell_count` is 0 after the last picture cells; `first_cell` is not set. */
        PictureRun run;
    };
    std::vector<Piece> pieces;
    /** Of all runs. */
    size_t cell_count = 0;
};

/** A stretch of a run that goes into the context in one batch. */
struct PictureStep {
    /** Cells of the run, from 0. */
    size_t offset;
    size_t count;
    llama_seq_id sequence;
    /** Position of the run's first cell, not of `offset`. */
    llama_pos first_position;
    /** Whether the logits of the step's last cell are wanted. */
    bool wants_logits;
};

/**
 * The eyes of a model: a projector, and what it saw last. Takes raw pixels; no file is decoded here. Made,
 * used and destroyed on the engine thread, before the model it borrows.
 */
class PictureEncoder {
public:
    struct Options {
        int threads;
        bool use_gpu;
        /** Called while the file is read; false ends that. */
        mtmd_progress_callback on_progress;
        void *progress_context;
    };

    /** Null where the projector does not fit or was stopped; the log says which. */
    static std::unique_ptr<PictureEncoder> open(const std::string &path, const llama_model *model,
                                                const Options &options);
    PictureEncoder(const PictureEncoder &) = delete;
    PictureEncoder &operator=(const PictureEncoder &) = delete;
    ~PictureEncoder() = default;

    bool can_see() const { return mtmd_support_vision(projector_.get()); }
    uint64_t weight_bytes() const { return weight_bytes_; }

    /** Pictures, or slices of them, that were encoded so far, and not found in the store. */
    uint64_t encoded_runs() const { return encoded_runs_; }

    /**
     * Tokens that one batch of the context must hold, so that a run whose cells look at each other in both
     * directions fits; 0 where the model has no such runs.
     */
    uint32_t whole_run_tokens() const;

    /** Cells that a picture takes with the tokens around it; no pixel is touched. @throws Fault
     * `picture.refused` */
    size_t size_of(const Picture &picture) const;

    /** What a picture becomes; its pixels are only hashed. @throws Fault `picture.refused` */
    PictureLayout lay_out(const std::shared_ptr<const Picture> &picture) const;

    /**
     * The embeddings of a run, from the store where they are there. Looks at `is_cancelled` between stretches
     * of about 512 million operations, never within one matrix product; null where it was cancelled.
     * @throws Fault `picture.refused` where the projector cannot take it
     */
    PictureEmbeddings encode(const PictureRun &run, const std::atomic<bool> &is_cancelled);

    /**
     * How many cells of a run one step may compute: all of it where they look at each other in both
     * directions, else at most `batch_tokens`.
     */
    static size_t step_cells(const PictureRun &run, size_t offset, size_t batch_tokens);

    /** Computes a stretch of a run in `context`. What `llama_decode` gives. */
    int32_t decode(llama_context *context, const PictureRun &run, const std::vector<float> &embeddings,
                   const PictureStep &step) const;

    /** Forgets what was seen: it takes memory, and pictures of ephemeral conversations must leave nothing. */
    void forget();

private:
    /** Lets a computation be watched, and stopped, between some of its nodes. */
    class Watch {
    public:
        explicit Watch(double quantum) : quantum_(quantum) {}
        void begin(const std::atomic<bool> *is_cancelled);
        static bool on_node(ggml_tensor *node, bool is_asking, void *watch);

    private:
        bool wants(const ggml_tensor *node);

        /** Operations after which it looks up; fixed, since where a graph is cut may change its last bits. */
        double quantum_;
        double pending_ = 0;
        const std::atomic<bool> *is_cancelled_ = nullptr;
    };
    /** The picture whose runs are being encoded, made ready by the projector. */
    struct Opened {
        Digest digest;
        mtmd::input_chunks_ptr chunks;
    };

    PictureEncoder(const llama_model *model, bool use_gpu);
    const mtmd_input_chunk *open_run(const PictureRun &run);
    std::vector<llama_pos> positions_of(const PictureRun &run, const PictureStep &step) const;

    const llama_model *model_;
    std::unique_ptr<Watch> watch_;
    mtmd::context_ptr projector_;
    std::optional<Opened> opened_;
    EmbeddingsStore store_;
    uint64_t weight_bytes_ = 0;
    uint64_t encoded_runs_ = 0;
};

} // namespace parley
