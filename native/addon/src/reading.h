#pragma once

#include "prefix-token.h"
#include "prompt.h"
#include "requests.h"
#include "sha256.h"

#include "llama.h"
#include "mtmd.h"

#include <cstddef>
#include <memory>
#include <vector>

namespace parley {

class PictureEncoder;

/** Cells that one encoding of a picture, or of one slice of it, fills. Values; cheap to copy. */
struct PictureRun {
    /** Index of its first cell in the reading. */
    size_t first_cell = 0;
    size_t cell_count = 0;
    /** Positions it takes: fewer than cells in models that place pictures in two dimensions (M-RoPE). */
    llama_pos position_count = 0;
    /** Whether the cells look at each other in both directions: they must be computed in one batch. */
    bool is_whole = false;
    std::shared_ptr<const Picture> picture;
    /** Of width, height and pixels. */
    Digest digest{};
    /** Which of the picture's runs, counted from 0. */
    size_t part = 0;
    /** Where the cells lie in the picture; without pixels. */
    std::shared_ptr<const mtmd_input_chunk> shape;
};

/**
 * A prompt as the context reads it, cell by cell: tokens, and every picture taken apart into the tokens that
 * the model's format puts around it and the cells its embeddings fill. `cells` is what the cache compares.
 */
struct Reading {
    std::vector<PrefixToken> cells;
    /** In order; they do not overlap. */
    std::vector<PictureRun> runs;

    /** The run that `cell` lies in; null for a token and beyond the end. */
    const PictureRun *run_at(size_t cell) const;

    /**
     * The position that `cell` is computed at, for tokens, first cells of runs and the end. Cells before it,
     * less what pictures save.
     */
    llama_pos position_of(size_t cell) const;

    /** `cell`, or where the picture begins that it lies inside of: sequences are cut only there. */
    size_t cut_before(size_t cell) const;

    /** How many cells from `cell` on are tokens without a picture between them, at most `limit`. */
    size_t tokens_from(size_t cell, size_t limit) const;
};

/** What cell `index` (of `count`, over all runs of one picture) holds, as the cache compares it. Pure. */
PrefixToken picture_cell(const Digest &digest, size_t index, size_t count);

/** The pictures of a conversation in order, as `PromptItem::picture` counts them. */
std::vector<std::shared_ptr<const Picture>> pictures_of(const Conversation &conversation);

/**
 * Takes the pictures of a prompt apart; no pixel is looked at but for their hash. `encoder` is null for a
 * model without a projector.
 * @throws Fault `model.cannot-see` where there are pictures and no encoder, `picture.refused`
 */
Reading make_reading(const std::vector<PromptItem> &items,
                     const std::vector<std::shared_ptr<const Picture>> &pictures,
                     const PictureEncoder *encoder);

} // namespace parley
