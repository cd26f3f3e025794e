// other_matches.h: the matches of a search outside of the story, one after the other: those in the texts of a
// FindSource.
// Threads: GUI thread only.
#pragma once

#include "ui/find/find_source.h"
#include "ui/find/text_search.h"

#include <QList>
#include <QStringList>

#include <functional>
#include <memory>

namespace ui {

class OtherMatches {
public:
    void setSource(std::unique_ptr<FindSource> source);

    // The texts as they are now, which are searched next; none if they are not wanted.
    [[nodiscard]] QStringList readTexts(bool areWanted);
    // What was found in each of them. None is shown.
    void set(const QList<QList<app::TextRange>>& found);
    [[nodiscard]] qsizetype count() const { return m_matches.size(); }

    void show(qsizetype match);
    void leave() { m_shown = -1; }                            // none is shown any more
    [[nodiscard]] qsizetype shown() const { return m_shown; } // -1: none

    struct Replaced {
        int places = 0;
        std::function<void()> undo; // takes them back; nothing if there are none
    };
    // `matches`: ascending.
    [[nodiscard]] Replaced replace(const QList<qsizetype>& matches, const Replacer& replacer);

private:
    struct Match {
        qsizetype text = 0;
        app::TextRange range;
    };

    std::unique_ptr<FindSource> m_source;
    QStringList m_texts; // that were searched
    QList<Match> m_matches;
    qsizetype m_shown = -1;
};

} // namespace ui
