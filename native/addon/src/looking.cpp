#include "scheduler.h"

#include <algorithm>

namespace parley {

Run *Scheduler::looking_run(bool is_background) const {
    const auto found = std::find_if(runs_.begin(), runs_.end(), [&](const std::unique_ptr<Run> &run) {
        return run->stage == Stage::reading && run->is_background() == is_background &&
               run->sequence->size() < run->goal && run->reading.run_at(run->sequence->size()) != nullptr;
    });
    return found == runs_.end() ? nullptr : found->get();
}

void Scheduler::look(Run &run) {
    // A copy: what is read moves on while it is computed.
    const PictureRun picture = *run.reading.run_at(run.sequence->size());
    Outcome outcome = Outcome::aborted;
    try {
        const uint64_t encoded_before = model_.eyes()->encoded_runs();
        const PictureEmbeddings embeddings = model_.eyes()->encode(picture, *run.is_cancelled);
        run.result.encoded_pictures += model_.eyes()->encoded_runs() - encoded_before;
        if (embeddings) {
            outcome = compute_picture(run, picture, *embeddings);
        }
    } catch (...) {
        drop_unnoted(run);
        fail(run, std::current_exception());
        return;
    }
    if (outcome == Outcome::full && !make_room()) {
        finish(run, StopReason::length);
    } else if (outcome == Outcome::done) {
        run.sequence->append(run.reading.cells.data() + picture.first_cell, picture.cell_count);
        go_on(run, [&] { after_cells(run, -1); });
    }
}

Scheduler::Outcome Scheduler::compute_picture(Run &run, const PictureRun &picture,
                                              const std::vector<float> &embeddings) {
    const llama_pos position = run.reading.position_of(picture.first_cell);
    model_.abort_switch().watch({run.is_cancelled.get()});
    int32_t status = 0;
    // Noted only when all of it is there: a picture is never kept in part.
    for (size_t offset = 0; offset < picture.cell_count && status == 0;) {
        const size_t count = PictureEncoder::step_cells(picture, offset, step_tokens_);
        const bool has_result = picture.first_cell + offset + count == run.goal;
        status = model_.eyes()->decode(model_.context(), picture, embeddings,
                                       {offset, count, run.sequence->id(), position, has_result});
        offset += count;
    }
    model_.abort_switch().watch({});
    if (status == 0) {
        counters_.computed += picture.cell_count;
        return Outcome::done;
    }
    drop_unnoted(run);
    return failure_of(status);
}

} // namespace parley
