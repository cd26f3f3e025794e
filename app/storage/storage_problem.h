// storage_problem.h: a failure to read or write a file, as the writer is told of it.
// Threads: values.
#pragma once

#include "engine/core/error.h"

#include <QString>

#include <tl/expected.hpp>

#include <utility>

namespace app {

struct StorageProblem {
    QString message; // one sentence that says what to do, translated
    QString details; // the engine's sentence, for "Details" and the log
};

template <class T> using StorageResult = tl::expected<T, StorageProblem>;

// The value to return on failure.
[[nodiscard]] inline tl::unexpected<StorageProblem> failure(StorageProblem problem) {
    return tl::unexpected<StorageProblem>(std::move(problem));
}

// The sentence of fileSentence() for `path`.
[[nodiscard]] StorageProblem problemOf(const engine::Error& error, const QString& path);

} // namespace app
