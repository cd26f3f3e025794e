#include "app/storage/tables/text_table.h"

#include "app/storage/columns/span_codec.h"
#include "app/storage/columns/sql_text.h"
#include "app/storage/columns/text_mark.h"
#include "app/storage/columns/whole_characters.h"

#include <optional>
#include <string>
#include <utility>

namespace app {

namespace {

engine::Failure damaged(const engine::Database& database, const std::string& what) {
    return engine::failure(engine::ErrorCode::FileDamaged, database.path().string() + ": " + what);
}

std::optional<TextEdit> editOf(const engine::Statement& row, int firstColumn) {
    auto spans = unpackSpans(blobColumn(row, firstColumn + 3));
    if (!spans)
        return std::nullopt;
    return TextEdit{row.integer(firstColumn), row.integer(firstColumn + 1), textColumn(row, firstColumn + 2),
                    std::move(*spans)};
}

} // namespace

engine::Expected<StoredText> readStoredText(engine::Database& database) {
    StoredText stored;
    auto snapshot = database.prepare("SELECT edits, text, spans FROM text_snapshot WHERE id = 1");
    if (!snapshot)
        return failure(snapshot.error());
    const auto found = snapshot->step();
    if (!found)
        return failure(found.error());
    auto spans = *found ? unpackSpans(blobColumn(*snapshot, 2)) : std::nullopt;
    auto text = spans ? SpannedText::fromSpans(textColumn(*snapshot, 1), std::move(*spans)) : std::nullopt;
    if (!text)
        return damaged(database, "the text and its origins do not fit together");
    stored.text = std::move(*text);
    stored.mark = markOfSnapshot(stored.text);
    stored.edits = stored.snapshotAt = snapshot->integer(0);
    snapshot->reset();

    auto journal = database.prepare("SELECT sequence, position, removed, inserted, spans FROM edit_journal "
                                    "WHERE sequence > ?1 ORDER BY sequence");
    if (!journal)
        return failure(journal.error());
    auto more = journal->bind(1, stored.snapshotAt).step();
    for (; more && *more; more = journal->step()) {
        const auto edit = editOf(*journal, 1);
        if (!edit || !stored.text.accepts(*edit))
            return damaged(database,
                           "edit " + std::to_string(journal->integer(0)) + " does not fit the text");
        stored.text.apply(*edit);
        stored.mark = markBehind(stored.mark, *edit);
        stored.edits = journal->integer(0);
    }
    if (!more)
        return failure(more.error());
    return stored;
}

engine::Expected<void> appendEdits(engine::Database& database, StoredText& stored,
                                   const QList<TextEdit>& edits) {
    if (edits.isEmpty())
        return {};
    if (!stored.text.acceptsAll(edits))
        return engine::failure(engine::ErrorCode::Internal, "an edit does not fit the text");
    auto insert = database.prepare("INSERT INTO edit_journal(sequence, position, removed, inserted, spans) "
                                   "VALUES (?1, ?2, ?3, ?4, ?5)");
    if (!insert)
        return failure(insert.error());
    for (const TextEdit& edit : applyWhole(stored.text, edits)) {
        insert->bind(1, ++stored.edits).bind(2, edit.position).bind(3, edit.removedLength);
        insert->bind(4, utf8(edit.inserted));
        const QByteArray spans = packSpans(edit.insertedSpans);
        if (auto done = insert->bind(5, blobOf(spans)).run(); !done)
            return done;
        stored.mark = markBehind(stored.mark, edit);
    }
    return {};
}

engine::Expected<void> replaceStoredText(engine::Database& database, const SpannedText& text,
                                         std::int64_t edits) {
    auto update = database.prepare("UPDATE text_snapshot SET edits = ?1, text = ?2, spans = ?3 WHERE id = 1");
    if (!update)
        return failure(update.error());
    update->bind(1, edits).bind(2, utf8(text.text())).bind(3, blobOf(packSpans(text.spans())));
    if (auto done = update->run(); !done)
        return done;
    return database.execute("DELETE FROM edit_journal");
}

} // namespace app
