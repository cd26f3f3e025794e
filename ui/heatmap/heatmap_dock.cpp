#include "ui/heatmap/heatmap_dock.h"

#include "ui/heatmap/elided_label.h"
#include "ui/heatmap/heatmap_words.h"
#include "ui/heatmap/token_selection.h"

#include <QBoxLayout>
#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalBlocker>
#include <QStackedWidget>
#include <QToolButton>
#include <QToolTip>

#include <algorithm>

namespace ui {

namespace {

constexpr QPoint kAboveTheMouse(8, -56); // so that the map below stays in sight
constexpr int kWidestRunList = 460;
constexpr int kMostRunsListed = 200;

} // namespace

HeatmapDock::HeatmapDock(app::RunHistory& runs, TokenSelection& selection, QWidget* parent)
    : QDockWidget(tr("Gates"), parent)
    , m_runs(runs)
    , m_selection(selection)
    , m_grid(runs) {
    setObjectName(QStringLiteral("heatmapDock"));
    m_plot = new HeatmapPlot(m_grid);
    m_plot->setObjectName(QStringLiteral("heatmapPlot"));
    m_scroll = new QScrollBar(Qt::Horizontal);
    m_scroll->setAccessibleName(tr("Tokens in sight"));
    m_scroll->hide();
    auto* mapPage = new QWidget;
    auto* mapLayout = new QVBoxLayout(mapPage);
    mapLayout->setContentsMargins(0, 0, 0, 0);
    mapLayout->setSpacing(0);
    mapLayout->addWidget(m_plot, 1);
    mapLayout->addWidget(m_scroll);

    m_pages = new QStackedWidget;
    m_emptyPage = buildEmptyPage();
    m_pages->addWidget(m_emptyPage);
    m_pages->addWidget(mapPage);
    auto* content = new QWidget;
    content->setObjectName(QStringLiteral("heatmapContent"));
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(10, 4, 10, 6);
    layout->setSpacing(4);
    m_header = buildHeader();
    layout->addWidget(m_header);
    layout->addWidget(m_pages, 1);
    setWidget(content);

    connectRuns();
    connectPlot();
    fillRuns();
    showRun(m_runs.currentRun());
}

HeatmapDock::~HeatmapDock() { m_pool.waitForDone(); }

QWidget* HeatmapDock::buildHeader() {
    auto* header = new QWidget;
    auto* row = new QHBoxLayout(header);
    row->setContentsMargins(0, 0, 0, 0);
    m_back = new QToolButton;
    m_back->setText(tr("← All layers"));
    m_back->setToolTip(tr("Back to all layers (Esc)"));
    m_back->setAutoRaise(true);
    m_back->hide();
    m_run = new QComboBox;
    m_run->setObjectName(QStringLiteral("heatmapRun"));
    m_run->setAccessibleName(tr("Run shown"));
    m_run->setToolTip(tr("Every continuation of this project and its gates"));
    m_run->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_run->setMinimumContentsLength(24);
    m_run->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    m_run->setMaximumWidth(kWidestRunList);
    m_statistic = new QComboBox;
    m_statistic->setObjectName(QStringLiteral("heatmapStatistic"));
    m_statistic->setAccessibleName(tr("Statistic"));
    m_statistic->setToolTip(tr("What each cell shows of its layer’s gates"));
    for (const auto statistic : {GateStatistic::Mean, GateStatistic::Deviation, GateStatistic::P10,
                                 GateStatistic::Median, GateStatistic::P90, GateStatistic::ShareOpen}) {
        m_statistic->addItem(nameOf(statistic), static_cast<int>(statistic));
    }
    m_range = new QComboBox;
    m_range->setObjectName(QStringLiteral("heatmapRange"));
    m_range->setAccessibleName(tr("Range of the colours"));
    m_range->setToolTip(
        tr("Automatic: stretched to what is in sight. Fixed: colours mean the same everywhere."));
    m_range->addItem(tr("Automatic colours"), static_cast<int>(HeatmapPlot::ValueRange::Automatic));
    m_range->addItem(tr("Colours 0 to 1"), static_cast<int>(HeatmapPlot::ValueRange::Fixed));
    m_cell = new ElidedLabel;
    m_cell->setObjectName(QStringLiteral("heatmapCell"));
    m_cell->setProperty("quiet", true);
    row->addWidget(m_back);
    row->addWidget(m_run, 1);
    row->addWidget(m_statistic);
    row->addWidget(m_range);
    row->addWidget(m_cell, 1);

    connect(m_back, &QToolButton::clicked, this, &HeatmapDock::back);
    connect(m_run, &QComboBox::activated, this,
            [this](int index) { m_runs.setCurrentRun(m_run->itemData(index).toLongLong()); });
    connect(m_statistic, &QComboBox::currentIndexChanged, this, [this] {
        m_grid.setStatistic(static_cast<GateStatistic>(m_statistic->currentData().toInt()));
        m_plot->gridReplaced(false);
        tell();
    });
    connect(m_range, &QComboBox::currentIndexChanged, this, [this] {
        m_plot->setValueRange(static_cast<HeatmapPlot::ValueRange>(m_range->currentData().toInt()));
    });
    return header;
}

QWidget* HeatmapDock::buildEmptyPage() {
    auto* page = new QWidget;
    m_why = new QLabel;
    m_why->setObjectName(QStringLiteral("heatmapWhy"));
    m_why->setAlignment(Qt::AlignCenter);
    m_why->setWordWrap(true);
    m_why->setProperty("quiet", true);
    m_useGated = new QPushButton(tr("Switch to the &gated model"));
    m_useGated->setObjectName(QStringLiteral("heatmapUseGated"));
    connect(m_useGated, &QPushButton::clicked, this, &HeatmapDock::gatedModelWanted);
    auto* layout = new QVBoxLayout(page);
    layout->addStretch(1);
    layout->addWidget(m_why);
    layout->addWidget(m_useGated, 0, Qt::AlignHCenter);
    layout->addStretch(1);
    return page;
}

void HeatmapDock::connectRuns() {
    connect(&m_runs, &app::RunHistory::wasReset, this, [this] {
        m_selection.hover(std::nullopt);
        m_selection.unlock();
        fillRuns();
        showRun(m_runs.currentRun());
    });
    connect(&m_runs, &app::RunHistory::runAdded, this, &HeatmapDock::fillRuns);
    connect(&m_runs, &app::RunHistory::runDescribed, this, [this](app::RunId run) {
        m_run->setItemText(m_run->findData(run), labelOf(m_runs.run(run)));
        if (run == m_grid.run()) {
            refreshPage();
        }
    });
    connect(&m_runs, &app::RunHistory::runFinished, this, [this](app::RunId run) {
        m_run->setItemText(m_run->findData(run), labelOf(m_runs.run(run)));
        if (run == m_grid.run()) {
            refreshPage();
        }
    });
    connect(&m_runs, &app::RunHistory::currentRunChanged, this, &HeatmapDock::showRun);
    connect(&m_runs, &app::RunHistory::runGrew, this,
            [this](app::RunId run, const QString&, const QList<app::RunToken>&, const app::GateFrames& gates,
                   const QList<QByteArray>&) {
                if (run == m_grid.run() && gates.tokenCount() > 0) {
                    refreshPage();
                    m_plot->gridGrew(gates.firstToken);
                    fitScrollBar();
                }
            });
    connect(&m_runs, &app::RunHistory::gatesReady, this, [this](app::RunId run) {
        if (run == m_grid.run()) {
            refreshPage();
            m_plot->gridReplaced(true);
            fitScrollBar();
        }
    });
    connect(&m_runs, &app::RunHistory::channelsReady, this,
            [this](app::RunId run, const app::ChannelMap& map) {
                if (run != m_grid.run() || m_grid.layer() != map.layer) {
                    return;
                }
                if (map.tokens == 0) {
                    back();
                    m_cell->setText(tr("This run was recorded without its channels."));
                    return;
                }
                m_grid.setStoredChannels(map);
                m_plot->gridReplaced(false);
                fitScrollBar();
            });
}

void HeatmapDock::connectPlot() {
    connect(m_plot, &HeatmapPlot::cellHovered, this, &HeatmapDock::onHovered);
    connect(m_plot, &HeatmapPlot::cellClicked, this, [this](const GateCell& cell) {
        m_lockedRow = cell.row;
        m_selection.lock({m_grid.run(), cell.column});
        onSelectionChanged(); // the same token in another row is no change of the selection
    });
    connect(m_plot, &HeatmapPlot::rowOpened, this, &HeatmapDock::showChannels);
    connect(m_plot, &HeatmapPlot::sightChanged, this, &HeatmapDock::fitScrollBar);
    connect(m_scroll, &QScrollBar::valueChanged, m_plot, &HeatmapPlot::scrollTo);
    connect(&m_selection, &TokenSelection::changed, this, &HeatmapDock::onSelectionChanged);
    m_plot->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(m_plot, &QWidget::customContextMenuRequested, this, &HeatmapDock::showMenu);
}

void HeatmapDock::setColours(const Colours& colours) { m_plot->setColours(colours); }

void HeatmapDock::showRun(app::RunId run) {
    m_grid.setRun(run);
    m_back->hide();
    m_statistic->setEnabled(true);
    const QSignalBlocker quiet(m_run);
    m_run->setCurrentIndex(m_run->findData(run));
    if (m_runs.hasGates(run) && m_runs.gates(run) == nullptr) {
        m_runs.loadGates(run);
    }
    refreshPage();
    m_plot->gridReplaced(true);
    fitScrollBar();
    onSelectionChanged();
}

bool HeatmapDock::isExplaining() const { return m_pages->currentWidget() == m_emptyPage; }
QString HeatmapDock::explanation() const { return m_why->text(); }

void HeatmapDock::refreshPage() {
    const app::RunRecord* const record = m_runs.run(m_grid.run());
    const bool isDescribed = record != nullptr && !record->model.name.isEmpty();
    QString why;
    bool offersGated = false;
    if (record == nullptr) {
        why = tr("When the model writes, you see here how far its gates open at every token.");
    } else if (isDescribed && !record->model.hasGates) {
        why = tr("This text was written by a model that uses no gates, so there is nothing to show.");
        offersGated = true;
    } else if (record->isFinished && !m_runs.hasGates(m_grid.run())) {
        why = tr("The gates of this run were not recorded.");
    }
    m_why->setText(why);
    m_useGated->setVisible(offersGated);
    m_pages->setCurrentIndex(why.isEmpty() ? 1 : 0);
    m_statistic->setEnabled(why.isEmpty() && !m_grid.layer());
    m_range->setEnabled(why.isEmpty());
    m_header->setVisible(record != nullptr); // nothing to choose from yet
}

// --- the list of runs -------------------------------------------------

void HeatmapDock::fillRuns() {
    const QSignalBlocker quiet(m_run);
    m_run->clear();
    const QList<app::RunId>& runs = m_runs.runs();
    for (qsizetype i = runs.size() - 1; i >= 0 && m_run->count() < kMostRunsListed; --i) {
        if (!m_runs.run(runs[i])->isChangedVersion()) { // its words are another run's
            m_run->addItem(labelOf(m_runs.run(runs[i])), runs[i]);
        }
    }
    m_run->setCurrentIndex(m_run->findData(m_grid.run()));
}

// --- one token, pointed at -------------------------------------------------

void HeatmapDock::onHovered(std::optional<GateCell> cell) {
    m_hoveredCell = cell;
    m_selection.hover(cell ? std::optional(TokenSelection::Place{m_grid.run(), cell->column}) : std::nullopt);
    if (cell) {
        QToolTip::showText(QCursor::pos() + kAboveTheMouse, describe(m_grid, *cell), m_plot);
    } else {
        QToolTip::hideText();
    }
    tell();
}

void HeatmapDock::onSelectionChanged() {
    const auto& hovered = m_selection.hovered();
    const auto& locked = m_selection.locked();
    std::optional<GateCell> column;
    if (hovered && hovered->run == m_grid.run()) {
        column = GateCell{hovered->token, -1};
        if (!m_hoveredCell) { // found in the text: it may be out of sight here
            m_plot->reveal(hovered->token);
        }
    }
    m_plot->setHovered(column);
    const bool isLockedHere = locked && locked->run == m_grid.run();
    m_plot->setLocked(isLockedHere ? std::optional(GateCell{locked->token, m_lockedRow}) : std::nullopt);
    tell();
}

void HeatmapDock::tell() {
    const auto& locked = m_selection.locked();
    if (m_hoveredCell) {
        m_cell->setText(describe(m_grid, *m_hoveredCell));
    } else if (locked && locked->run == m_grid.run()) {
        m_cell->setText(describe(m_grid, {locked->token, m_lockedRow}));
    } else if (m_grid.layer()) {
        m_cell->setText(tr("Channels of layer %1").arg(m_grid.layerName(*m_grid.layer())));
    } else {
        m_cell->clear();
    }
}

// --- layers and channels -------------------------------------------------

void HeatmapDock::showChannels(int layer) {
    m_grid.showChannels(layer);
    m_back->show();
    m_statistic->setEnabled(false);
    m_lockedRow = 0;
    m_selection.unlock();
    const app::GateFrames* const gates = m_runs.gates(m_grid.run());
    if (gates == nullptr || !gates->hasChannels()) {
        m_runs.requestChannels(m_grid.run(), layer);
    }
    m_plot->gridReplaced(false);
    tell();
}

bool HeatmapDock::back() {
    if (!m_grid.layer()) {
        return false;
    }
    m_lockedRow = *m_grid.layer();
    m_grid.showLayers();
    m_back->hide();
    m_statistic->setEnabled(true);
    m_plot->gridReplaced(false);
    onSelectionChanged();
    return true;
}

void HeatmapDock::fitScrollBar() {
    const QSignalBlocker quiet(m_scroll);
    const int most = std::max(0, m_grid.columns() - m_plot->columnsInSight());
    m_scroll->setRange(0, most);
    m_scroll->setPageStep(m_plot->columnsInSight());
    m_scroll->setValue(m_plot->firstColumn());
    m_scroll->setVisible(most > 0);
}

} // namespace ui
