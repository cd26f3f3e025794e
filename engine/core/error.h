// error.h: how the engine reports failures that depend on a file, a driver, memory, the user or a model.
// An Error is a code to branch on and one English sentence that names the thing, what was expected, what was
// found and, where it helps, what to do. Broken invariants of our own are asserts, never Errors.
// Threads: values; nothing shared.
#pragma once

#include <tl/expected.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace engine {

enum class ErrorCode {
    FileNotFound,
    FileUnreadable,
    FileDamaged,
    UnsupportedFormat,       // not a file of a kind we read
    UnsupportedArchitecture, // a model we know by name and do not run
    UnsupportedType,         // a data type that this operation or file kind does not take
    ShapeMismatch,
    VocabularyMismatch, // tokenizer and model do not belong together, or text cannot be encoded
    GateMismatch,       // gate fitted on another base
    InvalidArgument,
    InvalidText, // not valid UTF-8
    OutOfMemory,
    WriteFailed, // disk full, no permission, ...
    DeviceUnavailable,
    DeviceLost,
    Cancelled,
    Internal,
};

[[nodiscard]] std::string_view name(ErrorCode code);

struct Error {
    ErrorCode code = ErrorCode::Internal;
    std::string message;
};

// Follows std::expected (C++23), so that the day we move to it this becomes an alias of that.
template <class T> using Expected = tl::expected<T, Error>;

// What becomes any Expected<T> that has failed.
using Failure = tl::unexpected<Error>;

// The value to return on failure: `return failure(ErrorCode::FileDamaged, path + ": ...");`
[[nodiscard]] inline Failure failure(ErrorCode code, std::string message) {
    return Failure(Error{code, std::move(message)});
}

// An error as it travels up: `return failure(opened.error());`
[[nodiscard]] inline Failure failure(Error error) { return Failure(std::move(error)); }

// The same with `context` before the message: "model.safetensors: " + message.
[[nodiscard]] inline Failure failure(Error error, const std::string& context) {
    return Failure(Error{error.code, context + ": " + error.message});
}

} // namespace engine
