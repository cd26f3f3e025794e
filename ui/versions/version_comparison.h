// version_comparison.h: a version of the story held against the text of now, as the dialog shows it: computed
// in a thread of Qt's pool, so that a long novel stops nobody.
// Threads: compareVersion() any; the rest are values.
#pragma once

#include "app/document/spanned_text.h"
#include "app/versions/text_difference.h"

#include <QList>
#include <QString>

#include <optional>
#include <stop_token>

namespace ui {

struct ShownPiece {
    enum class Kind { Same, Removed, Added }; // Removed: only the version has it
    Kind kind = Kind::Same;
    QString text;
};

// One difference of whole paragraphs, or the paragraphs between two.
struct ShownPassage {
    int difference = -1;      // place in VersionComparison::pieces; -1: the same in both
    qsizetype paragraphs = 0; // of a passage that is the same: how many
    QList<ShownPiece> pieces; // empty for a passage that is the same
};

struct VersionComparison {
    app::SpannedText before;
    app::SpannedText now;
    QList<app::DifferencePiece> pieces; // those that are not the same
    QList<ShownPassage> passages;
    int wordsRemoved = 0;
    int wordsAdded = 0;
};

// Nothing if it was stopped.
[[nodiscard]] std::optional<VersionComparison>
compareVersion(const app::SpannedText& before, const app::SpannedText& now, const std::stop_token& stop);

} // namespace ui
