#pragma once

#include "gguf-reader.h"

#include <string>

namespace parley {

/** Checks what the entries mean: architecture, vocabulary, chat templates. @throws GgufError */
void check_rules(const GgufHeader &header);

/** True for a token shaped like `<0x-1>`: the form of a byte that is none. */
bool is_broken_byte_token(const std::string &token);

/** `text` for a message: at most 64 bytes, with everything but printable ASCII replaced. */
std::string printable(const std::string &text);

} // namespace parley
