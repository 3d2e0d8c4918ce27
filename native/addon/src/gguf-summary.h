#pragma once

#include "gguf-reader.h"

#include <optional>
#include <string>

namespace parley {

/** What a person wants to know of a GGUF file; see GgufSummary in index.d.ts. */
struct GgufSummary {
    std::string path;
    uint64_t file_bytes = 0;
    bool is_projector = false;
    std::string architecture;
    std::optional<std::string> name;
    std::optional<std::string> quantization;
    uint64_t parameter_count = 0;
    std::optional<uint64_t> trained_context_tokens;
    std::optional<uint64_t> embedding_width;
    uint64_t tensor_count = 0;
    bool has_chat_template = false;
    std::optional<std::string> projector_kind;
};

/** The file could not be opened. */
class OpenError : public std::runtime_error {
public:
    OpenError(bool is_missing, const std::string &reason)
        : std::runtime_error(reason), is_missing_(is_missing) {}
    bool is_missing() const { return is_missing_; }

private:
    bool is_missing_;
};

/** Reads and checks the header of the file at `path` (UTF-8). Any thread. @throws OpenError, GgufError */
GgufHeader read_header(const std::string &path);

/** Sums up a checked header. Pure. @throws GgufError `not-a-model` */
GgufSummary summarize(const std::string &path, const GgufHeader &header);

/** Reads, checks and sums up the file at `path` (UTF-8). Any thread. @throws OpenError, GgufError */
GgufSummary inspect_file(const std::string &path);

} // namespace parley
