// outline_edits.h: what the outline's commands do to the text: edits with their origins, as
// Document::applyEdits() takes them. Blank lines between what is moved go along, so that the text looks as if
// it had been written in that order.
// Nothing: there is nothing to do, or it would leave a chapter without text.
// Threads: pure functions.
#pragma once

#include "app/structure/outline.h"

#include <optional>

namespace app {

using OutlineEdits = std::optional<QList<TextEdit>>;

// The head behind the last one that belongs to a heading: scenes, and headings of a lower level.
[[nodiscard]] qsizetype subtreeEnd(const Outline& outline, qsizetype head);
// The section behind the heading that a section belongs to; 0 before the first heading.
[[nodiscard]] qsizetype chapterOf(const Outline& outline, qsizetype section);

// A heading and all below it, to before another heading or, with heads().size(), to the end. A lower heading
// is not parted from those above it: the move goes on to the next place of its level.
[[nodiscard]] OutlineEdits moveChapter(const SpannedText& story, const Outline& outline, qsizetype head,
                                       qsizetype before);
// A scene of a chapter that has several, to before or behind another scene. The scene breaks stay between.
enum class ScenePlace { Before, Behind };
[[nodiscard]] OutlineEdits moveScene(const SpannedText& story, const Outline& outline, qsizetype section,
                                     qsizetype target, ScenePlace place);
// Puts a scene break, of the form that the story has, at a place inside of a scene.
[[nodiscard]] OutlineEdits splitScene(const SpannedText& story, const Outline& outline, qsizetype position);
// Puts a heading of the level around it at a place; the text behind the place is the new chapter's.
[[nodiscard]] OutlineEdits beginChapter(const SpannedText& story, const Outline& outline, qsizetype position,
                                        const QString& title);
// Takes a section's head away.
[[nodiscard]] OutlineEdits mergeWithPrevious(const SpannedText& story, const Outline& outline,
                                             qsizetype section);
[[nodiscard]] OutlineEdits renameHeading(const SpannedText& story, const Outline& outline, qsizetype head,
                                         const QString& title);

} // namespace app
