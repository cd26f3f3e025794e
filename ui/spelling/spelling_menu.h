// spelling_menu.h: what can be done about a misspelled word: another word in its place, into the writer's
// dictionary, right in this story. The suggestions may come after it is open.
// Threads: GUI thread only.
#pragma once

#include <QMenu>
#include <QString>
#include <QStringList>

#include <functional>

namespace ui {

// Puts entries for a word into a menu, before `before`.
class SpellingEntries : public QObject {
    Q_OBJECT

public:
    SpellingEntries(QMenu& menu, QAction* before, QString word);
    void setSuggestions(const QStringList& suggestions);

signals:
    void chosen(const QString& replacement);
    void addWanted();
    void ignoreWanted();

private:
    QMenu& m_menu;
    QAction* m_waiting; // stands where the suggestions come
};

// The menu of the command “Next misspelled word”, with the suggestions alone and a way to the next word.
class SpellingMenu : public QMenu {
    Q_OBJECT

public:
    SpellingMenu(const QString& word, const QStringList& suggestions, QWidget* parent);
    [[nodiscard]] SpellingEntries& entries() { return *m_entries; }

signals:
    void nextWanted();

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    SpellingEntries* m_entries;
    QAction* m_next;
};

} // namespace ui
