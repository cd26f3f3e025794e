#include "engine/cli/commands/evaluate/result_files.h"

#include "engine/cli/commands/evaluate/gates_csv.h"
#include "engine/cli/commands/evaluate/page/report_page.h"

#include <span>
#include <string_view>

namespace engine {

namespace {

Expected<void> write(std::optional<AtomicFile>& file, std::string_view text) {
    return file ? file->write(std::as_bytes(std::span(text))) : Expected<void>();
}

} // namespace

Expected<ResultFiles> ResultFiles::open(const EvaluateOptions& options) {
    ResultFiles files;
    const auto create = [](const std::string& path, std::optional<AtomicFile>& file) -> Expected<void> {
        if (path.empty())
            return {};
        auto created = AtomicFile::create(path);
        if (!created)
            return failure(std::move(created.error()));
        file.emplace(std::move(*created));
        return {};
    };
    if (auto done = create(options.continuationsOut, files.m_continuations); !done)
        return failure(std::move(done.error()));
    if (auto done = create(options.gatesCsv, files.m_gatesCsv); !done)
        return failure(std::move(done.error()));
    if (auto done = create(options.html, files.m_html); !done)
        return failure(std::move(done.error()));
    return files;
}

Expected<void> ResultFiles::add(const ScoredContinuation& continuation) {
    return m_continuations ? write(m_continuations, toLine(continuation)) : Expected<void>();
}

Expected<void> ResultFiles::finish(const Evaluation& evaluation) {
    if (auto done = write(m_gatesCsv, m_gatesCsv ? gatesCsv(evaluation.models) : ""); !done)
        return done;
    if (auto done = write(m_html, m_html ? reportPage(evaluation) : ""); !done)
        return done;
    for (std::optional<AtomicFile>* file : {&m_continuations, &m_gatesCsv, &m_html}) {
        if (!*file)
            continue;
        if (auto done = (*file)->commit(); !done)
            return done;
    }
    return {};
}

} // namespace engine
