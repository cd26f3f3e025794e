#include "ui/sidebar/sidebar_dock.h"

#include "app/assistant/assistant_service.h"
#include "app/models/model_catalog.h"
#include "app/preferences/preferences.h"
#include "app/runs/run_history.h"
#include "app/writing/story_writer.h"
#include "ui/sidebar/model_panel.h"
#include "ui/sidebar/sampler_panel.h"

#include <QBoxLayout>
#include <QEvent>
#include <QFileDialog>
#include <QLabel>
#include <QScrollArea>
#include <QScrollBar>

#include <algorithm>

namespace ui {

namespace {

// Scrolls up and down only: always as wide as its contents need beside a scroll bar, so that one that comes
// cuts nothing.
class ColumnScrollArea : public QScrollArea {
public:
    explicit ColumnScrollArea(QWidget* content) {
        setWidgetResizable(true);
        setFrameShape(QFrame::NoFrame);
        setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
        setWidget(content);
        fit();
    }

    bool eventFilter(QObject* watched, QEvent* event) override {
        if (watched == widget() && event->type() == QEvent::LayoutRequest) {
            fit();
        }
        return QScrollArea::eventFilter(watched, event);
    }

private:
    void fit() {
        setMinimumWidth(std::max(kLeastWidth, widget()->minimumSizeHint().width() +
                                                  verticalScrollBar()->sizeHint().width()));
    }

    static constexpr int kLeastWidth = 260;
};

} // namespace

SidebarDock::SidebarDock(const app::AppContext& context, QWidget* parent)
    : QDockWidget(tr("Model and settings"), parent)
    , m_context(context)
    , m_model(new ModelPanel(context.models, context.writer, context.assistant))
    , m_sampler(new SamplerPanel(context.preferences)) {
    setObjectName(QStringLiteral("sidebarDock"));
    setAllowedAreas(Qt::LeftDockWidgetArea | Qt::RightDockWidgetArea);
    auto* content = new QWidget;
    content->setObjectName(QStringLiteral("sidebarContent"));
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(14, 8, 14, 14);
    layout->setSpacing(10);
    auto* line = new QFrame;
    line->setFrameShape(QFrame::HLine);
    auto* heading = new QLabel(tr("How it writes"));
    heading->setObjectName(QStringLiteral("sidebarHeading"));
    layout->addWidget(m_model);
    layout->addSpacing(4);
    layout->addWidget(line);
    layout->addWidget(heading);
    layout->addWidget(m_sampler);
    layout->addStretch(1);
    setWidget(new ColumnScrollArea(content));
    connectParts();
}

void SidebarDock::connectParts() {
    app::StoryWriter& writer = m_context.writer;
    m_sampler->setOptions(writer.options());
    connect(&writer, &app::StoryWriter::optionsChanged, m_sampler, &SamplerPanel::setOptions);
    connect(m_sampler, &SamplerPanel::optionsChanged, &writer, &app::StoryWriter::setOptions);
    connect(&m_context.runs, &app::RunHistory::runAdded, this, [this](app::RunId run) {
        if (const app::RunRecord* const record = m_context.runs.run(run); !record->isChangedVersion())
            m_sampler->setLastSeed(record->options.sampler.seed);
    });
    connect(m_model, &ModelPanel::choiceMade, &writer, &app::StoryWriter::setModelChoice);
    connect(m_model, &ModelPanel::addRequested, this, [this] {
        auto* dialog = new QFileDialog(this, tr("Add a model file"), QString(),
                                       tr("RWKV models (*.safetensors *.safetensors.index.json *.st *.pth "
                                          "*.gguf *.bin);;All files (*)"));
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setFileMode(QFileDialog::ExistingFile);
        connect(dialog, &QFileDialog::fileSelected, &m_context.models, &app::ModelCatalog::add);
        dialog->open();
    });
}

} // namespace ui
