// spelling_choice.h: what a story says about its spelling; a part of its project.
// Threads: a value.
#pragma once

#include <QString>
#include <QStringList>

namespace app {

struct SpellingChoice {
    QString language;    // as a dictionary is called; empty: the one of the system
    QStringList ignored; // words that are right in this story, in the order in which they came

    bool operator==(const SpellingChoice&) const = default;
};

} // namespace app
