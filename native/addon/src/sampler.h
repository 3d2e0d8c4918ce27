#pragma once

#include "prompt.h"
#include "requests.h"

#include "llama.h"
#include "sampling.h"

namespace parley {

/**
 * What chooses the tokens of one answer: the request's sampling, its bias and reasoning budget, and the
 * grammar of the prompt's format (tool calls, output schema). Temperature 0 without any of them takes the
 * likeliest token and weighs no other. Engine thread; borrows the model.
 * @throws Fault `schema.unsupported` where no grammar can be made
 */
common_sampler_ptr make_sampler(const llama_model *model, const GenerateRequest &request,
                                const Prompt &prompt);

} // namespace parley
