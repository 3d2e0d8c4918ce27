#include "vector-index.h"

#include "promise-worker.h"
#include "vector-args.h"

#include <functional>
#include <string>
#include <utility>

namespace parley {

namespace {

using OpenStore = std::shared_ptr<VectorStore>;

/** A rejected promise where `start` throws a Fault on the JavaScript thread, before any work began. */
Napi::Value rejecting(Napi::Env env, const std::function<Napi::Value()> &start) {
    try {
        return start();
    } catch (const Fault &fault) {
        const auto deferred = Napi::Promise::Deferred::New(env);
        deferred.Reject(to_js(env, fault));
        return deferred.Promise();
    }
}

} // namespace

Napi::Function VectorIndex::define(Napi::Env env) {
    return DefineClass(env, "VectorIndex",
                       {StaticMethod("open", &VectorIndex::open),
                        InstanceAccessor("dimensions", &VectorIndex::dimensions, nullptr),
                        InstanceAccessor("rowCount", &VectorIndex::row_count, nullptr),
                        InstanceMethod("append", &VectorIndex::append),
                        InstanceMethod("scan", &VectorIndex::scan),
                        InstanceMethod("close", &VectorIndex::close)});
}

VectorIndex::VectorIndex(const Napi::CallbackInfo &info) : Napi::ObjectWrap<VectorIndex>(info) {
    if (!info[0].IsExternal()) {
        throw Napi::TypeError::New(info.Env(), "a VectorIndex is made by VectorIndex.open");
    }
    store_ = *info[0].As<Napi::External<OpenStore>>().Data();
}

Napi::Value VectorIndex::open(const Napi::CallbackInfo &info) {
    const ObjectReader request(info[0], "request");
    const std::string path = request.string("path");
    const auto dimensions = static_cast<uint32_t>(request.integer("dimensions", 1, max_vector_dimensions));
    if (!info.This().IsFunction()) {
        throw Napi::TypeError::New(info.Env(), "open must be called on VectorIndex");
    }
    // The class is the method's `this`: nothing has to be kept for the whole process.
    auto constructor =
        std::make_shared<Napi::FunctionReference>(Napi::Persistent(info.This().As<Napi::Function>()));
    return PromiseWorker<OpenStore>::run(
        info.Env(), [path, dimensions] { return VectorStore::open(path, dimensions); },
        [constructor](Napi::Env env, const OpenStore &store) {
            auto handed_over = store;
            return constructor->New({Napi::External<OpenStore>::New(env, &handed_over)});
        });
}

Napi::Value VectorIndex::dimensions(const Napi::CallbackInfo &info) {
    return Napi::Number::New(info.Env(), store_->dimensions());
}

Napi::Value VectorIndex::row_count(const Napi::CallbackInfo &info) {
    return Napi::Number::New(info.Env(), static_cast<double>(store_->row_count()));
}

Napi::Value VectorIndex::append(const Napi::CallbackInfo &info) {
    return rejecting(info.Env(), [&]() -> Napi::Value {
        std::vector<float> vectors = read_vectors(info[0], "vectors", store_->dimensions());
        const std::shared_ptr<VectorAppend> append = store_->add(std::move(vectors));
        return PromiseWorker<uint64_t>::run(
            info.Env(), [store = store_, append] { return store->finish(*append); },
            [](Napi::Env env, const uint64_t &first_row) {
                return Napi::Number::New(env, static_cast<double>(first_row));
            });
    });
}

Napi::Value VectorIndex::scan(const Napi::CallbackInfo &info) {
    return rejecting(info.Env(), [&]() -> Napi::Value {
        auto scan = std::make_shared<const VectorScan>(read_scan(info, store_->dimensions()));
        return PromiseWorker<std::vector<VectorHit>>::run(
            info.Env(), [snapshot = store_->snapshot(), scan] { return scan_vectors(*snapshot, *scan); },
            [](Napi::Env env, const std::vector<VectorHit> &hits) { return to_js(env, hits); });
    });
}

Napi::Value VectorIndex::close(const Napi::CallbackInfo &info) {
    store_->begin_close();
    return PromiseWorker<bool>::run(
        info.Env(),
        [store = store_] {
            store->finish_close();
            return true;
        },
        [](Napi::Env env, const bool &) { return env.Undefined(); });
}

void define_vectors(Napi::Env env, Napi::Object exports) {
    exports.Set("VectorIndex", VectorIndex::define(env));
    exports.Set("rerankVectors", Napi::Function::New(env, rerank, "rerankVectors"));
    exports.Set("vectorKernels", Napi::Function::New(env, list_kernels, "vectorKernels"));
    exports.Set("int8Dots", Napi::Function::New(env, int8_dots, "int8Dots"));
}

} // namespace parley
