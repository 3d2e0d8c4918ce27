#include "gguf-element-types.h"

#include <array>

namespace parley {

namespace {

constexpr ElementType removed = {0, 0};

// Indexed by ggml_type. Written out, not taken from ggml, so that the reader stays free of it; a test
// compares each row with a file that llama.cpp itself accepts.
constexpr std::array<ElementType, 43> element_types = {{
    {1, 4},     // 0 F32
    {1, 2},     // 1 F16
    {32, 18},   // 2 Q4_0
    {32, 20},   // 3 Q4_1
    removed,    // 4 Q4_2
    removed,    // 5 Q4_3
    {32, 22},   // 6 Q5_0
    {32, 24},   // 7 Q5_1
    {32, 34},   // 8 Q8_0
    {32, 36},   // 9 Q8_1
    {256, 84},  // 10 Q2_K
    {256, 110}, // 11 Q3_K
    {256, 144}, // 12 Q4_K
    {256, 176}, // 13 Q5_K
    {256, 210}, // 14 Q6_K
    {256, 292}, // 15 Q8_K
    {256, 66},  // 16 IQ2_XXS
    {256, 74},  // 17 IQ2_XS
    {256, 98},  // 18 IQ3_XXS
    {256, 50},  // 19 IQ1_S
    {32, 18},   // 20 IQ4_NL
    {256, 110}, // 21 IQ3_S
    {256, 82},  // 22 IQ2_S
    {256, 136}, // 23 IQ4_XS
    {1, 1},     // 24 I8
    {1, 2},     // 25 I16
    {1, 4},     // 26 I32
    {1, 8},     // 27 I64
    {1, 8},     // 28 F64
    {256, 56},  // 29 IQ1_M
    {1, 2},     // 30 BF16
    removed,    // 31 Q4_0_4_4
    removed,    // 32 Q4_0_4_8
    removed,    // 33 Q4_0_8_8
    {256, 54},  // 34 TQ1_0
    {256, 66},  // 35 TQ2_0
    removed,    // 36 IQ4_NL_4_4
    removed,    // 37 IQ4_NL_4_8
    removed,    // 38 IQ4_NL_8_8
    {32, 17},   // 39 MXFP4
    {64, 36},   // 40 NVFP4
    {128, 18},  // 41 Q1_0
    {64, 18},   // 42 Q2_0
}};

constexpr std::array<const char *, 42> file_type_names = {{
    "F32",   "F16",     "Q4_0",   "Q4_1",   nullptr,  nullptr,   nullptr,  "Q8_0",   "Q5_0",
    "Q5_1",  "Q2_K",    "Q3_K_S", "Q3_K_M", "Q3_K_L", "Q4_K_S",  "Q4_K_M", "Q5_K_S", "Q5_K_M",
    "Q6_K",  "IQ2_XXS", "IQ2_XS", "Q2_K_S", "IQ3_XS", "IQ3_XXS", "IQ1_S",  "IQ4_NL", "IQ3_S",
    "IQ3_M", "IQ2_S",   "IQ2_M",  "IQ4_XS", "IQ1_M",  "BF16",    nullptr,  nullptr,  nullptr,
    "TQ1_0", "TQ2_0",   "MXFP4",  "NVFP4",  "Q1_0",   "Q2_0",
}};

} // namespace

const ElementType *find_element_type(uint32_t type) {
    if (type >= element_types.size() || element_types[type].block_elements == 0) {
        return nullptr;
    }
    return &element_types[type];
}

const char *file_type_name(uint64_t file_type) {
    return file_type < file_type_names.size() ? file_type_names[file_type] : nullptr;
}

} // namespace parley
