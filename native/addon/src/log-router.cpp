#include "log-router.h"

#include "llama.h"
#include "log.h"
#include "mtmd-helper.h"
#include "mtmd.h"

#include <algorithm>
#include <map>
#include <utility>

namespace parley {

namespace {

constexpr size_t max_captured_lines = 20;
constexpr size_t max_line_bytes = 4096;
// Below every level: `common` writes straight to the terminal, and some of its lines quote the answer.
constexpr int silent = -1;

struct Registry {
    std::mutex mutex;
    std::map<LogRouter::Id, LogSink> sinks;
    LogRouter::Id next = 1;
};

Registry &registry() {
    static Registry instance;
    return instance;
}

struct ThreadLog {
    LogRouter::Id owner = 0;
    LogCapture *capture = nullptr;
    ggml_log_level level = GGML_LOG_LEVEL_INFO;
    std::string line;
};

ThreadLog &thread_log() {
    thread_local ThreadLog instance;
    return instance;
}

void deliver(LogLevel level, const std::string &line) {
    ThreadLog &log = thread_log();
    if (level != LogLevel::info && log.capture != nullptr) {
        log.capture->add(line);
    }
    const std::lock_guard<std::mutex> lock(registry().mutex);
    for (const auto &[id, sink] : registry().sinks) {
        if (log.owner == 0 || log.owner == id) {
            sink(level, line);
        }
    }
}

void finish_line(ThreadLog &log) {
    std::string line;
    std::swap(line, log.line);
    if (line.empty() || log.level == GGML_LOG_LEVEL_DEBUG || log.level == GGML_LOG_LEVEL_NONE) {
        return;
    }
    const bool is_error = log.level == GGML_LOG_LEVEL_ERROR;
    const bool is_warning = log.level == GGML_LOG_LEVEL_WARN;
    deliver(is_error ? LogLevel::error : is_warning ? LogLevel::warn : LogLevel::info, line);
}

/** llama.cpp writes lines in pieces; a piece with level CONT goes on with the line before. */
void on_log(ggml_log_level level, const char *text, void * /*user_data*/) {
    ThreadLog &log = thread_log();
    if (level != GGML_LOG_LEVEL_CONT) {
        log.level = level;
    }
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '\n') {
            finish_line(log);
        } else if (log.line.size() < max_line_bytes) {
            log.line.push_back(*c);
        }
    }
}

} // namespace

void LogRouter::install() {
    static std::once_flag once;
    std::call_once(once, [] {
        common_log_set_verbosity_thold(silent);
        llama_log_set(on_log, nullptr);
        mtmd_helper_log_set(on_log, nullptr);
    });
}

LogRouter::Id LogRouter::add(LogSink sink) {
    const std::lock_guard<std::mutex> lock(registry().mutex);
    const Id id = registry().next++;
    registry().sinks.emplace(id, std::move(sink));
    return id;
}

void LogRouter::remove(Id id) {
    const std::lock_guard<std::mutex> lock(registry().mutex);
    registry().sinks.erase(id);
}

void LogRouter::adopt_thread(Id id) {
    thread_log().owner = id;
}

LogCapture::LogCapture() : outer_(thread_log().capture) {
    thread_log().capture = this;
}

LogCapture::~LogCapture() {
    thread_log().capture = outer_;
}

bool LogCapture::contains(const std::string &part) const {
    return std::any_of(lines_.begin(), lines_.end(),
                       [&](const std::string &line) { return line.find(part) != std::string::npos; });
}

void LogCapture::add(const std::string &line) {
    lines_.push_back(line);
    if (lines_.size() > max_captured_lines) {
        lines_.pop_front();
    }
}

} // namespace parley
