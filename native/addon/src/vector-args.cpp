#include "vector-args.h"

#include "fault.h"
#include "js-values.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace parley {

namespace {

constexpr int64_t max_hits = 100'000;

template <typename Element>
std::vector<Element> copy_array(const Napi::Value &value, napi_typedarray_type type, const std::string &name,
                                const char *type_name) {
    if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != type) {
        throw Napi::TypeError::New(value.Env(), name + " must be a " + type_name);
    }
    const auto array = value.As<Napi::TypedArrayOf<Element>>();
    return {array.Data(), array.Data() + array.ElementLength()};
}

void require_finite(const std::vector<float> &vectors, size_t dimensions) {
    const auto bad =
        std::find_if(vectors.begin(), vectors.end(), [](float value) { return !std::isfinite(value); });
    if (bad != vectors.end()) {
        const auto row = static_cast<size_t>(bad - vectors.begin()) / dimensions;
        throw Fault("vectors.not-finite", {{"row", static_cast<double>(row)}});
    }
}

DotKernel find_kernel(const Napi::Value &value, const std::string &name) {
    const std::vector<DotKernel> kernels = available_kernels();
    if (value.IsUndefined()) {
        return kernels.front();
    }
    const std::string wanted = value.IsString() ? value.As<Napi::String>().Utf8Value() : "";
    const auto found = std::find_if(kernels.begin(), kernels.end(),
                                    [&](const DotKernel &kernel) { return kernel.name == wanted; });
    if (found == kernels.end()) {
        throw Napi::TypeError::New(value.Env(), name + " must be one of vectorKernels()");
    }
    return *found;
}

} // namespace

std::vector<float> read_floats(const Napi::Value &value, const std::string &name) {
    return copy_array<float>(value, napi_float32_array, name, "Float32Array");
}

std::vector<float> read_query(const Napi::Value &value, size_t dimensions) {
    std::vector<float> query = read_floats(value, "query");
    if (query.size() != dimensions) {
        throw Napi::TypeError::New(value.Env(), "query must have " + std::to_string(dimensions) + " values");
    }
    require_finite(query, dimensions);
    return query;
}

std::vector<float> read_vectors(const Napi::Value &value, const std::string &name, size_t dimensions) {
    std::vector<float> vectors = read_floats(value, name);
    if (vectors.size() % dimensions != 0) {
        throw Napi::TypeError::New(value.Env(),
                                   name + " must have " + std::to_string(dimensions) + " values a row");
    }
    require_finite(vectors, dimensions);
    return vectors;
}

VectorScan read_scan(const Napi::CallbackInfo &info, size_t dimensions) {
    const ObjectReader options(info[1], "options");
    const auto object = info[1].As<Napi::Object>();
    VectorScan scan;
    scan.query = quantize_vector(read_query(info[0], dimensions));
    scan.count = static_cast<size_t>(options.integer("count", 1, max_hits));
    scan.kernel = find_kernel(object.Get("kernel"), "options.kernel");
    const Napi::Value filter = object.Get("filter");
    if (!filter.IsUndefined()) {
        scan.has_filter = true;
        scan.filter = copy_array<uint8_t>(filter, napi_uint8_array, "options.filter", "Uint8Array");
    }
    return scan;
}

namespace {

std::vector<VectorHit> rerank_candidates(const Napi::CallbackInfo &info) {
    const ObjectReader candidates(info[1], "candidates");
    const auto object = info[1].As<Napi::Object>();
    const std::vector<float> query = read_floats(info[0], "query");
    if (query.empty()) {
        throw Napi::TypeError::New(info.Env(), "query must have 1 value or more");
    }
    require_finite(query, query.size());
    const std::vector<uint32_t> rows =
        copy_array<uint32_t>(object.Get("rows"), napi_uint32_array, "candidates.rows", "Uint32Array");
    const std::vector<float> vectors =
        read_vectors(object.Get("vectors"), "candidates.vectors", query.size());
    if (vectors.size() != rows.size() * query.size()) {
        throw Napi::TypeError::New(info.Env(), "candidates.vectors must have one vector for each row");
    }
    const auto count = static_cast<size_t>(candidates.integer("count", 1, max_hits));
    return rerank_vectors(query, rows, vectors, count);
}

} // namespace

Napi::Value rerank(const Napi::CallbackInfo &info) {
    try {
        return to_js(info.Env(), rerank_candidates(info));
    } catch (const Fault &fault) {
        throw Napi::Error(info.Env(), to_js(info.Env(), fault));
    }
}

Napi::Value list_kernels(const Napi::CallbackInfo &info) {
    Napi::Array names = Napi::Array::New(info.Env());
    for (const DotKernel &kernel : available_kernels()) {
        names.Set(names.Length(), kernel.name);
    }
    return names;
}

Napi::Value int8_dots(const Napi::CallbackInfo &info) {
    const ObjectReader request(info[0], "request");
    const auto object = info[0].As<Napi::Object>();
    const DotKernel kernel = find_kernel(object.Get("kernel"), "request.kernel");
    const std::vector<int8_t> query =
        copy_array<int8_t>(object.Get("query"), napi_int8_array, "request.query", "Int8Array");
    const std::vector<int8_t> rows =
        copy_array<int8_t>(object.Get("rows"), napi_int8_array, "request.rows", "Int8Array");
    if (query.empty() || query.size() % vector_row_alignment != 0 || query.size() > max_vector_dimensions ||
        rows.size() % query.size() != 0) {
        throw Napi::TypeError::New(info.Env(), "request must have a padded query and whole rows");
    }
    if (std::find(query.begin(), query.end(), INT8_MIN) != query.end()) {
        throw Napi::TypeError::New(info.Env(), "request.query must be above -128");
    }
    const size_t row_count = rows.size() / query.size();
    std::vector<int32_t> dots(row_count);
    kernel.dots(query.data(), rows.data(), query.size(), row_count, dots.data());
    auto result = Napi::Int32Array::New(info.Env(), row_count);
    std::copy(dots.begin(), dots.end(), result.Data());
    return result;
}

Napi::Object to_js(Napi::Env env, const std::vector<VectorHit> &hits) {
    auto rows = Napi::Uint32Array::New(env, hits.size());
    auto scores = Napi::Float32Array::New(env, hits.size());
    for (size_t index = 0; index < hits.size(); index++) {
        rows[index] = hits[index].row;
        scores[index] = static_cast<float>(hits[index].score);
    }
    Napi::Object object = Napi::Object::New(env);
    object.Set("rows", rows);
    object.Set("scores", scores);
    return object;
}

} // namespace parley
