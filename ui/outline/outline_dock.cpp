#include "ui/outline/outline_dock.h"

#include "app/notes/scene_notes.h"
#include "app/structure/story_outline.h"
#include "ui/editor/story_editor.h"
#include "ui/outline/outline_commands.h"
#include "ui/outline/outline_row_view.h"
#include "ui/outline/outline_tree.h"
#include "ui/outline/scene_panel.h"

#include <QBoxLayout>
#include <QLabel>
#include <QSplitter>

namespace ui {

namespace {

constexpr int kLeastWidth = 230;

} // namespace

OutlineDock::OutlineDock(app::Document& story, const app::StoryOutline& outline, app::SceneNotes& notes,
                         StoryEditor& editor, QWidget* parent)
    : QDockWidget(tr("Outline"), parent)
    , m_commands(new OutlineCommands(story, outline, editor, this))
    , m_tree(new OutlineTree(outline, notes, *m_commands))
    , m_scene(new ScenePanel(notes)) {
    setObjectName(QStringLiteral("outlineDock"));
    setAllowedAreas(Qt::LeftDockWidgetArea | Qt::RightDockWidgetArea);
    setWidget(buildContent());
    connect(this, &QDockWidget::visibilityChanged, m_tree, &OutlineTree::setLive);
    connect(&editor, &QTextEdit::cursorPositionChanged, m_tree, &OutlineTree::followCursor);
    connect(m_tree, &OutlineTree::sectionChosen, this, &OutlineDock::showScene);
    connect(m_tree, &OutlineTree::filled, this, [this] { showScene(m_tree->shownSection()); });
    connect(m_tree, &QTreeWidget::itemActivated, &editor, [&editor] { editor.setFocus(); });
    connect(m_commands, &OutlineCommands::chapterBegun, m_tree, &OutlineTree::renameSection);
}

QWidget* OutlineDock::buildContent() {
    m_empty =
        new QLabel(tr("Chapters and scenes of your story stand here. A line “# The ferry” or “Chapter 1” "
                      "begins a chapter; a line “***” parts two scenes.\n\nDrag them to "
                      "another place and their text goes along."));
    m_empty->setObjectName(QStringLiteral("outlineEmpty"));
    m_empty->setWordWrap(true);
    m_empty->setProperty("quiet", true);
    m_empty->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_empty->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    m_empty->setContentsMargins(14, 10, 14, 10);
    auto* const above = new QWidget;
    auto* const layout = new QVBoxLayout(above);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_empty, 1);
    layout->addWidget(m_tree, 1);
    auto* const content = new QSplitter(Qt::Vertical);
    content->setObjectName(QStringLiteral("outlineSplitter"));
    content->setChildrenCollapsible(false);
    content->addWidget(above);
    content->addWidget(m_scene);
    content->setStretchFactor(0, 3);
    content->setStretchFactor(1, 2);
    content->setMinimumWidth(kLeastWidth);
    const auto fit = [this] {
        m_empty->setVisible(m_tree->isEmpty());
        m_tree->setVisible(!m_tree->isEmpty());
    };
    connect(m_tree, &OutlineTree::filled, this, fit);
    fit();
    return content;
}

void OutlineDock::showScene(qsizetype section) {
    const qsizetype row = app::rowOfSection(m_tree->rows(), section);
    const QTreeWidgetItem* const item = m_tree->itemOf(row);
    m_scene->setSection(section, item != nullptr ? item->data(0, ShownRole).toString() : tr("The story"));
}

void OutlineDock::showNotes(qsizetype section) {
    show();
    m_tree->chooseSection(section);
    showScene(section);
}

} // namespace ui
