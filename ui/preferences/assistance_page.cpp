#include "ui/preferences/assistance_page.h"

#include "app/preferences/preferences.h"
#include "ui/keys/key_hint.h"

#include <QAction>
#include <QCheckBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSpinBox>

namespace ui {

namespace {

constexpr int kFieldWidth = 280;

} // namespace

AssistancePage::AssistancePage(app::Preferences& preferences, QAction& misspelled, QWidget* parent)
    : QWidget(parent)
    , m_preferences(preferences)
    , m_pause(new QDoubleSpinBox)
    , m_length(new QSpinBox)
    , m_misspelled(new QCheckBox(tr("&Underline words that the dictionary does not have"))) {
    build();
    showGhost(m_preferences.ghost());
    m_misspelled->setChecked(misspelled.isChecked());
    connect(&m_preferences, &app::Preferences::ghostChanged, this, &AssistancePage::showGhost);
    connect(m_pause, &QDoubleSpinBox::valueChanged, this, &AssistancePage::changeGhost);
    connect(m_length, &QSpinBox::valueChanged, this, &AssistancePage::changeGhost);
    connect(&misspelled, &QAction::toggled, m_misspelled, &QCheckBox::setChecked);
    // As a click in the menu: without a dictionary the window says what to install.
    connect(m_misspelled, &QCheckBox::clicked, this, [this, &misspelled] {
        misspelled.trigger();
        m_misspelled->setChecked(misspelled.isChecked());
    });
}

void AssistancePage::build() {
    m_pause->setObjectName(QStringLiteral("preferredPause"));
    m_pause->setRange(0, app::GhostOptions::kLongestPause);
    m_pause->setSingleStep(0.5);
    m_pause->setDecimals(1);
    m_pause->setSuffix(tr(" s"));
    m_pause->setSpecialValueText(tr("Only when asked for"));
    m_length->setObjectName(QStringLiteral("preferredSuggestion"));
    m_length->setRange(app::GhostOptions::kLeastTokens, app::GhostOptions::kMostTokens);
    m_length->setSuffix(tr(" tokens"));
    m_length->setToolTip(tr("A suggestion ends with its sentence, or before."));
    m_misspelled->setObjectName(QStringLiteral("preferredSpelling"));
    m_pause->setFixedWidth(kFieldWidth);
    m_length->setFixedWidth(kFieldWidth);
    auto* asked = new QLabel;
    asked->setProperty("quiet", true);
    new KeyHint(*asked, [asked] {
        asked->setText(tr("%1 asks for a suggestion at any time.").arg(keysOf(*asked, "suggest")));
    });
    auto* form = new QFormLayout(this);
    form->setContentsMargins(0, 0, 0, 0);
    form->setVerticalSpacing(10);
    form->setHorizontalSpacing(18);
    form->addRow(tr("&Suggestions after a pause of"), m_pause);
    form->addRow(tr("&Length at most"), m_length);
    form->addRow(QString(), asked);
    form->addRow(tr("Spelling"), m_misspelled);
}

void AssistancePage::showGhost(const app::GhostOptions& options) {
    const QSignalBlocker quiet[] = {QSignalBlocker(m_pause), QSignalBlocker(m_length)};
    m_pause->setValue(options.afterSeconds);
    m_length->setValue(options.maxTokens);
}

void AssistancePage::changeGhost() {
    app::GhostOptions options = m_preferences.ghost();
    options.afterSeconds = m_pause->value();
    options.maxTokens = m_length->value();
    m_preferences.setGhost(options);
}

} // namespace ui
