#include "ui/window/main_window.h"

#include "app/document/document.h"
#include "app/project/project_controller.h"
#include "app/writing/reading_preview.h"
#include "app/writing/story_writer.h"
#include "ui/attempts/attempts_dock.h"
#include "ui/choices/choice_presenter.h"
#include "ui/compare/compare_view.h"
#include "ui/editor/origin_legend.h"
#include "ui/editor/story_editor.h"
#include "ui/editor/token_marker.h"
#include "ui/editor/word_counter.h"
#include "ui/exchange/story_export.h"
#include "ui/find/find_bar.h"
#include "ui/heatmap/heatmap_dock.h"
#include "ui/heatmap/token_selection.h"
#include "ui/library/library_dialog.h"
#include "ui/looks/look_marker.h"
#include "ui/outline/outline_dock.h"
#include "ui/reading/memory_dialog.h"
#include "ui/reading/reading_dock.h"
#include "ui/reading/reading_edge.h"
#include "ui/sidebar/sidebar_dock.h"
#include "ui/theme/theme.h"
#include "ui/theme/typography.h"
#include "ui/versions/versions_dialog.h"
#include "ui/voice/voice_dialog.h"
#include "ui/window/actions.h"
#include "ui/window/english_plurals.h"
#include "ui/window/ghost_keeper.h"
#include "ui/window/message_bar.h"
#include "ui/window/panels/dock_height.h"
#include "ui/window/panels/window_keeper.h"
#include "ui/window/project/place_keeper.h"
#include "ui/window/project/project_dialogs.h"
#include "ui/window/project/project_messages.h"
#include "ui/window/project/quit_guard.h"
#include "ui/window/status_line.h"

#include <QBoxLayout>
#include <QCloseEvent>
#include <QCoreApplication>
#include <QStackedWidget>

namespace ui {

namespace {

constexpr QSize kFirstSize(1220, 780);
constexpr int kFirstHeatmapHeight = 220;

} // namespace

MainWindow::MainWindow(app::AppContext& context)
    : m_context(context)
    , m_theme(new Theme(this))
    , m_selection(new TokenSelection(this))
    , m_preview(
          new app::ReadingPreview(context.writer, context.assistant, context.document, context.reading, this))
    , m_focusMode(*this)
    , m_isFirstStart(context.preferences.isFirstStart()) {
    QCoreApplication::installTranslator(new EnglishPlurals(this));
    m_theme->apply(context.preferences.appearance().theme);
    m_actions = std::make_unique<Actions>(*this);
    build();
    buildDocks();
    auto* const dialogs = new ProjectDialogs(m_context, *m_actions, *this);
    const auto saveAs = [dialogs] { dialogs->saveAs(); };
    new ProjectMessages(m_context.project, *m_messages, saveAs, this);
    connect(&dialogs->exporter(), &StoryExport::failed, this, [this](const QString& problem) {
        m_messages->show(MessageBar::Topic::SavingAs, {MessageBar::Kind::Problem, problem, {}, {}});
    });
    connect(&dialogs->exporter(), &StoryExport::stopped, this,
            [this] { m_status->say(tr("stopped; nothing was written")); });
    m_quitGuard = new QuitGuard(m_context.project, *this, saveAs);
    new PlaceKeeper(*m_editor, m_context.project, this);
    m_ghost = new GhostKeeper(m_context, *m_editor, *m_status, *m_messages, this);
    connectEditing();
    connectWriting();
    connectView();
    connectFrame();
    connectProblems();
    connectVoice();
    connectLibrary();
    connectSpelling();
    connectAttempts();
    connectChoices();
    connectLooks();
    connectReading();
    connectStructure();
    applyAppearance(context.preferences.appearance());
    applyColours();
    restoreWindow();
    updateTitle();
    updateAttempts();
    m_editor->setReadOnly(!m_context.project.isOpen());
    m_editor->setFocus();
}

MainWindow::~MainWindow() = default;

void MainWindow::build() {
    setWindowIcon(QIcon(QStringLiteral(":/icons/inkgate.svg")));
    setDockOptions(AnimatedDocks | AllowNestedDocks);
    setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);

