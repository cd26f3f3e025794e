#include "ui/sidebar/model_panel.h"

#include "app/assistant/assistant_service.h"
#include "app/models/model_catalog.h"
#include "app/models/model_names.h"
#include "app/voice/voice_files.h"
#include "app/writing/story_writer.h"

#include <QBoxLayout>
#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>
#include <QShortcut>
#include <QSignalBlocker>

#include <algorithm>

namespace ui {

namespace {

const QLatin1String kNoGate("none");

} // namespace

ModelPanel::ModelPanel(app::ModelCatalog& models, app::StoryWriter& writer, app::AssistantService& assistant,
                       QWidget* parent)
    : QWidget(parent)
    , m_models(models)
    , m_writer(writer)
    , m_assistant(assistant)
    , m_model(new QComboBox)
    , m_gate(new QComboBox)
    , m_about(new QLabel)
    , m_remove(new QPushButton(tr("Rem&ove"))) {
    build();
    connect(m_model, &QComboBox::activated, this, [this] {
        fillGates();
        choose();
    });
    connect(m_gate, &QComboBox::activated, this, &ModelPanel::choose);
    connect(m_remove, &QPushButton::clicked, this, &ModelPanel::removeModel);
    auto* del = new QShortcut(QKeySequence::Delete, m_model, this, &ModelPanel::removeModel);
    del->setContext(Qt::WidgetShortcut);
    connect(&m_models, &app::ModelCatalog::entriesChanged, this, &ModelPanel::fill);
    connect(&m_models, &app::ModelCatalog::added, this, &ModelPanel::chooseModel);
    connect(&m_writer, &app::StoryWriter::modelChoiceChanged, this, &ModelPanel::fill);
    connect(&m_assistant, &app::AssistantService::modelLoading, this, &ModelPanel::tell);
    connect(&m_assistant, &app::AssistantService::modelLoaded, this, &ModelPanel::tell);
    connect(&m_assistant, &app::AssistantService::modelFailed, this, &ModelPanel::tell);
    fill();
}

void ModelPanel::build() {
    m_model->setObjectName(QStringLiteral("model"));
    m_model->setAccessibleName(tr("Model"));
    m_model->setToolTip(tr("The language model that continues your story. It runs on this computer alone."));
    for (QComboBox* const combo : {m_model, m_gate}) {
        combo->setSizeAdjustPolicy(
            QComboBox::AdjustToMinimumContentsLengthWithIcon); // long names must not widen the dock
        combo->setMinimumContentsLength(12);
        combo->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    }
    m_gate->setObjectName(QStringLiteral("gate"));
    m_gate->setAccessibleName(tr("Gate"));
    m_gate->setToolTip(
        tr("A gate mixes what the model just read into what it thinks, as much as it finds useful. "
           "“None” is the base model as it is."));
    m_about->setObjectName(QStringLiteral("aboutModel"));
    m_about->setWordWrap(true);
    m_about->setProperty("quiet", true);
    m_about->setTextFormat(Qt::PlainText);
    auto* get = new QPushButton(tr("Get mode&ls…"));
    get->setObjectName(QStringLiteral("getModels"));
    get->setToolTip(tr("Models that can be downloaded, with what they would need and do on this computer"));
    connect(get, &QPushButton::clicked, this, &ModelPanel::getRequested);
    auto* add = new QPushButton(tr("&Add a model file…"));
    add->setToolTip(tr("Any RWKV-5.2, 6 or 7 model: safetensors, PyTorch, GGUF or rwkv.cpp"));
    connect(add, &QPushButton::clicked, this, &ModelPanel::addRequested);
    m_remove->setObjectName(QStringLiteral("removeModel"));
    m_remove->setToolTip(tr("Takes this model off the list (Del in the list). Its file stays where it is."));
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(6);
    buttons->addWidget(add, 1);
    buttons->addWidget(m_remove);
    auto* teach = new QPushButton(tr("&Teach it your voice…"));
    teach->setObjectName(QStringLiteral("teachVoice"));
    teach->setToolTip(tr("Fits a gate to what you wrote, so that the model comes nearer to how you write"));
    connect(teach, &QPushButton::clicked, this, &ModelPanel::voiceRequested);
    auto* form = new QFormLayout(this);
    form->setContentsMargins(0, 0, 0, 0);
    form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
    form->addRow(tr("Mo&del"), m_model);
    form->addRow(tr("&Gate"), m_gate);
    form->addRow(m_about);
    form->addRow(get);
    form->addRow(buttons);
    form->addRow(teach);
}

void ModelPanel::fill() {
    const QSignalBlocker quiet(m_model);
    m_model->clear();
    const QList<app::ModelEntry>& entries = m_models.entries();
    const QStringList names = app::distinctNames(entries);
    for (qsizetype i = 0; i < entries.size(); ++i) {
        const app::ModelEntry& entry = entries[i];
        const bool isBroken = entry.state == app::ModelEntry::State::Broken;
        m_model->addItem(isBroken ? tr("%1 (cannot be used)").arg(names[i]) : names[i], entry.model);
        const QString about = isBroken ? entry.problem : entry.description;
        m_model->setItemData(m_model->count() - 1,
                             entry.isEmbedded ? about : QStringLiteral("%1\n%2").arg(about, entry.model),
                             Qt::ToolTipRole);
    }
    const QString current = m_writer.modelChoice().model;
    if (m_model->findData(current) < 0 && !current.isEmpty()) {
        m_model->addItem(current, current);
    }
    m_model->setCurrentIndex(m_model->findData(current));
    fillGates();
    const QSignalBlocker quietGate(m_gate);
    const QString gate = m_writer.modelChoice().gate;
    if (m_gate->findData(gate) < 0 && !gate.isEmpty()) {
        // The model's files have not been looked at yet, or are gone.
        m_gate->addItem(app::gateLabel(gate), gate);
    }
    m_gate->setCurrentIndex(std::max(0, m_gate->findData(gate)));
    m_gate->setEnabled(m_gate->count() > 1);
    tell();
}

void ModelPanel::fillGates() {
    const QSignalBlocker quiet(m_gate);
    const QString before = m_gate->currentData().toString();
    m_gate->clear();
    m_gate->addItem(tr("None (base model)"), kNoGate);
    if (const app::ModelEntry* const entry = m_models.find(m_model->currentData().toString())) {
        for (const QString& gate : entry->gates) {
            m_gate->addItem(app::gateLabel(gate), gate);
        }
    }
    m_gate->setCurrentIndex(std::max(0, m_gate->findData(before)));
    m_gate->setEnabled(m_gate->count() > 1);
}

void ModelPanel::chooseModel(const QString& model) {
    m_model->setCurrentIndex(m_model->findData(model));
    fillGates();
    choose();
}

void ModelPanel::removeModel() {
    const QString model = m_model->currentData().toString();
    const app::ModelEntry* const entry = m_models.find(model);
    if (entry == nullptr || entry->isEmbedded) {
        return;
    }
    const QString name = m_model->currentText();
    drop(model);
    emit modelRemoved(name);
}

void ModelPanel::drop(const QString& model) {
    const app::ModelEntry* const entry = m_models.find(model);
    if (entry == nullptr || entry->isEmbedded) {
        return;
    }
    if (model != m_writer.modelChoice().model && model != m_model->currentData().toString()) {
        m_models.remove(model);
        return;
    }
    // The model that comes with Inkgate takes its place; a list without one is empty then.
    QString next;
    for (const app::ModelEntry& other : m_models.entries()) {
        if (other.model != model &&
            (next.isEmpty() || (other.isEmbedded && !m_models.find(next)->isEmbedded))) {
            next = other.model;
        }
    }
    if (next.isEmpty()) {
        m_models.remove(model);
    } else {
        chooseModel(next);
        m_models.remove(model);
    }
}

void ModelPanel::choose() {
    emit choiceMade({m_model->currentData().toString(), m_gate->currentData().toString()});
    tell();
}

bool ModelPanel::useGate() {
    if (m_gate->count() < 2) {
        return false;
    }
    m_gate->setCurrentIndex(1);
    choose();
    return true;
}

QString ModelPanel::gateForComparing() const {
    const QString chosen = m_writer.modelChoice().gate;
    if (!chosen.isEmpty() && chosen != kNoGate) {
        return chosen;
    }
    return m_gate->count() > 1 ? m_gate->itemData(1).toString() : QString();
}

void ModelPanel::tell() {
    const app::ModelEntry* const entry = m_models.find(m_model->currentData().toString());
    if (m_assistant.isLoadingModel()) {
        m_about->setText(tr("Loading…"));
    } else if (entry == nullptr) {
        m_about->clear();
    } else if (entry->state == app::ModelEntry::State::Broken) {
        m_about->setText(entry->problem);
    } else {
        QString about = entry->description;
        const auto& loaded = m_assistant.model();
        if (loaded && !loaded->device.isEmpty() && loaded->device != QStringLiteral("cpu"))
            about += QLatin1Char('\n') + tr("Runs on %1.").arg(loaded->device);
        m_about->setText(about);
    }
    m_about->setVisible(!m_about->text().isEmpty());
    m_remove->setEnabled(entry != nullptr && !entry->isEmbedded);
}

} // namespace ui
