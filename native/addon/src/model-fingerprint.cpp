#include "model-fingerprint.h"

#include "gguf-summary.h"

#include "build-info.h"

#include <algorithm>
#include <cstring>

namespace parley {

namespace {

constexpr size_t most_pieces = 512;
constexpr size_t all_pieces_bytes = 1024 * 1024;

/** A hash of named fields, each with its length, so that no two lists of fields give the same bytes. */
class FieldHash {
public:
    void add(const char *name, const void *bytes, size_t length) {
        const uint64_t lengths[] = {std::strlen(name), length};
        hash_.update(lengths, sizeof(lengths));
        hash_.update(name, std::strlen(name));
        hash_.update(bytes, length);
    }
    void add(const char *name, const std::string &text) { add(name, text.data(), text.size()); }
    void add(const char *name, uint64_t number) { add(name, &number, sizeof(number)); }
    void add(const char *name, float number) { add(name, &number, sizeof(number)); }
    void add(const char *name, const Digest &digest) { add(name, digest.data(), digest.size()); }
    Digest finish() { return hash_.finish(); }

private:
    Sha256 hash_;
};

/** Adds `length` bytes of a file that was opened and measured before. @throws GgufError */
void add_range(FieldHash &hash, const char *name, FileSource &file, uint64_t offset, size_t length) {
    std::vector<uint8_t> bytes(length);
    if (!file.read_unbuffered(offset, bytes.data(), length)) {
        throw GgufError("truncated", "the file became shorter while it was read", offset);
    }
    hash.add(name, bytes.data(), bytes.size());
}

/** From the middle of each tensor: a merged adapter or a fine-tune changes whole matrices. */
void add_pieces(FieldHash &hash, FileSource &file, const GgufHeader &header) {
    const size_t count = header.tensors.size();
    const size_t step = std::max<size_t>(1, (count + most_pieces - 1) / most_pieces);
    const uint64_t piece_bytes = all_pieces_bytes / std::max<size_t>(1, count / step);
    for (size_t index = 0; index < count; index += step) {
        const GgufTensor &tensor = header.tensors[index];
        const auto length = static_cast<size_t>(std::min(piece_bytes, tensor.data_bytes));
        const uint64_t inside = (tensor.data_bytes - length) / 2;
        add_range(hash, "piece", file, header.data_start + tensor.data_offset + inside, length);
    }
}

void add_file(FieldHash &hash, const std::string &path) {
    const GgufHeader header = read_header(path);
    OpenFailure failure{};
    std::string reason;
    const std::unique_ptr<FileSource> file = FileSource::open(path, failure, reason);
    if (!file) {
        throw OpenError(failure == OpenFailure::missing, reason);
    }
    const auto header_bytes = static_cast<size_t>(std::min(header.data_start, file->size()));
    hash.add("file-bytes", file->size());
    add_range(hash, "header", *file, 0, header_bytes);
    add_pieces(hash, *file, header);
}

void add_settings(FieldHash &hash, const NumericSettings &settings) {
    const llama_context_params &context = settings.context;
    hash.add("type-k", static_cast<uint64_t>(context.type_k));
    hash.add("type-v", static_cast<uint64_t>(context.type_v));
    hash.add("flash-attention", static_cast<uint64_t>(context.flash_attn_type));
    hash.add("batch-tokens", uint64_t{context.n_batch});
    hash.add("step-tokens", uint64_t{context.n_ubatch});
    hash.add("unified", uint64_t{context.kv_unified});
    hash.add("whole-window", uint64_t{context.swa_full});
    hash.add("offload-state", uint64_t{context.offload_kqv});
    hash.add("rope-scaling", static_cast<uint64_t>(context.rope_scaling_type));
    hash.add("rope-base", context.rope_freq_base);
    hash.add("rope-scale", context.rope_freq_scale);
    hash.add("yarn-extension", context.yarn_ext_factor);
    hash.add("yarn-attention", context.yarn_attn_factor);
    hash.add("yarn-fast", context.yarn_beta_fast);
    hash.add("yarn-slow", context.yarn_beta_slow);
    hash.add("yarn-context", uint64_t{context.yarn_orig_ctx});
    hash.add("gpu-layers", static_cast<uint64_t>(settings.gpu_layers));
    for (const std::string &device : settings.devices) {
        hash.add("device", device);
    }
    hash.add("template", settings.template_text);
}

/**
 * Whether a context of this size makes the model turn positions by its second set of factors: it does so
 * beyond the context that it was first trained for.
 */
bool is_stretched(const GgufHeader &header, uint64_t context_tokens) {
    const auto has_second_set = [](const GgufTensor &tensor) {
        return tensor.name.find("rope_factors_long") != std::string::npos;
    };
    const std::string *architecture = header.find_text("general.architecture");
    if (architecture == nullptr ||
        std::none_of(header.tensors.begin(), header.tensors.end(), has_second_set)) {
        return false;
    }
    uint64_t first_context = 0;
    const bool is_known =
        header.find_number(*architecture + ".rope.scaling.original_context_length", first_context) ||
        header.find_number(*architecture + ".context_length", first_context);
    return is_known && context_tokens > first_context;
}

} // namespace

std::vector<std::string> model_files(const std::string &path, uint64_t part_count) {
    std::vector<std::string> files{path};
    std::array<char, 4096> text{};
    const auto count = static_cast<int32_t>(std::min<uint64_t>(part_count, 1000));
    if (count < 2 || llama_split_prefix(text.data(), text.size(), path.c_str(), 0, count) <= 0) {
        return files; // llama.cpp refuses a split model of another name itself
    }
    const std::string prefix = text.data();
    for (int32_t part = 1; part < count; part++) {
        llama_split_path(text.data(), text.size(), prefix.c_str(), part, count);
        files.emplace_back(text.data());
    }
    return files;
}

Digest hash_weights(const std::vector<std::string> &paths) {
    FieldHash hash;
    for (const std::string &path : paths) {
        add_file(hash, path);
    }
    return hash.finish();
}

Digest fingerprint_of(const LoadRequest &request, const NumericSettings &settings) {
    FieldHash hash;
    const GgufHeader header = read_header(request.path);
    hash.add("model", hash_weights(model_files(request.path, header.part_count())));
    if (request.projector_path) {
        hash.add("projector", hash_weights({*request.projector_path}));
    }
    hash.add("llama-version", std::string(llama_version()));
    hash.add("llama-commit", std::string(llama_commit()));
    hash.add("compiler", std::string(llama_compiler()));
    hash.add("build-target", std::string(llama_build_target()));
    hash.add("cpu", std::string(llama_print_system_info()));
    add_settings(hash, settings);
    hash.add("stretched", uint64_t{is_stretched(header, settings.context.n_ctx)});
    return hash.finish();
}

std::string to_hex(const Digest &digest) {
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(2 * digest.size());
    for (const uint8_t byte : digest) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

} // namespace parley