    m_editor = new StoryEditor(m_context.document);
    m_editor->setObjectName(QStringLiteral("storyEditor"));
    m_findBar = new FindBar(*m_editor, m_context.document);
    m_messages = new MessageBar;
    m_storyPage = new QWidget;
    auto* story = new QVBoxLayout(m_storyPage);
    story->setContentsMargins(0, 0, 0, 0);
    story->setSpacing(0);
    story->addWidget(m_editor, 1);
    story->addWidget(m_findBar);
    m_compare = new CompareView(m_context.writer, m_context.document, m_context.runs, *m_selection);
    m_pages = new QStackedWidget;
    m_pages->addWidget(m_storyPage);
    m_pages->addWidget(m_compare);
    auto* centre = new QWidget;
    auto* layout = new QVBoxLayout(centre);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_pages, 1);
    layout->addWidget(m_messages);
    setCentralWidget(centre);

    m_status = new StatusLine(m_context);
    setStatusBar(m_status);
    m_legend = new OriginLegend;
    m_status->insertPermanentWidget(1, m_legend); // behind what the model is doing
    m_marker = new TokenMarker(*m_editor, m_context.document, m_context.runs, *m_selection, this);
    m_choices = new ChoicePresenter(*m_editor, m_context.runs, this);
    m_looks = new LookMarker(*m_editor, m_context.document, m_context.runs, *m_selection, this);
}

void MainWindow::buildDocks() {
    m_heatmap = new HeatmapDock(m_context.runs, *m_selection);
    m_sidebar = new SidebarDock(m_context);
    m_attempts = new AttemptsDock(m_context.writer, m_context.document, m_context.runs);
    m_reading = new ReadingDock(*m_preview, m_context.reading);
    m_edge = new ReadingEdge(*m_editor);
    m_outline = new OutlineDock(m_context.document, m_context.project.outline(), m_context.project.notes(),
                                *m_editor);
    addDockWidget(Qt::LeftDockWidgetArea, m_outline);
    addDockWidget(Qt::LeftDockWidgetArea, m_attempts);
    addDockWidget(Qt::LeftDockWidgetArea, m_reading);
    m_outline->hide();
    m_attempts->hide();
    m_reading->hide();
    addDockWidget(Qt::BottomDockWidgetArea, m_heatmap);
    addDockWidget(Qt::RightDockWidgetArea, m_sidebar);
    m_voice = new VoiceDialog(m_context, this);
    m_versions = new VersionsDialog(m_context, this);
    m_library = new LibraryDialog(m_context.library, this);
    m_memory = new MemoryDialog(m_context, this);
    new DockHeight(*this, *m_heatmap, kFirstHeatmapHeight);
    finishDocks();
}

void MainWindow::restoreWindow() {
    resize(kFirstSize);
    resizeDocks({m_heatmap}, {kFirstHeatmapHeight}, Qt::Vertical);
    m_keeper = new WindowKeeper(*this, m_focusMode, m_context.preferences);
    m_keeper->restore();
}

void MainWindow::closeEvent(QCloseEvent* event) {
    m_context.writer.stop();
    m_keeper->keep();
    if (!m_quitGuard->mayClose()) {
        event->ignore();
        return;
    }
    QMainWindow::closeEvent(event);
}

void MainWindow::changeEvent(QEvent* event) {
    QMainWindow::changeEvent(event);
    // Back from another program, which may have moved the file.
    if (event->type() == QEvent::ActivationChange && isActiveWindow() && m_context.project.isOpen()) {
        m_context.project.saveNow();
    }
}

void MainWindow::applyAppearance(const app::Appearance& appearance) {
    m_theme->apply(appearance.theme);
    const Typography typography = typographyFor(appearance);
    m_editor->setTypography(typography);
    m_editor->setOriginsShown(appearance.showOrigins);
    m_compare->setTypography(typography);
    m_actions->showOrigins->setChecked(appearance.showOrigins);
    m_actions->choicesUnderMouse->setChecked(appearance.choicesUnderMouse);
    m_choices->setOpensUnderMouse(appearance.choicesUnderMouse);
    m_actions->looksUnderMouse->setChecked(appearance.looksUnderMouse);
    m_looks->setFollowsMouse(appearance.looksUnderMouse);
    m_legend->setVisible(appearance.showOrigins);
    m_actions->themeSystem->setChecked(appearance.theme == app::Theme::System);
    m_actions->themeLight->setChecked(appearance.theme == app::Theme::Light);
    m_actions->themeDark->setChecked(appearance.theme == app::Theme::Dark);
}

void MainWindow::applyColours() {
    const Colours& colours = m_theme->colours();
    m_actions->setIcons(*m_theme);
    m_editor->setColours(colours);
    m_compare->setColours(colours);
    m_heatmap->setColours(colours);
    m_voice->setColours(colours);
    m_versions->setColours(colours);
    m_reading->setColours(colours);
    m_edge->setInk(colours.quietInk);
    m_looks->setColours(colours);
    colourFrame(colours);
}

void MainWindow::updateTitle() { setWindowTitle(tr("%1 — Inkgate").arg(m_context.project.title())); }

bool MainWindow::isComparing() const { return m_pages->currentWidget() == m_compare; }

} // namespace ui
