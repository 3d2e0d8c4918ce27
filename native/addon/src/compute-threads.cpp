#include "compute-threads.h"

#include "ggml-backend.h"

namespace parley {

namespace {

/** A function of the CPU backend; asked for by name, since the backend may be a library of its own. */
template <typename Function> Function cpu_function(const char *name) {
    ggml_backend_dev_t device = ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU);
    ggml_backend_reg_t registry = device != nullptr ? ggml_backend_dev_backend_reg(device) : nullptr;
    return registry == nullptr
               ? nullptr
               : reinterpret_cast<Function>(ggml_backend_reg_get_proc_address(registry, name));
}

ggml_threadpool *new_pool(int count) {
    const auto create = cpu_function<decltype(&ggml_threadpool_new)>("ggml_threadpool_new");
    if (create == nullptr) {
        return nullptr;
    }
    ggml_threadpool_params params = ggml_threadpool_params_default(count);
    // Waiting threads look out for a few milliseconds, enough to bridge the gap between two tokens, then they
    // sleep: the window needs the cores too.
    params.poll = 1;
    return create(&params);
}

} // namespace

void ComputeThreads::FreePool::operator()(ggml_threadpool *pool) const {
    const auto free_pool = cpu_function<decltype(&ggml_threadpool_free)>("ggml_threadpool_free");
    if (free_pool != nullptr) {
        free_pool(pool);
    }
}

void ComputeThreads::use(llama_context *context, int count) {
    if (count == count_) {
        return;
    }
    auto &pool = pools_[count];
    if (!pool) {
        pool.reset(new_pool(count));
    }
    if (pool) {
        llama_attach_threadpool(context, pool.get(), pool.get());
    } else {
        llama_detach_threadpool(context);
    }
    llama_set_n_threads(context, count, count);
    count_ = count;
}

} // namespace parley
