// find_bar.h: find and replace, in a bar under the story. Searching goes on in the background as one types;
// all matches in the text are marked, the current one is selected.
// Threads: GUI thread only.
#pragma once

#include "ui/find/find_source.h"
#include "ui/find/other_matches.h"
#include "ui/find/text_search.h"

#include <QWidget>

#include <functional>
#include <memory>

class QCheckBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QTimer;

namespace app {
class Document;
}

namespace ui {

class StoryEditor;

class FindBar : public QWidget {
    Q_OBJECT

public:
    FindBar(StoryEditor& editor, app::Document& story, QWidget* parent = nullptr);

    // What the box “Notes, too” adds to the search. One, which the bar owns.
    void setSource(std::unique_ptr<FindSource> source);

    // Shows the bar with the selected words in it.
    void open(bool withReplace);
    void close(); // hides it and gives the keys back to the story
    void findNext();
    void findPrevious();

    [[nodiscard]] qsizetype matchCount() const { return m_result.matches.size() + m_others.count(); }

signals:
    // There are matches, and all of them are replaced now.
    void aboutToReplaceAll();
    // In so many places outside of the story; `undo` takes that back.
    void replacedElsewhere(int places, const std::function<void()>& undo);

private:
    enum class Step { None, Next, Previous, NearCursor };

    void build();
    void search(Step then);
    void onFound(const SearchResult& result);
    void step(Step step);
    [[nodiscard]] bool stepOutside(Step step, qsizetype index);
    [[nodiscard]] int replaceOutside(const QList<qsizetype>& matches);
    void replaceCurrent();
    void replaceAll();
    void tell();
    [[nodiscard]] SearchQuery query() const;
    [[nodiscard]] qsizetype currentMatch() const; // index of the match that is selected; -1 if none is

    StoryEditor& m_editor;
    app::Document& m_story;
    TextSearch* m_search;
    QTimer* m_delay;
    QLineEdit* m_pattern = nullptr;
    QLineEdit* m_replacement = nullptr;
    QWidget* m_replaceRow = nullptr;
    QCheckBox* m_case = nullptr;
    QCheckBox* m_word = nullptr;
    QCheckBox* m_regex = nullptr;
    QLabel* m_count = nullptr;
    QPushButton* m_replace = nullptr;
    QPushButton* m_replaceAll = nullptr;
    QCheckBox* m_everywhere = nullptr;
    OtherMatches m_others; // of m_result, behind those of the story
    SearchResult m_result;
    bool m_hasResult = false;     // of the current query
    quint64 m_resultRevision = 0; // of the story that m_result was searched in
    quint64 m_searchRevision = 0; // of the story that is being searched
    Step m_then = Step::None;     // what to do when the search is done
};

} // namespace ui
