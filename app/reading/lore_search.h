// lore_search.h: which entries of the lorebook fire at the end of a story, and why.
// Searching is bounded whatever the writer's expressions are: by an entry's range, by the steps that PCRE2
// takes at one place, and by time as the last resort. An expression that is stopped so does not fire, and is
// told as a fault. A place that a keyword or an expression matches lies inside of one line.
// Threads: a pure function; may take a while, so not the GUI thread.
#pragma once

#include "app/reading/reading_settings.h"

#include <QList>
#include <QString>
#include <QStringView>

#include <stop_token>

namespace app {

struct LoreHit {
    qsizetype entry = 0;     // in Lorebook::entries
    QString key;             // that was found; empty: the entry is always there
    qsizetype position = -1; // in the story, of the find nearest to its end
    qsizetype length = 0;

    bool operator==(const LoreHit&) const = default;
};

struct LoreFault {
    qsizetype entry = 0;
    QString problem; // one sentence

    bool operator==(const LoreFault&) const = default;
};

struct LoreFinds {
    QList<LoreHit> fired;    // in the book's order
    QList<LoreHit> heldBack; // fired as well, but their group is full
    QList<LoreFault> faults;

    bool operator==(const LoreFinds&) const = default;
};

// `stop` is looked at between keys; what was not looked for by then is not there.
[[nodiscard]] LoreFinds findLore(const Lorebook& book, QStringView story, const std::stop_token& stop = {});

} // namespace app
