// outline_rows.h: the outline as a list of rows for people: parts and chapters with all below them, and the
// scenes of chapters that have more than one.
// Threads: pure functions.
#pragma once

#include "app/structure/outline.h"

namespace app {

struct OutlineRow {
    enum class Kind { Beginning, Heading, Scene };
    Kind kind = Kind::Heading;
    qsizetype section = 0;     // a chapter and its first scene have the same one
    qsizetype lastSection = 0; // that belongs to it
    qsizetype parent = -1;     // row; -1: none
    qsizetype place = 0;       // where its words begin; of a heading its line
    int words = 0;             // of all sections that belong to it
    QString title;             // of a scene its first words; may be empty

    bool operator==(const OutlineRow&) const = default;
};

// Empty if the text has neither headings nor scene breaks.
[[nodiscard]] QList<OutlineRow> outlineRows(const Outline& outline, QStringView text);
// The lowest row that a section belongs to; -1: none.
[[nodiscard]] qsizetype rowOfSection(const QList<OutlineRow>& rows, qsizetype section);

} // namespace app
