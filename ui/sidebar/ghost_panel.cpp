#include "ui/sidebar/ghost_panel.h"

#include "app/preferences/preferences.h"
#include "ui/keys/key_hint.h"
#include "ui/sidebar/option_row.h"
#include "ui/sidebar/section.h"

#include <QBoxLayout>
#include <QDoubleSpinBox>

namespace ui {

GhostPanel::GhostPanel(app::Preferences& preferences, QWidget* parent)
    : QWidget(parent)
    , m_preferences(preferences)
    , m_pause(new OptionRow(tr("After a pa&use of"), QString(),
                            {0, app::GhostOptions::kLongestPause, 0.5, 1, false}))
    , m_length(
          new OptionRow(tr("Lengt&h at most"), tr("It ends with its sentence, or before."),
                        {app::GhostOptions::kLeastTokens, app::GhostOptions::kMostTokens, 1, 0, false})) {
    m_pause->box()->setObjectName(QStringLiteral("ghostPause"));
    m_pause->setLeastText(tr("never"));
    m_pause->setSuffix(tr(" s"));
    m_length->box()->setObjectName(QStringLiteral("ghostLength"));
    m_length->setSuffix(tr(" tokens"));
    new KeyHint(*m_pause, [this] {
        m_pause->setHelp(
            tr("A suggestion in grey comes behind the cursor when you stop typing at the end of a "
               "paragraph. %1 asks for one anywhere. Tab takes it, Ctrl+Right its next word; Esc "
               "or writing something else lets it go.")
                .arg(keysOf(*this, "suggest")));
    });
    auto* section = new Section(tr("Suggestions"));
    section->body().addWidget(m_pause);
    section->body().addWidget(m_length);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(section);
    connect(m_pause, &OptionRow::edited, this, [this](double seconds) {
        app::GhostOptions options = m_preferences.ghost();
        options.afterSeconds = seconds;
        m_preferences.setGhost(options);
    });
    connect(m_length, &OptionRow::edited, this, [this](double tokens) {
        app::GhostOptions options = m_preferences.ghost();
        options.maxTokens = static_cast<int>(tokens);
        m_preferences.setGhost(options);
    });
    connect(&m_preferences, &app::Preferences::ghostChanged, this, &GhostPanel::show);
    show(m_preferences.ghost());
}

void GhostPanel::show(const app::GhostOptions& options) {
    m_pause->setValue(options.afterSeconds);
    m_length->setValue(options.maxTokens);
}

} // namespace ui
