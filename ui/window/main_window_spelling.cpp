// Spelling in the window: its keys and menus, and what it says.
#include "ui/spelling/spelling_desk.h"
#include "ui/window/actions.h"
#include "ui/window/main_window.h"
#include "ui/window/message_bar.h"
#include "ui/window/status_line.h"

#include <QAction>
#include <QMenu>

namespace ui {

void MainWindow::connectSpelling() {
    using Topic = MessageBar::Topic;
    using Kind = MessageBar::Kind;
    m_spelling = new SpellingDesk(m_context, *m_editor, this);
    connect(m_actions->nextMisspelled, &QAction::triggered, this, [this] {
        showStory();
        m_spelling->goToNext();
    });
    connect(m_actions->showMisspelled, &QAction::triggered, this, [this](bool isOn) {
        m_spelling->setOn(isOn);
        m_actions->showMisspelled->setChecked(m_spelling->isShown());
    });
    connect(m_spelling, &SpellingDesk::isShownChanged, m_actions->showMisspelled, &QAction::setChecked);
    m_actions->showMisspelled->setChecked(m_spelling->isShown());
    connect(m_actions->spellingLanguage, &QMenu::aboutToShow, this,
            [this] { m_spelling->fillLanguages(*m_actions->spellingLanguage); });
    connect(m_spelling, &SpellingDesk::said, m_status, &StatusLine::say);
    connect(m_spelling, &SpellingDesk::done, this,
            [this](const QString& message, const std::function<void()>& undo) {
                m_messages->show(Kind::Hint, message, {}, {tr("&Undo"), undo});
            });
    connect(m_spelling, &SpellingDesk::failed, this, [this](const QString& message, const QString& details) {
        m_messages->show(Kind::Problem, message, details);
    });
    connect(m_spelling, &SpellingDesk::missing, this, [this](const QString& message, const QString& details) {
        m_messages->show(Topic::Spelling, {Kind::Problem, message, details, {}});
    });
    connect(m_spelling, &SpellingDesk::ready, this, [this] { m_messages->clear(Topic::Spelling); });
}

} // namespace ui
