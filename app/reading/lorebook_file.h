// lorebook_file.h: a lorebook as a JSON file: our own format (docs/formats/lorebook.md), and reading those of
// SillyTavern, character cards, NovelAI and KoboldAI.
// Threads: pure functions.
#pragma once

#include "app/reading/reading_settings.h"

#include <QByteArray>
#include <QString>

#include <tl/expected.hpp>

namespace app {

// More is no lorebook, and nothing a writer could look through.
inline constexpr qsizetype kMostLorebookBytes = qsizetype{32} << 20;
inline constexpr qsizetype kMostLoreEntries = 10'000;

[[nodiscard]] QByteArray writeLorebook(const Lorebook& book);

struct ReadLorebook {
    Lorebook book;
    // What could not be taken over, in one sentence; empty: nothing was lost.
    QString notice;
};
// `name`: of the file, for sentences. The error is one sentence that says what is wrong. Nothing is taken
// over of a file that is broken anywhere.
[[nodiscard]] tl::expected<ReadLorebook, QString> readLorebook(const QByteArray& bytes, const QString& name);

// Puts `added` behind what is there. A group that both have keeps the limit that is there.
[[nodiscard]] Lorebook joined(const Lorebook& book, const Lorebook& added);

} // namespace app
