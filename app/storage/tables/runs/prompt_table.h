// prompt_table.h: what the models read, in a project file (docs/formats/project.md): one row for all runs
// that read the same, as attempts at one place and the two sides of a comparison do. A row that no run refers
// to any more is removed by the triggers of the schema.
// Nothing here begins a transaction.
// Errors: those of engine/trace/sqlite.h.
// Threads: as engine::Database, which must outlive the table and must not be moved.
#pragma once

#include "app/runs/run_prompt.h"
#include "engine/core/error.h"
#include "engine/trace/sqlite.h"

#include <QHash>

#include <cstdint>

namespace app {

class PromptTable {
public:
    explicit PromptTable(engine::Database& database)
        : m_database(database) {}

    // The row that holds this prompt, made if there is none. 0 for a prompt without text, which has none.
    // Packs it, unless the one before was the same.
    [[nodiscard]] engine::Expected<std::int64_t> rowFor(const RunPrompt& prompt);
    // All prompts by their rows.
    [[nodiscard]] engine::Expected<QHash<std::int64_t, RunPrompt>> readAll();

private:
    engine::Database& m_database;
    // The last one asked for: a run is written when it begins to write and when it ends, and attempts follow
    // one another.
    RunPrompt m_prompt;
    QByteArray m_packed;
    QByteArray m_hash;
};

} // namespace app
