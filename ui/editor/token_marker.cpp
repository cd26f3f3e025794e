#include "ui/editor/token_marker.h"

#include "app/document/document.h"
#include "app/runs/run_history.h"
#include "ui/editor/story_editor.h"
#include "ui/heatmap/token_selection.h"

#include <QScopedValueRollback>

namespace ui {

TokenMarker::TokenMarker(StoryEditor& editor, const app::Document& story, const app::RunHistory& runs,
                         TokenSelection& selection, QObject* parent)
    : QObject(parent)
    , m_editor(editor)
    , m_story(story)
    , m_runs(runs)
    , m_selection(selection) {
    connect(&selection, &TokenSelection::changed, this, &TokenMarker::show);
    connect(&editor, &StoryEditor::hovered, this, [this](std::optional<qsizetype> position) {
        if (m_isActive) {
            const QScopedValueRollback fromText(m_isFromText, true);
            m_selection.hover(position ? m_runs.tokenAt(*position) : std::nullopt);
        }
    });
    // Edits move tokens; a mark on a token that was edited or undone goes. Looked at when the step is
    // complete.
    m_refresh.setSingleShot(true);
    m_refresh.setInterval(0);
    connect(&m_refresh, &QTimer::timeout, this, &TokenMarker::show);
    connect(&story, &app::Document::changed, this, [this] {
        if (m_selection.hovered() || m_selection.locked()) {
            m_refresh.start();
        }
    });
}

void TokenMarker::setActive(bool isActive) {
    m_isActive = isActive;
    m_editor.setHoverReported(isActive);
    if (!isActive) {
        m_selection.hover(std::nullopt);
        m_selection.unlock();
    }
    show();
}

// Tokens bring the space before the word along; a mark on the word alone looks like what is meant.
app::TextRange TokenMarker::withoutSpaces(app::TextRange range) const {
    const QStringView text = QStringView(m_story.text()).mid(range.position, range.length);
    const QStringView word = text.trimmed();
    return word.isEmpty() ? range : app::TextRange{range.position + (word.data() - text.data()), word.size()};
}

void TokenMarker::show() {
    const auto rangesOf = [this](const std::optional<TokenSelection::Place>& place) {
        QList<app::TextRange> ranges;
        if (place && m_isActive) {
            if (const auto range = m_runs.rangeOf(place->run, place->token)) {
                ranges.append(withoutSpaces(*range));
            }
        }
        return ranges;
    };
    const QList<app::TextRange> locked = rangesOf(m_selection.locked());
    const bool isNewLock = !locked.isEmpty() && locked != m_editor.marks(StoryEditor::Mark::Locked);
    m_editor.setMarks(StoryEditor::Mark::Hovered, rangesOf(m_selection.hovered()));
    m_editor.setMarks(StoryEditor::Mark::Locked, locked);
    if (isNewLock && !m_isFromText) {
        m_editor.reveal(locked.first());
    }
}

} // namespace ui
