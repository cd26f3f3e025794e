#include "ui/sidebar/sampler_panel.h"

#include "ui/sidebar/option_row.h"
#include "ui/sidebar/section.h"

#include <QBoxLayout>
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QRandomGenerator>
#include <QRegularExpressionValidator>
#include <QSignalBlocker>
#include <QToolButton>

namespace ui {

namespace {

constexpr double kMostTokens = 8192;

// A preset says how to draw; the seed stays as it is.
bool drawsAlike(app::SamplerOptions a, const app::SamplerOptions& b) {
    a.seed = b.seed;
    return a == b;
}

} // namespace

SamplerPanel::SamplerPanel(app::Preferences& preferences, QWidget* parent)
    : QWidget(parent)
    , m_preferences(preferences) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    buildPresets(*layout);
    buildMain(*layout);
    buildMore(*layout);
    buildSeed(*layout);
    buildStops(*layout);
    buildPace(*layout);
    buildKept(*layout);
    connect(&m_preferences, &app::Preferences::presetsChanged, this, &SamplerPanel::fillPresets);
    fillPresets();
    show();
}

// --- building -------------------------------------------------

void SamplerPanel::buildPresets(QBoxLayout& layout) {
    m_preset = new QComboBox;
    m_preset->setObjectName(QStringLiteral("preset"));
    m_preset->setAccessibleName(tr("Preset"));
    m_preset->setToolTip(
        tr("Settings that go well together. Change anything below and it becomes your own."));
    connect(m_preset, &QComboBox::activated, this, &SamplerPanel::usePreset);
    auto* more = new QToolButton;
    more->setText(QStringLiteral("⋯"));
    more->setAutoRaise(true);
    more->setPopupMode(QToolButton::InstantPopup);
    more->setAccessibleName(tr("Preset menu"));
    more->setToolTip(tr("Save or delete presets"));
    auto* menu = new QMenu(more);
    menu->addAction(tr("&Save as preset…"), this, &SamplerPanel::askForPresetName);
    menu->addAction(tr("&Delete this preset"), this, &SamplerPanel::deletePreset);
    menu->addSeparator();
    menu->addAction(tr("&Reset all settings"), this, [this] { change(app::GenerationOptions{}); });
    more->setMenu(menu);
    auto* row = new QHBoxLayout;
    row->addWidget(m_preset, 1);
    row->addWidget(more);
    layout.addLayout(row);
}

OptionRow* SamplerPanel::addNumber(QBoxLayout& layout, const QString& name, const QString& help,
                                   const OptionRange& range, double app::SamplerOptions::*field) {
    auto* row = new OptionRow(name, help, range);
    m_numbers.insert(row, field);
    connect(row, &OptionRow::edited, this, [this, field](double value) {
        app::GenerationOptions options = m_options;
        options.sampler.*field = value;
        change(options);
    });
    layout.addWidget(row);
    return row;
}

OptionRow* SamplerPanel::addCount(QBoxLayout& layout, const QString& name, const QString& help,
                                  const OptionRange& range, int app::SamplerOptions::*field) {
    auto* row = new OptionRow(name, help, range);
    m_counts.insert(row, field);
    connect(row, &OptionRow::edited, this, [this, field](double value) {
        app::GenerationOptions options = m_options;
        options.sampler.*field = static_cast<int>(value);
        change(options);
    });
    layout.addWidget(row);
    return row;
}

