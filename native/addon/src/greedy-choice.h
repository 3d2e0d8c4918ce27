#pragma once

#include "requests.h"

#include "llama.h"

namespace parley {

/**
 * Whether a request takes the likeliest token and nothing changes which one that is: no penalty, no bias, no
 * grammar. `has_grammar` says whether the prompt's format or a reasoning budget brings one. Then
 * `likeliest_token` gives what the whole chain of samplers would, without a list of the whole vocabulary:
 * that list costs a small model two of a hundred tokens.
 */
bool is_plainly_greedy(const GenerateRequest &request, bool has_grammar);

/** The token with the highest logit, the first where several share it. `count` is 1 or more. Pure. */
llama_token likeliest_token(const float *logits, int32_t count);

} // namespace parley
