#include "measure-job.h"

#include "engine-thread.h"
#include "fault.h"

#include "common.h"

#include <algorithm>
#include <chrono>

namespace parley {

namespace {

constexpr int64_t max_threads = 1024;
constexpr int64_t max_batch_tokens = 4096;
constexpr int64_t max_tokens = 4096;

/** Computes made-up tokens in one sequence of a model, and forgets them and its own settings at the end. */
class Measurement {
public:
    Measurement(Model &model, const MeasureRequest &request, const std::atomic<bool> &is_cancelled)
        : model_(model), request_(request), threads_before_(model.threads()),
          sequence_(static_cast<llama_seq_id>(llama_n_seq_max(model.context()) - 1)),
          batch_(llama_batch_init(static_cast<int32_t>(step_tokens()), 0, 1)) {
        model_.abort_switch().watch({&is_cancelled});
        model_.set_threads(request.threads);
    }
    Measurement(const Measurement &) = delete;
    Measurement &operator=(const Measurement &) = delete;
    ~Measurement() {
        model_.abort_switch().watch({});
        model_.set_threads(threads_before_);
        llama_memory_seq_rm(llama_get_memory(model_.context()), sequence_, -1, -1);
        llama_batch_free(batch_);
    }

    /** Tokens a second, `step` of them at a time. @throws Fault `cancelled`, `prompt.too-long` */
    double speed_of(uint32_t token_count, uint32_t step) {
        const auto start = std::chrono::steady_clock::now();
        for (uint32_t done = 0; done < token_count; done += step) {
            compute(std::min(step, token_count - done));
        }
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
        return token_count / seconds.count();
    }

    uint32_t step_tokens() const { return std::min(request_.batch_tokens, llama_n_ubatch(model_.context())); }

    void compute(uint32_t count) {
        common_batch_clear(batch_);
        const int32_t vocabulary = llama_vocab_n_tokens(model_.vocab());
        for (uint32_t index = 0; index < count; index++) {
            // Any token costs what any other costs, but a model of experts should not meet one token only.
            const auto token = static_cast<llama_token>(7919LL * (position_ + 1) % vocabulary);
            common_batch_add(batch_, token, position_++, {sequence_}, index + 1 == count);
        }
        const int32_t status = llama_decode(model_.context(), batch_);
        if (status == 1) {
            throw Fault("prompt.too-long",
                        {{"promptTokens", static_cast<double>(position_)},
                         {"contextTokens", static_cast<double>(llama_n_ctx(model_.context()))}});
        }
        if (status == 2) {
            throw Fault("cancelled");
        }
        if (status != 0) {
            throw std::runtime_error("llama_decode gave " + std::to_string(status));
        }
        llama_synchronize(model_.context());
    }

private:
    Model &model_;
    const MeasureRequest &request_;
    int threads_before_;
    llama_seq_id sequence_;
    llama_pos position_ = 0;
    llama_batch batch_;
};

} // namespace

MeasureRequest read_measure_request(const ObjectReader &reader) {
    MeasureRequest request{};
    request.threads = static_cast<int>(reader.integer("threads", 1, max_threads));
    request.batch_tokens = static_cast<uint32_t>(reader.integer("batchTokens", 1, max_batch_tokens));
    request.prompt_tokens = static_cast<uint32_t>(reader.integer("promptTokens", 1, max_tokens));
    request.answer_tokens = static_cast<uint32_t>(reader.integer("answerTokens", 1, max_tokens));
    return request;
}

Job::Settlement MeasureJob::run(EngineCore &core) {
    double prompt_speed = 0;
    double answer_speed = 0;
    {
        Measurement measurement(core.model(), request_, cancel_flag());
        measurement.compute(1); // wakes the threads
        prompt_speed = measurement.speed_of(request_.prompt_tokens, measurement.step_tokens());
        answer_speed = measurement.speed_of(request_.answer_tokens, 1);
    }
    if (is_cancelled()) {
        throw Fault("cancelled");
    }
    return [prompt_speed, answer_speed](Napi::Env env) {
        Napi::Object object = Napi::Object::New(env);
        object.Set("promptTokensPerSecond", prompt_speed);
        object.Set("answerTokensPerSecond", answer_speed);
        return object;
    };
}

} // namespace parley