void SamplerPanel::buildMain(QBoxLayout& layout) {
    OptionRow* const temperature = addNumber(
        layout, tr("&Temperature"),
        tr("How daring the model is. Low: it keeps to the most likely words and may repeat itself. High: it "
           "surprises, and may lose the thread. 0.7 to 1.0 suits most stories."),
        {0, 2, 0.05, 2, true}, &app::SamplerOptions::temperature);
    temperature->box()->setObjectName(QStringLiteral("temperature"));
    addNumber(layout, tr("Top-&p"),
              tr("How much of the unlikely is allowed. At 0.9 only the likeliest words that together make up "
                 "90 % of the "
                 "chances can come. 1 allows every word."),
              {0.01, 1, 0.01, 2, true}, &app::SamplerOptions::topP);
    m_length = new OptionRow(
        tr("&Length"),
        tr("How much the model writes before it stops by itself. A token is about three quarters of "
           "a word."),
        {1, kMostTokens, 10, 0, false});
    m_length->setSuffix(tr(" tokens"));
    m_length->box()->setObjectName(QStringLiteral("length"));
    connect(m_length, &OptionRow::edited, this, [this](double value) {
        app::GenerationOptions options = m_options;
        options.maxTokens = static_cast<int>(value);
        change(options);
    });
    layout.addWidget(m_length);
}

void SamplerPanel::buildMore(QBoxLayout& layout) {
    auto* section = new Section(tr("Choice of words"));
    addCount(section->body(), tr("Top-&k"),
             tr("Only this many of the likeliest words can come next. Off: no such limit."),
             {0, 1000, 1, 0, false}, &app::SamplerOptions::topK)
        ->setLeastText(tr("off"));
    addNumber(section->body(), tr("&Min-p"),
              tr("Leaves out words that are much less likely than the likeliest one: at 0.1, less than a "
                 "tenth as likely."),
              {0, 1, 0.01, 2, false}, &app::SamplerOptions::minP)
        ->setLeastText(tr("off"));
    addNumber(section->body(), tr("T&ypical"),
              tr("Keeps words that are about as surprising as one would expect here, and leaves out the too "
                 "obvious with "
                 "the too odd. 1 is off."),
              {0.05, 1, 0.01, 2, false}, &app::SamplerOptions::typical);

    auto* repetition = new Section(tr("Repetition"));
    addNumber(repetition->body(), tr("&Repetition penalty"),
              tr("Makes words that stand in the text already less likely. 1 is off; 1.1 is a gentle push."),
              {1, 2, 0.01, 2, false}, &app::SamplerOptions::repetitionPenalty);
    addNumber(repetition->body(), tr("Pr&esence penalty"),
              tr("Makes a word less likely once it has been used, however often. 0 is off."),
              {-2, 2, 0.05, 2, false}, &app::SamplerOptions::presencePenalty);
    addNumber(repetition->body(), tr("Fre&quency penalty"),
              tr("Makes a word less likely each time it is used. 0 is off."), {-2, 2, 0.05, 2, false},
              &app::SamplerOptions::frequencyPenalty);
    addNumber(repetition->body(), tr("Penalty &decay"),
              tr("How soon used words are forgiven. 1: never. 0.996: half after about 170 tokens. 0.95: half "
                 "after 14."),
              {0.5, 1, 0.001, 3, false}, &app::SamplerOptions::penaltyDecay);
    addXtcAndDry(section->body(), repetition->body());
    layout.addWidget(section);
    layout.addWidget(repetition);
}

