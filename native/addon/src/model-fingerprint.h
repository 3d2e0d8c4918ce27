#pragma once

#include "requests.h"
#include "sha256.h"

#include "llama.h"

#include <string>
#include <vector>

namespace parley {

/** The files of the model at `path`, in order: itself, and the later parts where it is split. */
std::vector<std::string> model_files(const std::string &path, uint64_t part_count);

/**
 * Names the weights in one file or more: all of each header, its size, and a piece of the data of up to 512
 * tensors. A copied, moved or renamed file keeps its hash. What it costs does not grow with the weights:
 * some milliseconds, most of them for the vocabulary. Any thread. @throws OpenError, GgufError
 */
Digest hash_weights(const std::vector<std::string> &paths);

/** Beside the files: what else decides which numbers a computed prefix holds. */
struct NumericSettings {
    llama_context_params context;
    /** Layers on a GPU; negative: all of them, where there is one. */
    int32_t gpu_layers;
    /** Devices in use, in order; empty: the CPU alone. */
    std::vector<std::string> devices;
    std::string template_text;
};

/**
 * Names everything that a computed prefix depends on: weights, projector, llama.cpp's version, the
 * instructions of this CPU that it was built to use, and `settings`. A state with another fingerprint must
 * not be used. The number of threads is left out: it changes at run time and orders no sum otherwise.
 * Any thread. @throws OpenError, GgufError
 */
Digest fingerprint_of(const LoadRequest &request, const NumericSettings &settings);

/** 64 hex digits, lower case. */
std::string to_hex(const Digest &digest);

} // namespace parley
