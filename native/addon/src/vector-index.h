#pragma once

#include "vector-store.h"

#include <napi.h>

#include <memory>

namespace parley {

/**
 * The class VectorIndex of index.d.ts. JavaScript thread; reading and writing happen on Node's pool. Work
 * that runs holds the file itself, so the object may be collected meanwhile.
 */
class VectorIndex : public Napi::ObjectWrap<VectorIndex> {
public:
    static Napi::Function define(Napi::Env env);
    explicit VectorIndex(const Napi::CallbackInfo &info);

private:
    static Napi::Value open(const Napi::CallbackInfo &info);
    Napi::Value dimensions(const Napi::CallbackInfo &info);
    Napi::Value row_count(const Napi::CallbackInfo &info);
    Napi::Value append(const Napi::CallbackInfo &info);
    Napi::Value scan(const Napi::CallbackInfo &info);
    Napi::Value close(const Napi::CallbackInfo &info);

    std::shared_ptr<VectorStore> store_;
};

/** Adds `VectorIndex`, `rerankVectors`, `vectorKernels` and `int8Dots` to the module. */
void define_vectors(Napi::Env env, Napi::Object exports);

} // namespace parley
