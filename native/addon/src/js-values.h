#pragma once

#include "fault.h"
#include "gguf-summary.h"

#include <napi.h>

namespace parley {

/** An Error with `code` and `data`. JavaScript thread. */
Napi::Value to_js(Napi::Env env, const Fault &fault);

/** See GgufSummary in index.d.ts. */
Napi::Object to_js(Napi::Env env, const GgufSummary &summary);

} // namespace parley
