#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace parley {

/** Bytes of one int8 row of `dimensions` values, padding included. */
size_t vector_row_bytes(size_t dimensions);

/**
 * Writes the direction of `vector` as whole numbers in [-127, 127] and returns what one of them is worth:
 * value i of the vector at length 1 is about `scale * values[i]`. A vector of zeros has scale 0. Padding up
 * to `vector_row_bytes` is left alone. All values of `vector` are finite.
 */
float quantize_vector(const float *vector, size_t dimensions, int8_t *values);

/** A quantised vector by itself, padded. */
struct QuantizedVector {
    std::vector<int8_t> values;
    float scale = 0;
};

QuantizedVector quantize_vector(const std::vector<float> &vector);

/** A row and how close it is to the query: about the cosine, in [-1, 1]. */
struct VectorHit {
    double score = 0;
    uint32_t row = 0;
};

/** Whether `left` comes first in a list of hits: the higher score, and of equal scores the lower row. */
bool is_closer(const VectorHit &left, const VectorHit &right);

/** The best hits of those offered, at most `count` (1 or more). */
class BestHits {
public:
    explicit BestHits(size_t count) : count_(count) {}

    /** Whether a hit with this score may be among the best; a row offered later never displaces an equal. */
    bool would_take(double score) const { return hits_.size() < count_ || score > hits_.front().score; }
    /** Rows must come in rising order. */
    void offer(VectorHit hit);
    /** The closest first. */
    std::vector<VectorHit> sorted() &&;

private:
    size_t count_;
    /** A heap with the farthest at the front. */
    std::vector<VectorHit> hits_;
};

/**
 * The cosine of `query` with each vector of `vectors`, which follow each other and belong to `rows`; the
 * best `count` of them, the closest first. In double precision; 0 where one of the two is all zeros.
 */
std::vector<VectorHit> rerank_vectors(const std::vector<float> &query, const std::vector<uint32_t> &rows,
                                      const std::vector<float> &vectors, size_t count);

} // namespace parley
