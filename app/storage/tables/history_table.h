// history_table.h: the undo history of the project's text (docs/formats/project.md, undo_step): tables of
// their own, the component "history" of schema_version. Nothing here begins a transaction.
// A history can be done without, so one that is damaged, or belongs to another text, is none. It is kept with
// the name of its text (text_mark.h).
// Errors: those of engine/trace/sqlite.h.
// Threads: as engine::Database.
#pragma once

#include "app/document/undo_steps.h"
#include "app/storage/tables/schema_component.h"
#include "engine/core/error.h"
#include "engine/trace/sqlite.h"

#include <QByteArray>

namespace app {

// Of each stack the newest steps are kept: no more than these, and no more bytes.
inline constexpr qint64 kMostUndoSteps = 5000;
inline constexpr qint64 kMostUndoBytes = 4 * 1024 * 1024;

[[nodiscard]] SchemaComponent historyTables();

// `mark` names the text that the history now belongs to.
[[nodiscard]] engine::Expected<void> writeHistory(engine::Database& database, const UndoHistoryChange& change,
                                                  const QByteArray& mark);
// The text that was called `before` has another name. A history of another text stays one.
[[nodiscard]] engine::Expected<void> renameHistoryText(engine::Database& database, const QByteArray& before,
                                                       const QByteArray& now);
// The history of the text with this name and length.
[[nodiscard]] engine::Expected<UndoHistory> readHistory(engine::Database& database, const QByteArray& mark,
                                                        qsizetype textLength);

} // namespace app
