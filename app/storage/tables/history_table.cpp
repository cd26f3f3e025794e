#include "app/storage/tables/history_table.h"

#include "app/storage/columns/sql_text.h"
#include "app/storage/columns/step_codec.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace app {

namespace {

using engine::Database;
using engine::Expected;

enum class Stack { Undo = 0, Redo = 1 }; // stored: numbers are fixed

// Released migrations stay as they are; docs/formats/project.md explains the columns.
constexpr std::array kMigrations{
    engine::Migration{R"sql(
        CREATE TABLE undo_history(
            id INTEGER PRIMARY KEY CHECK(id = 1),
            mark BLOB NOT NULL,
            undo_end INTEGER NOT NULL,
            redo_end INTEGER NOT NULL);
        CREATE TABLE undo_step(
            stack INTEGER NOT NULL,
            number INTEGER NOT NULL,
            packed BLOB NOT NULL,
            PRIMARY KEY(stack, number));
    )sql"},
};

// Counting all steps with every keystroke would cost more than the keystroke.
constexpr qint64 kThinnedEvery = 64;

Expected<void> thin(Database& database, Stack stack) {
    auto remove = database.prepare(R"sql(
        DELETE FROM undo_step WHERE stack = ?1 AND number <= (
            SELECT max(number) FROM (
                SELECT number, row_number() OVER newest AS steps, sum(length(packed)) OVER newest AS bytes
                FROM undo_step WHERE stack = ?1 WINDOW newest AS (ORDER BY number DESC))
            WHERE steps > ?2 OR bytes > ?3))sql");
    if (!remove)
        return failure(remove.error());
    return remove->bind(1, static_cast<int>(stack)).bind(2, kMostUndoSteps).bind(3, kMostUndoBytes).run();
}

Expected<void> writeStack(Database& database, Stack stack, const UndoStepsChange& change) {
    auto remove =
        database.prepare("DELETE FROM undo_step WHERE stack = ?1 AND (number < ?2 OR number >= ?3)");
    if (!remove)
        return failure(remove.error());
    remove->bind(1, static_cast<int>(stack)).bind(2, change.first).bind(3, change.from);
    if (auto done = remove->run(); !done)
        return done;
    auto insert = database.prepare("INSERT INTO undo_step(stack, number, packed) VALUES (?1, ?2, ?3)");
    if (!insert)
        return failure(insert.error());
    qint64 number = change.from;
    qint64 bytes = 0;
    for (const UndoStep& step : change.steps) {
        const QByteArray packed = packStep(step);
        bytes += packed.size();
        insert->bind(1, static_cast<int>(stack)).bind(2, number++).bind(3, blobOf(packed));
        if (auto done = insert->run(); !done)
            return done;
    }
    const bool isDue =
        change.from / kThinnedEvery != change.end() / kThinnedEvery || bytes > kMostUndoBytes / kThinnedEvery;
    return isDue ? thin(database, stack) : Expected<void>();
}

// True if the step can be done in a text of this length, which becomes what it is afterwards.
bool fits(const UndoStep& step, qsizetype& length) {
    qsizetype now = length;
    for (const TextEdit& edit : step.edits) {
        qsizetype covered = 0;
        for (const Span& span : edit.insertedSpans)
            covered += std::min(span.length, edit.inserted.size() + 1); // no sum of damaged lengths overflows
        if (edit.position > now || edit.removedLength > now - edit.position ||
            covered != edit.inserted.size())
            return false;
        now += edit.inserted.size() - edit.removedLength;
    }
    length = now;
    return true;
}

// The newest steps, as far down as they are whole.
Expected<UndoSteps> readStack(Database& database, Stack stack, qint64 end, qsizetype textLength) {
    auto query = database.prepare("SELECT number, packed FROM undo_step WHERE stack = ?1 AND number < ?2 "
                                  "ORDER BY number DESC");
    if (!query)
        return failure(query.error());
    UndoSteps found{end, {}};
    auto more = query->bind(1, static_cast<int>(stack)).bind(2, end).step();
    for (; more && *more && query->integer(0) == found.first - 1; more = query->step()) {
        auto step = unpackStep(blobColumn(*query, 1));
        if (!step || !fits(*step, textLength))
            break;
        --found.first;
        found.steps.append(std::move(*step));
    }
    if (!more)
        return failure(more.error());
    std::reverse(found.steps.begin(), found.steps.end());
    return found;
}

} // namespace

SchemaComponent historyTables() { return {"history", kMigrations}; }

Expected<void> writeHistory(Database& database, const UndoHistoryChange& change, const QByteArray& mark) {
    if (auto done = writeStack(database, Stack::Undo, change.undo); !done)
        return done;
    if (auto done = writeStack(database, Stack::Redo, change.redo); !done)
        return done;
    auto header = database.prepare(
        "INSERT OR REPLACE INTO undo_history(id, mark, undo_end, redo_end) VALUES (1, ?1, ?2, ?3)");
    if (!header)
        return failure(header.error());
    return header->bind(1, blobOf(mark)).bind(2, change.undo.end()).bind(3, change.redo.end()).run();
}

Expected<void> renameHistoryText(Database& database, const QByteArray& before, const QByteArray& now) {
    auto update = database.prepare("UPDATE undo_history SET mark = ?2 WHERE mark = ?1");
    return update ? update->bind(1, blobOf(before)).bind(2, blobOf(now)).run() : failure(update.error());
}

Expected<UndoHistory> readHistory(Database& database, const QByteArray& mark, qsizetype textLength) {
    auto header = database.prepare("SELECT undo_end, redo_end FROM undo_history WHERE mark = ?1");
    if (!header)
        return failure(header.error());
    const auto found = header->bind(1, blobOf(mark)).step();
    if (!found)
        return failure(found.error());
    UndoHistory history;
    if (!*found)
        return history;
    const qint64 undoEnd = header->integer(0);
    const qint64 redoEnd = header->integer(1);
    auto undo = readStack(database, Stack::Undo, undoEnd, textLength);
    auto redo = readStack(database, Stack::Redo, redoEnd, textLength);
    if (!undo || !redo)
        return failure(undo ? redo.error() : undo.error());
    history.undo = std::move(*undo);
    history.redo = std::move(*redo);
    return history;
}

} // namespace app
