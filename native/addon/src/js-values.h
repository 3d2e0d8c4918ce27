#pragma once

#include "answer-parser.h"
#include "fault.h"
#include "gguf-summary.h"
#include "odds.h"
#include "run.h"

#include <napi.h>

namespace parley {

/** An Error with `code` and `data`. JavaScript thread. */
Napi::Value to_js(Napi::Env env, const Fault &fault);

/** See GgufSummary in index.d.ts. */
Napi::Object to_js(Napi::Env env, const GgufSummary &summary);

/** `text`, `reasoning`, `toolCalls` and `odds` of Batch in index.d.ts, set on `batch`. */
void set_answer(Napi::Object &batch, const AnswerDelta &delta, const std::vector<TokenOdds> &odds);

/** See PromptCost in index.d.ts. */
Napi::Object to_js(Napi::Env env, const PromptCost &cost);

Napi::Uint32Array to_js(Napi::Env env, const std::vector<llama_token> &tokens);

} // namespace parley