void SamplerPanel::buildSeed(QBoxLayout& layout) {
    auto* section = new Section(tr("Seed"));
    m_newSeed = new QCheckBox(tr("A &new seed every time"));
    m_newSeed->setObjectName(QStringLiteral("newSeed"));
    m_newSeed->setToolTip(
        tr("On: every try comes out differently. Off: the same words, settings and seed give the same "
           "continuation."));
    m_seed = new QLineEdit;
    m_seed->setObjectName(QStringLiteral("seed"));
    m_seed->setAccessibleName(tr("Seed"));
    m_seed->setToolTip(tr("The number that decides how the dice fall."));
    m_seed->setValidator(
        new QRegularExpressionValidator(QRegularExpression(QStringLiteral("\\d{1,20}")), m_seed));
    m_dice = new QToolButton;
    m_dice->setText(QStringLiteral("⚄"));
    m_dice->setAutoRaise(true);
    m_dice->setAccessibleName(tr("Draw a seed"));
    m_dice->setToolTip(tr("Draw a seed and keep it"));
    connect(m_newSeed, &QCheckBox::toggled, this, [this](bool isOn) {
        app::GenerationOptions options = m_options;
        options.randomSeed = isOn;
        options.sampler.seed = m_seed->text().toULongLong(); // the one in sight is the one that is kept
        change(options);
    });
    connect(m_seed, &QLineEdit::editingFinished, this, [this] {
        bool isNumber = false;
        const quint64 seed = m_seed->text().toULongLong(&isNumber);
        if (isNumber && !m_options.randomSeed && seed != m_options.sampler.seed) {
            app::GenerationOptions options = m_options;
            options.sampler.seed = seed;
            change(options);
        }
    });
    connect(m_dice, &QToolButton::clicked, this, [this] {
        app::GenerationOptions options = m_options;
        options.randomSeed = false;
        options.sampler.seed = QRandomGenerator::global()->bounded(1'000'000U);
        change(options);
    });
    auto* row = new QHBoxLayout;
    row->addWidget(m_seed, 1);
    row->addWidget(m_dice);
    section->body().addWidget(m_newSeed);
    section->body().addLayout(row);
    layout.addWidget(section);
}

// --- values -------------------------------------------------

void SamplerPanel::setOptions(const app::GenerationOptions& options) {
    if (options != m_options) {
        m_options = options;
        show();
    }
}

void SamplerPanel::setLastSeed(quint64 seed) {
    if (m_options.randomSeed) {
        m_seed->setText(QString::number(seed));
    }
}

void SamplerPanel::change(const app::GenerationOptions& options) {
    if (options == m_options) {
        return;
    }
    m_options = options;
    show();
    emit optionsChanged(m_options);
}

void SamplerPanel::show() {
    for (auto row = m_numbers.cbegin(); row != m_numbers.cend(); ++row) {
        row.key()->setValue(m_options.sampler.*row.value());
    }
    for (auto row = m_counts.cbegin(); row != m_counts.cend(); ++row) {
        row.key()->setValue(m_options.sampler.*row.value());
    }
    m_length->setValue(m_options.maxTokens);
    const QSignalBlocker quietSeed(m_newSeed);
    m_newSeed->setChecked(m_options.randomSeed);
    m_seed->setReadOnly(m_options.randomSeed);
    if (!m_options.randomSeed) {
        m_seed->setText(QString::number(m_options.sampler.seed));
    }
    showStops();
    markPreset();
}

// --- presets -------------------------------------------------

void SamplerPanel::fillPresets() {
    const QSignalBlocker quiet(m_preset);
    m_preset->clear();
    for (const app::SamplerPreset& preset : m_preferences.samplerPresets()) {
        m_preset->addItem(preset.name);
    }
    markPreset();
}

void SamplerPanel::markPreset() {
    const QList<app::SamplerPreset> presets = m_preferences.samplerPresets();
    int found = -1;
    for (int i = 0; i < presets.size() && found < 0; ++i) {
        found = drawsAlike(presets[i].options, m_options.sampler) ? i : -1;
    }
    const QSignalBlocker quiet(m_preset);
    m_preset->setPlaceholderText(tr("Own settings"));
    m_preset->setCurrentIndex(found);
}

void SamplerPanel::usePreset(int index) {
    const QList<app::SamplerPreset> presets = m_preferences.samplerPresets();
    if (index >= 0 && index < presets.size()) {
        app::GenerationOptions options = m_options;
        options.sampler = presets[index].options;
        options.sampler.seed = m_options.sampler.seed;
        change(options);
    }
}

void SamplerPanel::askForPresetName() {
    auto* dialog = new QInputDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Save as preset"));
    dialog->setLabelText(tr("Name of the preset:"));
    connect(dialog, &QInputDialog::textValueSelected, this,
            [this](const QString& name) { m_preferences.savePreset(name.trimmed(), m_options.sampler); });
    dialog->open();
}

void SamplerPanel::deletePreset() { m_preferences.deletePreset(m_preset->currentText()); }

} // namespace ui
