// text_mark.h: a name for the text that a project file holds: SHA-256 of the snapshot and, one after the
// other, of the edits behind it. What belongs to a text only (its undo history) is kept with this name, so
// that it is not taken for that of another, whoever changed the file.
// Threads: pure functions.
#pragma once

#include "app/document/spanned_text.h"

#include <QByteArray>

namespace app {

[[nodiscard]] QByteArray markOfSnapshot(const SpannedText& text);
// Of the text that was named `mark`, once the edit, as it is stored, is done.
[[nodiscard]] QByteArray markBehind(const QByteArray& mark, const TextEdit& edit);

} // namespace app
