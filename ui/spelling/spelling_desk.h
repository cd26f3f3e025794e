// spelling_desk.h: spelling in the window: joins the story, its project and the page to the dictionaries, and
// does what F7 and the menus ask for.
// Threads: GUI thread only.
#pragma once

#include "app/app_context.h"
#include "app/spelling/spelling.h"

#include <QObject>

#include <functional>
#include <optional>

class QAction;
class QMenu;

namespace ui {

class SpellingMarks;
class StoryEditor;

class SpellingDesk : public QObject {
    Q_OBJECT

public:
    SpellingDesk(const app::AppContext& context, StoryEditor& editor, QObject* parent = nullptr);

    [[nodiscard]] const SpellingMarks& marks() const { return *m_marks; }
    [[nodiscard]] bool isShown() const;

    // Goes to the next misspelled word behind the cursor and opens its menu; says why if it cannot.
    void goToNext();
    void setOn(bool isOn);
    // Fills a menu with the languages that dictionaries are installed for.
    void fillLanguages(QMenu& menu);
    // Puts entries at the beginning of the page's menu if the word at `place` is misspelled.
    void addTo(QMenu& menu, qsizetype place);

signals:
    // For the status line.
    void said(const QString& words);
    // For the bar of messages, with a way to undo what was done.
    void done(const QString& message, const std::function<void()>& undo);
    void failed(const QString& message, const QString& details);
    // Spelling is wanted and cannot be had, until ready(); the sentence says what to do.
    void missing(const QString& message, const QString& details);
    void ready();
    // Words are underlined, or are going to be.
    void isShownChanged(bool isShown);

private:
    void onOpened();
    void onFound(const std::optional<app::MisspelledWord>& word);
    void onStateChanged();
    void openMenu(const app::MisspelledWord& word);
    // The word at `range` gives way to another one, as one step of the history.
    void replace(const app::TextRange& range, const QString& form, const QString& replacement);
    void add(const QString& form);
    void ignore(const QString& form);
    void sayWhatIsMissing();
    void sayHowToInstall();

    app::AppContext m_context;
    app::Spelling& m_spelling;
    StoryEditor& m_editor;
    SpellingMarks* m_marks;
    bool m_mustSay = false; // if there is no dictionary: the writer asked for it
    bool m_isSearching = false;
    quint64 m_searchedRevision = 0; // of the text
};

} // namespace ui
