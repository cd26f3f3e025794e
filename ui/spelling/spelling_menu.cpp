#include "ui/spelling/spelling_menu.h"

#include "ui/keys/key_hint.h"

#include <QAction>
#include <QKeyEvent>

#include <utility>

namespace ui {

namespace {

constexpr const char* kNextCommand = "nextMisspelled";

// As a menu shows it: an ampersand would be taken for a key, and a long word for a wide menu.
QString shown(QString word) {
    constexpr qsizetype kLongest = 30;
    if (word.size() > kLongest)
        word = word.first(kLongest) + QChar(0x2026);
    return word.replace(u'&', QStringLiteral("&&"));
}

} // namespace

SpellingEntries::SpellingEntries(QMenu& menu, QAction* before, QString word)
    : QObject(&menu)
    , m_menu(menu)
    , m_waiting(new QAction(tr("Looking for suggestions…"), &menu)) {
    m_waiting->setEnabled(false);
    auto* const add = new QAction(tr("&Add “%1” to my dictionary").arg(shown(word)), &menu);
    auto* const ignore = new QAction(tr("&Ignore “%1” in this story").arg(shown(word)), &menu);
    m_menu.insertActions(before, {m_waiting, add, ignore});
    m_menu.insertSeparator(add);
    if (before != nullptr)
        m_menu.insertSeparator(before);
    connect(add, &QAction::triggered, this, &SpellingEntries::addWanted);
    connect(ignore, &QAction::triggered, this, &SpellingEntries::ignoreWanted);
}

void SpellingEntries::setSuggestions(const QStringList& suggestions) {
    if (m_waiting == nullptr)
        return;
    for (const QString& suggestion : suggestions) {
        auto* const action = new QAction(shown(suggestion), &m_menu);
        QFont font = action->font();
        font.setBold(true);
        action->setFont(font);
        connect(action, &QAction::triggered, this, [this, suggestion] { emit chosen(suggestion); });
        m_menu.insertAction(m_waiting, action);
    }
    if (suggestions.isEmpty()) {
        m_waiting->setText(tr("No suggestions"));
    } else {
        m_menu.removeAction(m_waiting);
        m_waiting->deleteLater();
    }
    m_waiting = nullptr;
}

SpellingMenu::SpellingMenu(const QString& word, const QStringList& suggestions, QWidget* parent)
    : QMenu(parent)
    , m_entries(new SpellingEntries(*this, nullptr, word)) {
    setObjectName(QStringLiteral("spellingMenu"));
    setAccessibleName(tr("Suggestions for “%1”").arg(word));
    setAttribute(Qt::WA_DeleteOnClose);
    m_entries->setSuggestions(suggestions);
    addSeparator();
    m_next = addAction(tr("&Next misspelled word") + u'\t' + keysOf(*this, kNextCommand), this,
                       &SpellingMenu::nextWanted);
    for (QAction* const action : actions())
        if (action->isEnabled() && !action->isSeparator()) {
            setActiveAction(action);
            break;
        }
}

void SpellingMenu::keyPressEvent(QKeyEvent* event) {
    if (isKeyOf(*this, event->key(), event->modifiers(), kNextCommand)) {
        close();
        emit nextWanted();
        return;
    }
    QMenu::keyPressEvent(event);
}

} // namespace ui
