#pragma once

#include "json.h"

#include <functional>
#include <string>

namespace parley {

/** `text` as the inside of a JSON string, as templates' `tojson` writes it. */
std::string json_escaped(const std::string &text);

/**
 * An object read from untrusted text: at most 256 KiB, nested at most 64 deep.
 * @throws std::invalid_argument with what is wrong
 */
common_json parse_json_object(const std::string &text);

/**
 * Valid JSON with every string in it, keys included, replaced by what `replace` makes of it; all between the
 * strings stays as it was written.
 */
std::string replace_string_literals(const std::string &json,
                                    const std::function<std::string(const std::string &)> &replace);

/** A copy of `json` with every string in it, keys included, replaced by what `replace` makes of it. */
common_json replace_strings(const common_json &json,
                            const std::function<std::string(const std::string &)> &replace);

} // namespace parley
