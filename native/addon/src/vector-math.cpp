#include "vector-math.h"

#include "vector-kernels.h"

#include <algorithm>
#include <cmath>

namespace parley {

namespace {

/** -128 stays unused: the range is the same on both sides of zero, and kernels may flip signs. */
constexpr double max_value = 127;

double dot(const float *left, const float *right, size_t dimensions) {
    double sum = 0;
    for (size_t index = 0; index < dimensions; index++) {
        sum += static_cast<double>(left[index]) * static_cast<double>(right[index]);
    }
    return sum;
}

} // namespace

size_t vector_row_bytes(size_t dimensions) {
    return (dimensions + vector_row_alignment - 1) / vector_row_alignment * vector_row_alignment;
}

float quantize_vector(const float *vector, size_t dimensions, int8_t *values) {
    double largest = 0;
    for (size_t index = 0; index < dimensions; index++) {
        largest = std::max(largest, std::fabs(static_cast<double>(vector[index])));
    }
    if (largest == 0) {
        std::fill(values, values + dimensions, static_cast<int8_t>(0));
        return 0;
    }
    // Double precision: the squares of the largest floats, and of the smallest, still fit.
    const double length = std::sqrt(dot(vector, vector, dimensions));
    for (size_t index = 0; index < dimensions; index++) {
        values[index] = static_cast<int8_t>(std::lround(vector[index] / largest * max_value));
    }
    return static_cast<float>(largest / length / max_value);
}

QuantizedVector quantize_vector(const std::vector<float> &vector) {
    QuantizedVector quantized;
    quantized.values.resize(vector_row_bytes(vector.size()));
    quantized.scale = quantize_vector(vector.data(), vector.size(), quantized.values.data());
    return quantized;
}

bool is_closer(const VectorHit &left, const VectorHit &right) {
    return left.score != right.score ? left.score > right.score : left.row < right.row;
}

void BestHits::offer(VectorHit hit) {
    if (hits_.size() == count_) {
        std::pop_heap(hits_.begin(), hits_.end(), is_closer);
        hits_.pop_back();
    }
    hits_.push_back(hit);
    std::push_heap(hits_.begin(), hits_.end(), is_closer);
}

std::vector<VectorHit> BestHits::sorted() && {
    std::sort(hits_.begin(), hits_.end(), is_closer);
    return std::move(hits_);
}

std::vector<VectorHit> rerank_vectors(const std::vector<float> &query, const std::vector<uint32_t> &rows,
                                      const std::vector<float> &vectors, size_t count) {
    const size_t dimensions = query.size();
    const double query_length = std::sqrt(dot(query.data(), query.data(), dimensions));
    std::vector<VectorHit> hits;
    for (size_t index = 0; index < rows.size(); index++) {
        const float *vector = vectors.data() + index * dimensions;
        const double lengths = query_length * std::sqrt(dot(vector, vector, dimensions));
        const double score = lengths > 0 ? dot(query.data(), vector, dimensions) / lengths : 0;
        hits.push_back({score, rows[index]});
    }
    std::sort(hits.begin(), hits.end(), is_closer);
    hits.resize(std::min(hits.size(), count));
    return hits;
}

} // namespace parley
