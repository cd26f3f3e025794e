// text_table.h: the text of a project as it lies in the file: a snapshot, and a journal of the edits since
// (docs/formats/project.md). Nothing here begins a transaction: ProjectFile decides what is written together.
// Errors: those of engine/trace/sqlite.h; FileDamaged if snapshot and journal do not fit together.
// Threads: as engine::Database.
#pragma once

#include "app/document/spanned_text.h"
#include "engine/core/error.h"
#include "engine/trace/sqlite.h"

namespace app {

struct StoredText {
    SpannedText text;            // with the journal applied
    std::int64_t edits = 0;      // sequence number of the last edit
    std::int64_t snapshotAt = 0; // and of the last one in the snapshot
    QByteArray mark;             // names the text (text_mark.h)
};

[[nodiscard]] engine::Expected<StoredText> readStoredText(engine::Database& database);
// Applies edits one after the other to `stored`, and writes them behind the journal. Errors: Internal if they
// do not fit; `stored` is of no use then.
[[nodiscard]] engine::Expected<void> appendEdits(engine::Database& database, StoredText& stored,
                                                 const QList<TextEdit>& edits);
// A new snapshot that contains the edits up to `edits`; the journal is emptied.
[[nodiscard]] engine::Expected<void> replaceStoredText(engine::Database& database, const SpannedText& text,
                                                       std::int64_t edits);

} // namespace app
