#include "vector-kernels.h"

namespace parley {

namespace {

void dots_scalar(const int8_t *query, const int8_t *rows, size_t row_bytes, size_t row_count, int32_t *dots) {
    for (size_t row = 0; row < row_count; row++) {
        const int8_t *values = rows + row * row_bytes;
        int32_t sum = 0;
        for (size_t index = 0; index < row_bytes; index++) {
            sum += static_cast<int32_t>(query[index]) * static_cast<int32_t>(values[index]);
        }
        dots[row] = sum;
    }
}

} // namespace

std::vector<DotKernel> available_kernels() {
    std::vector<DotKernel> kernels = x86_kernels();
    for (const DotKernel &kernel : arm_kernels()) {
        kernels.push_back(kernel);
    }
    kernels.push_back({"scalar", dots_scalar});
    return kernels;
}

} // namespace parley
