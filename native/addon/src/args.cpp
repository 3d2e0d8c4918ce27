#include "args.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace parley {

ObjectReader::ObjectReader(const Napi::Value &value, std::string name) : name_(std::move(name)) {
    if (!value.IsObject()) {
        throw Napi::TypeError::New(value.Env(), name_ + " must be an object");
    }
    object_ = value.As<Napi::Object>();
}

void ObjectReader::refuse(const char *key, const std::string &wanted) const {
    throw Napi::TypeError::New(object_.Env(), name_ + "." + key + " must be " + wanted);
}

bool ObjectReader::is_absent(const char *key) const {
    const Napi::Value value = get(key);
    return value.IsNull() || value.IsUndefined();
}

std::string ObjectReader::string(const char *key) const {
    const Napi::Value value = get(key);
    if (!value.IsString()) {
        refuse(key, "a string");
    }
    return value.As<Napi::String>().Utf8Value();
}

std::optional<std::string> ObjectReader::optional_string(const char *key) const {
    return is_absent(key) ? std::nullopt : std::optional<std::string>(string(key));
}

bool ObjectReader::boolean(const char *key) const {
    const Napi::Value value = get(key);
    if (!value.IsBoolean()) {
        refuse(key, "a boolean");
    }
    return value.As<Napi::Boolean>().Value();
}

double ObjectReader::number(const char *key, double min, double max) const {
    const Napi::Value value = get(key);
    const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : std::nan("");
    if (!(number >= min && number <= max)) {
        refuse(key, "a number from " + std::to_string(min) + " to " + std::to_string(max));
    }
    return number;
}

int64_t ObjectReader::integer(const char *key, int64_t min, int64_t max) const {
    const double value = number(key, static_cast<double>(min), static_cast<double>(max));
    if (value != std::floor(value)) {
        refuse(key, "a whole number");
    }
    return static_cast<int64_t>(value);
}

std::optional<int64_t> ObjectReader::optional_integer(const char *key, int64_t min, int64_t max) const {
    return is_absent(key) ? std::nullopt : std::optional<int64_t>(integer(key, min, max));
}

std::optional<double> ObjectReader::optional_number(const char *key, double min, double max) const {
    return is_absent(key) ? std::nullopt : std::optional<double>(number(key, min, max));
}

std::optional<bool> ObjectReader::optional_boolean(const char *key) const {
    return is_absent(key) ? std::nullopt : std::optional<bool>(boolean(key));
}

std::optional<size_t> ObjectReader::optional_choice(const char *key,
                                                    std::initializer_list<const char *> words) const {
    const std::optional<std::string> chosen = optional_string(key);
    if (!chosen) {
        return std::nullopt;
    }
    const auto *found = std::find(words.begin(), words.end(), *chosen);
    if (found == words.end()) {
        std::string wanted;
        for (const char *word : words) {
            wanted += wanted.empty() ? word : std::string(" or ") + word;
        }
        refuse(key, wanted);
    }
    return static_cast<size_t>(found - words.begin());
}

ObjectReader ObjectReader::object(const char *key) const {
    return {get(key), name_ + "." + key};
}

std::optional<ObjectReader> ObjectReader::optional_object(const char *key) const {
    return is_absent(key) ? std::nullopt : std::optional<ObjectReader>(object(key));
}

std::vector<ObjectReader> ObjectReader::list(const char *key) const {
    const Napi::Value value = get(key);
    if (!value.IsArray()) {
        refuse(key, "an array");
    }
    const auto array = value.As<Napi::Array>();
    std::vector<ObjectReader> readers;
    for (uint32_t index = 0; index < array.Length(); index++) {
        readers.emplace_back(array.Get(index), name_ + "." + key + "[" + std::to_string(index) + "]");
    }
    return readers;
}

std::vector<ObjectReader> ObjectReader::optional_list(const char *key, size_t max_length) const {
    if (is_absent(key)) {
        return {};
    }
    const Napi::Value value = get(key);
    if (!value.IsArray() || value.As<Napi::Array>().Length() > max_length) {
        refuse(key, "an array of at most " + std::to_string(max_length));
    }
    return list(key);
}

std::vector<std::string> ObjectReader::optional_strings(const char *key, size_t max_length) const {
    return is_absent(key) ? std::vector<std::string>() : strings(key, max_length);
}

std::vector<std::string> ObjectReader::strings(const char *key, size_t max_length) const {
    const Napi::Value value = get(key);
    if (!value.IsArray() || value.As<Napi::Array>().Length() > max_length) {
        refuse(key, "an array of at most " + std::to_string(max_length));
    }
    const auto array = value.As<Napi::Array>();
    std::vector<std::string> strings;
    for (uint32_t index = 0; index < array.Length(); index++) {
        const Napi::Value entry = array.Get(index);
        if (!entry.IsString()) {
            refuse(key, "an array of strings");
        }
        strings.push_back(entry.As<Napi::String>().Utf8Value());
    }
    return strings;
}

std::vector<uint8_t> ObjectReader::bytes(const char *key, size_t count) const {
    const Napi::Value value = get(key);
    const bool is_bytes =
        value.IsTypedArray() && value.As<Napi::TypedArray>().TypedArrayType() == napi_uint8_array;
    if (!is_bytes || value.As<Napi::TypedArray>().ElementLength() != count) {
        refuse(key, "a Uint8Array of " + std::to_string(count) + " bytes");
    }
    const auto array = value.As<Napi::Uint8Array>();
    return {array.Data(), array.Data() + array.ElementLength()};
}

std::vector<uint32_t> ObjectReader::optional_words(const char *key) const {
    if (is_absent(key)) {
        return {};
    }
    const Napi::Value value = get(key);
    if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_uint32_array) {
        refuse(key, "a Uint32Array");
    }
    const auto array = value.As<Napi::Uint32Array>();
    return {array.Data(), array.Data() + array.ElementLength()};
}

std::optional<Napi::Function> ObjectReader::optional_function(const char *key) const {
    const Napi::Value value = get(key);
    if (value.IsUndefined()) {
        return std::nullopt;
    }
    if (!value.IsFunction()) {
        refuse(key, "a function");
    }
    return value.As<Napi::Function>();
}

Napi::Function function_argument(const Napi::CallbackInfo &info, size_t index, const char *name) {
    if (!info[index].IsFunction()) {
        throw Napi::TypeError::New(info.Env(), std::string(name) + " must be a function");
    }
    return info[index].As<Napi::Function>();
}

std::string string_argument(const Napi::CallbackInfo &info, size_t index, const char *name) {
    if (!info[index].IsString()) {
        throw Napi::TypeError::New(info.Env(), std::string(name) + " must be a string");
    }
    return info[index].As<Napi::String>().Utf8Value();
}

} // namespace parley
