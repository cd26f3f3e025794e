// What the model reads, in the window: the panel, the place where reading begins, memory and lorebook.
#include "app/document/document.h"
#include "app/reading/story_reading.h"
#include "app/writing/reading_preview.h"
#include "ui/editor/story_editor.h"
#include "ui/reading/memory_dialog.h"
#include "ui/reading/reading_dock.h"
#include "ui/reading/reading_edge.h"
#include "ui/window/actions.h"
#include "ui/window/main_window.h"

#include <QAction>

namespace ui {

void MainWindow::connectReading() {
    const auto watch = [this] {
        m_preview->setCursor(m_editor->selectedRange().end());
        m_preview->setLive(m_reading->isVisible() || m_memory->isVisible());
    };
    connect(m_editor, &QTextEdit::cursorPositionChanged, this, watch);
    connect(m_editor, &QTextEdit::selectionChanged, this, watch);
    connect(m_reading, &QDockWidget::visibilityChanged, this, watch);
    connect(m_memory, &MemoryDialog::visibilityChanged, this, watch);
    connect(m_actions->editMemory, &QAction::triggered, m_memory, &MemoryDialog::open);
    connect(m_actions->showReading, &QAction::triggered, this, [this](bool isShown) {
        if (isShown)
            m_reading->takeFocus();
        else
            m_editor->setFocus();
    });
    connect(m_reading, &ReadingDock::editWanted, m_memory, &MemoryDialog::open);
    connect(m_reading, &ReadingDock::memoryWanted, m_memory, &MemoryDialog::showMemory);
    connect(m_reading, &ReadingDock::noteWanted, m_memory, &MemoryDialog::showNote);
    connect(m_reading, &ReadingDock::entryWanted, m_memory, &MemoryDialog::showEntry);
    connect(m_reading, &ReadingDock::placeWanted, this, [this](qsizetype position) {
        showStory();
        m_editor->reveal({position, 0}); // the cursor stays, and with it what is read
    });
    const auto showEdge = [this] {
        const auto& inspection = m_preview->inspection();
        const bool isCut =
            m_context.reading.settings().limit > 0 && inspection && inspection->prompt.storyStart > 0;
        m_edge->setPlace(isCut ? std::optional(inspection->prompt.storyStart) : std::nullopt);
        if (inspection)
            m_memory->setFaults(inspection->prompt.lore.faults);
    };
    connect(m_preview, &app::ReadingPreview::changed, this, showEdge);
    connect(&m_context.reading, &app::StoryReading::changed, this, showEdge);
    connect(&m_context.reading, &app::StoryReading::wasReset, this, showEdge);
    watch();
}

} // namespace ui
