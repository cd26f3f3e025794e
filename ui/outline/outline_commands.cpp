#include "ui/outline/outline_commands.h"

#include "app/document/document.h"
#include "app/structure/story_outline.h"
#include "ui/editor/story_editor.h"

namespace ui {

OutlineCommands::OutlineCommands(app::Document& story, const app::StoryOutline& outline, StoryEditor& editor,
                                 QObject* parent)
    : QObject(parent)
    , m_story(story)
    , m_outline(outline)
    , m_editor(editor) {}

QList<app::OutlineRow> OutlineCommands::rows() const {
    return app::outlineRows(m_outline.outline(), m_story.text());
}

bool OutlineCommands::apply(const app::OutlineEdits& edits, const QString& reason) {
    if (!edits) {
        if (!reason.isEmpty())
            emit refused(reason);
        return false;
    }
    m_story.breakTypingStep();
    if (m_story.applyEdits(*edits))
        return true;
    emit refused(tr("The model is writing there. Stop it with Esc, then try again."));
    return false;
}

bool OutlineCommands::applyMove(const app::OutlineEdits& edits) {
    if (!apply(edits, {}))
        return false;
    const qsizetype place = app::movedTo(*edits);
    goTo(place);
    emit moved(m_outline.outline().sectionAt(place));
    return true;
}

bool OutlineCommands::moveTo(qsizetype row, qsizetype target, app::RowPlace place, bool isOpen) {
    return applyMove(
        app::moveRow(m_story.content(), m_outline.outline(), rows(), row, target, place, isOpen));
}

bool OutlineCommands::moveUp(qsizetype row) {
    return applyMove(app::moveRowUp(m_story.content(), m_outline.outline(), rows(), row));
}

bool OutlineCommands::moveDown(qsizetype row) {
    return applyMove(app::moveRowDown(m_story.content(), m_outline.outline(), rows(), row));
}

bool OutlineCommands::rename(qsizetype row, const QString& title) {
    const QList<app::OutlineRow> all = rows();
    if (row < 0 || row >= all.size() || all[row].kind != app::OutlineRow::Kind::Heading)
        return false;
    return apply(app::renameHeading(m_story.content(), m_outline.outline(), all[row].section - 1, title), {});
}

void OutlineCommands::splitAtCursor() {
    const auto edits = app::splitScene(m_story.content(), m_outline.outline(), m_editor.cursorPlace());
    if (apply(edits, tr("A scene is parted where words stand before and behind the cursor.")))
        goTo(edits->last().position + edits->last().inserted.size());
}

void OutlineCommands::beginChapterAtCursor() {
    const auto edits =
        app::beginChapter(m_story.content(), m_outline.outline(), m_editor.cursorPlace(), tr("New chapter"));
    if (!apply(edits, {}))
        return;
    const app::TextEdit& edit = edits->last();
    goTo(edit.position + edit.inserted.size());
    emit chapterBegun(m_outline.outline().sectionAt(edit.position + edit.inserted.indexOf(u'#')));
}

void OutlineCommands::merge(qsizetype section) {
    const auto edits = app::mergeWithPrevious(m_story.content(), m_outline.outline(), section);
    if (apply(edits, tr("There is nothing before this that it could be merged with.")))
        goTo(edits->last().position + edits->last().inserted.size());
}

void OutlineCommands::mergeAtCursor() { merge(m_outline.outline().sectionAt(m_editor.cursorPlace())); }

qsizetype OutlineCommands::cursorPlace() const { return m_editor.cursorPlace(); }

void OutlineCommands::goTo(qsizetype place) {
    m_editor.placeCursor(place);
    m_editor.reveal({place, 0});
}

} // namespace ui
