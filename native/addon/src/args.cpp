#include "args.h"

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

std::string ObjectReader::string(const char *key) const {
    const Napi::Value value = get(key);
    if (!value.IsString()) {
        refuse(key, "a string");
    }
    return value.As<Napi::String>().Utf8Value();
}

std::optional<std::string> ObjectReader::optional_string(const char *key) const {
    const Napi::Value value = get(key);
    return value.IsNull() || value.IsUndefined() ? std::nullopt : std::optional<std::string>(string(key));
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
    const Napi::Value value = get(key);
    return value.IsNull() || value.IsUndefined() ? std::nullopt
                                                 : std::optional<int64_t>(integer(key, min, max));
}

ObjectReader ObjectReader::object(const char *key) const {
    return {get(key), name_ + "." + key};
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
