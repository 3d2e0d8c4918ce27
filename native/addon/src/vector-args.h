#pragma once

#include "args.h"
#include "vector-math.h"
#include "vector-scan.h"

#include <napi.h>

#include <string>
#include <vector>

namespace parley {

/**
 * Copies of typed arrays: the memory stays JavaScript's, which may change or free it while a thread of ours
 * works. JavaScript thread. @throws Napi::TypeError with the argument's name
 */
std::vector<float> read_floats(const Napi::Value &value, const std::string &name);

/** A vector of exactly `dimensions`. @throws as `read_floats`, and Fault `vectors.not-finite` */
std::vector<float> read_query(const Napi::Value &value, size_t dimensions);

/** Whole vectors of `dimensions`. @throws as `read_floats`, and Fault `vectors.not-finite` */
std::vector<float> read_vectors(const Napi::Value &value, const std::string &name, size_t dimensions);

/** @throws as `read_query`, and Napi::TypeError for the options */
VectorScan read_scan(const Napi::CallbackInfo &info, size_t dimensions);

/** `rerankVectors`. */
Napi::Value rerank(const Napi::CallbackInfo &info);

/** `vectorKernels`. */
Napi::Value list_kernels(const Napi::CallbackInfo &info);

/** `int8Dots`. */
Napi::Value int8_dots(const Napi::CallbackInfo &info);

/** See VectorHits in index.d.ts. */
Napi::Object to_js(Napi::Env env, const std::vector<VectorHit> &hits);

} // namespace parley
