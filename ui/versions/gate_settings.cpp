#include "ui/versions/gate_settings.h"

#include "app/project/project_controller.h"

#include <QBoxLayout>
#include <QCoreApplication>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QSpinBox>

namespace ui {

namespace {

constexpr double kMegabyte = 1'000'000;
constexpr int kMostMegabytes = 99'999;

} // namespace

QString inMegabytes(qint64 bytes) {
    const double megabytes = static_cast<double>(bytes) / kMegabyte;
    return GateSettings::tr("%1 MB").arg(QLocale().toString(megabytes, 'f', megabytes < 100 ? 1 : 0));
}

QString sizesInWords(const app::ProjectSizes& sizes) {
    if (sizes.gates() == 0)
        return GateSettings::tr("The file of this story takes %1; it holds no gates.")
            .arg(inMegabytes(sizes.file));
    return GateSettings::tr(
               "The file of this story takes %1. The gates of %2 runs are %3 of it: %4 for every "
               "channel, and %5 for their sums, which the heatmap shows first.")
        .arg(inMegabytes(sizes.file), QLocale().toString(sizes.runs), inMegabytes(sizes.gates()),
             inMegabytes(sizes.channels), inMegabytes(sizes.summaries));
}

GateSettings::GateSettings(app::ProjectController& project, QWidget* parent)
    : QWidget(parent)
    , m_project(project)
    , m_about(new QLabel)
    , m_budget(new QSpinBox)
    , m_apply(new QPushButton(tr("&Apply"))) {
    build();
    connect(&m_project, &app::ProjectController::sizesRead, this, &GateSettings::show);
    connect(&m_project, &app::ProjectController::opened, this, [this] {
        if (isVisible())
            refresh();
    });
    connect(m_budget, &QSpinBox::valueChanged, this, &GateSettings::refreshButton);
    connect(m_apply, &QPushButton::clicked, this, [this] {
        m_project.setGateBudget(m_budget->value());
        m_sizes.budget = m_budget->value();
        refreshButton();
        refresh();
    });
}

void GateSettings::build() {
    m_about->setObjectName(QStringLiteral("gateSizes"));
    m_about->setWordWrap(true);
    m_budget->setObjectName(QStringLiteral("gateBudget"));
    m_budget->setRange(0, kMostMegabytes);
    m_budget->setSuffix(tr(" MB"));
    m_budget->setSpecialValueText(tr("all"));
    m_apply->setObjectName(QStringLiteral("gateApply"));
    m_apply->setAutoDefault(false);
    auto* const label = new QLabel(tr("Keep so much of the &gates:"));
    label->setBuddy(m_budget);
    auto* const warning = new QLabel(
        tr("What is more goes for good, of the oldest runs first: the channels, then the sums. The "
           "words of all runs stay, and all of the newest run."));
    warning->setWordWrap(true);
    auto* const row = new QHBoxLayout;
    row->addWidget(label);
    row->addWidget(m_budget);
    row->addWidget(m_apply);
    row->addStretch(1);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_about);
    layout->addLayout(row);
    layout->addWidget(warning);
    refreshButton();
}

void GateSettings::refresh() { m_project.readSizes(); }

void GateSettings::show(const app::ProjectSizes& sizes) {
    // What is being typed in is not typed over by an answer.
    if (m_budget->value() == m_sizes.budget)
        m_budget->setValue(sizes.budget);
    m_sizes = sizes;
    m_about->setText(sizesInWords(sizes));
    refreshButton();
}

void GateSettings::refreshButton() { m_apply->setEnabled(m_budget->value() != m_sizes.budget); }

} // namespace ui
