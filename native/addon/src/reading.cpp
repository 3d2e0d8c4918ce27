#include "reading.h"

#include "fault.h"
#include "picture-encoder.h"

#include <algorithm>
#include <cstring>

namespace parley {

namespace {

/** The runs whose first cell is at most `cell`. */
std::vector<PictureRun>::const_iterator runs_until(const std::vector<PictureRun> &runs, size_t cell) {
    return std::upper_bound(runs.begin(), runs.end(), cell,
                            [](size_t value, const PictureRun &run) { return value < run.first_cell; });
}

void append_picture(Reading &reading, const PictureLayout &layout, size_t cell_count) {
    size_t index = 0;
    for (const PictureLayout::Piece &piece : layout.pieces) {
        for (const llama_token token : piece.tokens) {
            reading.cells.push_back(to_prefix_token(token));
        }
        if (piece.run.cell_count == 0) {
            continue;
        }
        reading.runs.push_back(piece.run);
        reading.runs.back().first_cell = reading.cells.size();
        for (size_t cell = 0; cell < piece.run.cell_count; cell++) {
            reading.cells.push_back(picture_cell(piece.run.digest, index++, cell_count));
        }
    }
}

} // namespace

const PictureRun *Reading::run_at(size_t cell) const {
    const auto after = runs_until(runs, cell);
    if (after == runs.begin()) {
        return nullptr;
    }
    const PictureRun &run = *(after - 1);
    return cell < run.first_cell + run.cell_count ? &run : nullptr;
}

llama_pos Reading::position_of(size_t cell) const {
    auto position = static_cast<llama_pos>(cell);
    for (const PictureRun &run : runs) {
        if (run.first_cell + run.cell_count > cell) {
            break;
        }
        position -= static_cast<llama_pos>(run.cell_count) - run.position_count;
    }
    return position;
}

size_t Reading::cut_before(size_t cell) const {
    const PictureRun *run = run_at(cell);
    return run == nullptr ? cell : run->first_cell;
}

size_t Reading::tokens_from(size_t cell, size_t limit) const {
    if (run_at(cell) != nullptr) {
        return 0;
    }
    const auto next = runs_until(runs, cell);
    const size_t end = next == runs.end() ? cells.size() : next->first_cell;
    return std::min(limit, end - std::min(end, cell));
}

PrefixToken picture_cell(const Digest &digest, size_t index, size_t count) {
    // The digest is uniform already: what is left is to spread the two numbers over its bits.
    uint64_t bits = 0;
    std::memcpy(&bits, digest.data(), sizeof bits);
    bits ^= static_cast<uint64_t>(index) * 0x9e3779b97f4a7c15ULL;
    bits ^= static_cast<uint64_t>(count) * 0xc2b2ae3d27d4eb4fULL;
    bits = (bits ^ (bits >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    bits = (bits ^ (bits >> 27U)) * 0x94d049bb133111ebULL;
    return picture_bit | (bits ^ (bits >> 31U));
}

std::vector<std::shared_ptr<const Picture>> pictures_of(const Conversation &conversation) {
    std::vector<std::shared_ptr<const Picture>> pictures;
    for (const PromptMessage &message : conversation.messages) {
        pictures.insert(pictures.end(), message.pictures.begin(), message.pictures.end());
    }
    return pictures;
}

Reading make_reading(const std::vector<PromptItem> &items,
                     const std::vector<std::shared_ptr<const Picture>> &pictures,
                     const PictureEncoder *encoder) {
    if (encoder == nullptr && !pictures.empty()) {
        throw Fault("model.cannot-see");
    }
    Reading reading;
    reading.cells.reserve(items.size());
    for (const PromptItem &item : items) {
        if (!item.is_picture()) {
            reading.cells.push_back(to_prefix_token(item.token));
            continue;
        }
        const PictureLayout layout = encoder->lay_out(pictures.at(static_cast<size_t>(item.picture)));
        append_picture(reading, layout, layout.cell_count);
    }
    return reading;
}

} // namespace parley
