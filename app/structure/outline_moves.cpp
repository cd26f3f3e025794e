#include "app/structure/outline_moves.h"

namespace app {

namespace {

using Kind = OutlineRow::Kind;

// The last section of a chapter's scenes, before any heading below it.
qsizetype lastScene(const Outline& outline, qsizetype section) {
    while (section < outline.heads().size() && outline.heads()[section].isSceneBreak())
        ++section;
    return section;
}

OutlineEdits moveHeading(const SpannedText& story, const Outline& outline, const OutlineRow& row,
                         const OutlineRow& target, RowPlace place, bool isOpen) {
    qsizetype before = target.section - 1;
    if (target.kind != Kind::Heading || (place == RowPlace::Behind && isOpen))
        ++before; // the first heading behind it
    else if (place != RowPlace::Before)
        before = subtreeEnd(outline, before);
    return moveChapter(story, outline, row.section - 1, before);
}

} // namespace

OutlineEdits moveRow(const SpannedText& story, const Outline& outline, const QList<OutlineRow>& rows,
                     qsizetype row, qsizetype target, RowPlace place, bool isOpen) {
    if (row < 0 || row >= rows.size() || target >= rows.size() || rows[row].kind == Kind::Beginning)
        return std::nullopt;
    const OutlineRow& moved = rows[row];
    if (moved.kind == Kind::Heading)
        return target < 0 ? moveChapter(story, outline, moved.section - 1, outline.heads().size())
                          : moveHeading(story, outline, moved, rows[target], place, isOpen);
    if (target < 0)
        return moveScene(story, outline, moved.section, outline.sections() - 1, ScenePlace::Behind);
    const OutlineRow& other = rows[target];
    if (other.kind == Kind::Scene)
        return moveScene(story, outline, moved.section, other.section,
                         place == RowPlace::Before ? ScenePlace::Before : ScenePlace::Behind);
    if (place == RowPlace::Before) // behind all that stands before the heading
        return other.section > 0
                   ? moveScene(story, outline, moved.section, other.section - 1, ScenePlace::Behind)
                   : moveScene(story, outline, moved.section, 0, ScenePlace::Before);
    if (place == RowPlace::Behind && isOpen)
        return moveScene(story, outline, moved.section, other.section, ScenePlace::Before);
    return moveScene(story, outline, moved.section, lastScene(outline, other.section), ScenePlace::Behind);
}

OutlineEdits moveRowUp(const SpannedText& story, const Outline& outline, const QList<OutlineRow>& rows,
                       qsizetype row) {
    if (row < 0 || row >= rows.size())
        return std::nullopt;
    for (qsizetype other = row - 1; other >= 0; --other)
        if (rows[other].parent == rows[row].parent && rows[other].kind == rows[row].kind)
            return moveRow(story, outline, rows, row, other, RowPlace::Before, false);
    const bool canLeave = rows[row].kind == Kind::Scene && rows[row].parent >= 0;
    return canLeave ? moveRow(story, outline, rows, row, rows[row].parent, RowPlace::Before, false)
                    : std::nullopt;
}

OutlineEdits moveRowDown(const SpannedText& story, const Outline& outline, const QList<OutlineRow>& rows,
                         qsizetype row) {
    if (row < 0 || row >= rows.size())
        return std::nullopt;
    for (qsizetype other = row + 1; other < rows.size(); ++other)
        if (rows[other].parent == rows[row].parent && rows[other].kind == rows[row].kind)
            return moveRow(story, outline, rows, row, other, RowPlace::Behind, false);
    if (rows[row].kind == Kind::Scene)
        for (qsizetype other = row + 1; other < rows.size(); ++other)
            if (rows[other].kind == Kind::Heading)
                return moveRow(story, outline, rows, row, other, RowPlace::Behind, true);
    return std::nullopt;
}

qsizetype movedTo(const QList<TextEdit>& edits) {
    const TextEdit& put = edits.last();
    const QStringView text = put.inserted;
    for (qsizetype begin = 0; begin < text.size();) {
        qsizetype end = begin;
        while (end < text.size() && !endsLine(text[end]))
            ++end;
        const StoryLine::Kind kind = readStoryLine(text.sliced(begin, end - begin)).kind;
        if (kind != StoryLine::Kind::Blank && kind != StoryLine::Kind::SceneBreak)
            return put.position + begin;
        begin = end + 1;
    }
    return put.position + text.size();
}

} // namespace app
