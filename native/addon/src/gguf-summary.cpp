#include "gguf-summary.h"

#include "checked.h"
#include "gguf-element-types.h"
#include "gguf-tensors.h"

#include <algorithm>
#include <limits>

namespace parley {

namespace {

std::optional<uint64_t> number_of(const GgufHeader &header, const std::string &key) {
    uint64_t value = 0;
    return header.find_number(key, value) ? std::optional<uint64_t>(value) : std::nullopt;
}

std::optional<std::string> text_of(const GgufHeader &header, const std::string &key) {
    const std::string *text = header.find_text(key);
    return text != nullptr ? std::optional<std::string>(*text) : std::nullopt;
}

/**
 * The width of a projector's output. Old LLaVA files give the picture encoder's own width as
 * `projection_dim`; the last layer of an `mlp` projector tells the truth, so it is asked first.
 */
std::optional<uint64_t> projector_width(const GgufHeader &header, const std::string &kind) {
    if (kind == "mlp") {
        for (const GgufTensor &tensor : header.tensors) {
            if (tensor.name == "mm.2.weight" && tensor.dimensions.size() == 2) {
                return tensor.dimensions[1];
            }
        }
    }
    const auto vision = number_of(header, "clip.vision.projection_dim");
    return vision ? vision : number_of(header, "clip.audio.projection_dim");
}

/** GGUF also carries adapters, statistics and bare vocabularies: well-formed, but nothing that answers. */
void check_is_model(const GgufHeader &header) {
    const std::string *type = header.find_text("general.type");
    if (type != nullptr && (*type == "adapter" || *type == "imatrix" || *type == "vocab")) {
        throw GgufError("not-a-model", "the file holds an " + *type + ", not a model", 0);
    }
    if (header.is_later_part()) {
        throw GgufError("not-a-model", "the file is a later part of a split model; open its first part", 0);
    }
    if (header.tensors.empty() && header.part_count() == 1) {
        throw GgufError("not-a-model", "the file holds no weights", 0);
    }
}

} // namespace

GgufSummary summarize(const std::string &path, const GgufHeader &header) {
    check_is_model(header);
    GgufSummary summary;
    summary.path = path;
    summary.file_bytes = header.file_bytes;
    summary.architecture = *header.find_text("general.architecture");
    summary.is_projector = summary.architecture == "clip";
    summary.name = text_of(header, "general.name");
    if (const auto file_type = number_of(header, "general.file_type")) {
        const char *name = file_type_name(*file_type);
        summary.quantization = name != nullptr ? std::optional<std::string>(name) : std::nullopt;
    }
    for (const GgufTensor &tensor : header.tensors) {
        const auto sum = checked_add(summary.parameter_count, element_count(tensor));
        summary.parameter_count = sum.value_or(std::numeric_limits<uint64_t>::max());
    }
    summary.tensor_count = header.tensors.size();
    summary.trained_context_tokens = number_of(header, summary.architecture + ".context_length");
    summary.has_chat_template = header.find_text("tokenizer.chat_template") != nullptr;
    if (!summary.is_projector) {
        summary.embedding_width = number_of(header, summary.architecture + ".embedding_length");
        return summary;
    }
    for (const char *key :
         {"clip.projector_type", "clip.vision.projector_type", "clip.audio.projector_type"}) {
        if (!summary.projector_kind) {
            summary.projector_kind = text_of(header, key);
        }
    }
    summary.embedding_width = projector_width(header, summary.projector_kind.value_or(""));
    return summary;
}

GgufHeader read_header(const std::string &path) {
    OpenFailure failure = OpenFailure::none;
    std::string reason;
    const auto source = FileSource::open(path, failure, reason);
    if (!source) {
        throw OpenError(failure == OpenFailure::missing, reason);
    }
    return GgufReader(*source).read();
}

GgufSummary inspect_file(const std::string &path) {
    return summarize(path, read_header(path));
}

} // namespace parley
