#pragma once

#include <napi.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

namespace parley {

/**
 * Typed readers of the properties of one JavaScript object. Each throws a TypeError with the property's
 * full name, such as `request.sampling.topP`. JavaScript thread; lives no longer than the call.
 */
class ObjectReader {
public:
    /** @throws Napi::TypeError where `value` is no object */
    ObjectReader(const Napi::Value &value, std::string name);

    std::string string(const char *key) const;
    /** Nothing for null and undefined. */
    std::optional<std::string> optional_string(const char *key) const;
    bool boolean(const char *key) const;
    /** A finite number in [min, max]. */
    double number(const char *key, double min, double max) const;
    /** A whole number in [min, max]. */
    int64_t integer(const char *key, int64_t min, int64_t max) const;
    std::optional<int64_t> optional_integer(const char *key, int64_t min, int64_t max) const;
    std::optional<double> optional_number(const char *key, double min, double max) const;
    /** Nothing for null and undefined. */
    std::optional<bool> optional_boolean(const char *key) const;
    /** The index of the string in `words`; nothing for null and undefined. */
    std::optional<size_t> optional_choice(const char *key, std::initializer_list<const char *> words) const;
    ObjectReader object(const char *key) const;
    std::optional<ObjectReader> optional_object(const char *key) const;
    std::vector<ObjectReader> list(const char *key) const;
    /** Empty for null and undefined; at most `max_length` entries. */
    std::vector<ObjectReader> optional_list(const char *key, size_t max_length) const;
    /** At most `max_length` of them. */
    std::vector<std::string> strings(const char *key, size_t max_length) const;
    std::vector<std::string> optional_strings(const char *key, size_t max_length) const;
    /** A copy of a Uint8Array of exactly `count` bytes. */
    std::vector<uint8_t> bytes(const char *key, size_t count) const;
    /** A copy; empty for null and undefined. */
    std::vector<uint32_t> optional_words(const char *key) const;
    /** Nothing where it is missing. */
    std::optional<Napi::Function> optional_function(const char *key) const;
    Napi::Env env() const { return object_.Env(); }
    /** A TypeError about one property. */
    [[noreturn]] void refuse(const char *key, const std::string &wanted) const;

private:
    Napi::Value get(const char *key) const { return object_.Get(key); }
    bool is_absent(const char *key) const;

    Napi::Object object_;
    std::string name_;
};

/** The argument at `index` as a function. @throws Napi::TypeError with its name */
Napi::Function function_argument(const Napi::CallbackInfo &info, size_t index, const char *name);

/** The argument at `index` as a string. @throws Napi::TypeError with its name */
std::string string_argument(const Napi::CallbackInfo &info, size_t index, const char *name);

} // namespace parley
