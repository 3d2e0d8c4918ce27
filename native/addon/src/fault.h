#pragma once

#include "gguf-summary.h"

#include <exception>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace parley {

using FaultValue = std::variant<double, std::string, std::vector<std::string>>;

/** An expected failure: a code of contract/errors/catalog.ts and its data. Becomes an Error in JavaScript. */
class Fault : public std::runtime_error {
public:
    using Data = std::vector<std::pair<std::string, FaultValue>>;

    explicit Fault(const std::string &code, Data data = {})
        : std::runtime_error(code), data_(std::move(data)) {}
    std::string code() const { return what(); }
    const Data &data() const { return data_; }

private:
    Data data_;
};

/** Runs `inspect`, turning what it throws about the file at `path` into `model.file-*`. */
template <typename Inspect> auto with_file_faults(const std::string &path, Inspect &&inspect) {
    try {
        return inspect();
    } catch (const OpenError &error) {
        if (error.is_missing()) {
            throw Fault("model.file-missing", {{"path", path}});
        }
        throw Fault("model.file-unreadable", {{"path", path}, {"reason", std::string(error.what())}});
    } catch (const GgufError &error) {
        throw Fault("model.file-broken", {{"path", path},
                                          {"fault", error.fault()},
                                          {"detail", std::string(error.what())},
                                          {"offsetBytes", static_cast<double>(error.offset())}});
    }
}

/** The Fault inside `error`; anything else is a bug and becomes one with code `internal`. */
Fault to_fault(const std::exception_ptr &error);

} // namespace parley
