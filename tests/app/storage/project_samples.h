// project_samples.h: what the tests of project files put into them.
#pragma once

#include "app/document/spanned_text.h"
#include "app/storage/project_content.h"

#include <QList>
#include <QString>

namespace test {

[[nodiscard]] app::SpannedText sampleText(); // two lines, with a character of two units
[[nodiscard]] app::TextEdit typedEdit(qsizetype position, const QString& text);
// A run that has just read its prompt.
[[nodiscard]] app::RunRecord runRecord(app::RunId id);
// Tokens `first` to before `first + tokens` of what it writes, with their gates.
[[nodiscard]] app::RunGrown growth(app::RunId run, int first, int tokens);
// What a run's record must read as when it has written all of `grown`.
[[nodiscard]] app::RunRecord finished(app::RunRecord run, const QList<app::RunGrown>& grown);

} // namespace test
