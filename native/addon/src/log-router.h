#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace parley {

enum class LogLevel { info, warn, error };

/** Takes finished lines; called on any thread, one at a time. Must not throw or log. */
using LogSink = std::function<void(LogLevel, const std::string &)>;

/**
 * Where llama.cpp's log goes. llama.cpp has one logger for the whole process, so this is the one place
 * with process-wide state: a list of sinks behind a mutex. Lines of an engine's thread go to that engine;
 * lines of other threads (memory estimates) to all.
 */
class LogRouter {
public:
    using Id = int;

    /** Sets the loggers of llama.cpp and mtmd and silences `common`'s own, which prints answers. Once. */
    static void install();

    static Id add(LogSink sink);
    /** After this returns the sink is not called any more. */
    static void remove(Id id);
    /** Lines of the calling thread belong to this sink from now on. */
    static void adopt_thread(Id id);
};

/** Keeps the last warnings and errors of the calling thread while it lives, newest last. */
class LogCapture {
public:
    LogCapture();
    LogCapture(const LogCapture &) = delete;
    LogCapture &operator=(const LogCapture &) = delete;
    ~LogCapture();

    std::vector<std::string> lines() const { return {lines_.begin(), lines_.end()}; }
    bool contains(const std::string &part) const;
    void add(const std::string &line);

private:
    std::deque<std::string> lines_;
    LogCapture *outer_;
};

} // namespace parley
