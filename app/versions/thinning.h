// thinning.h: which of many copies of a story may go: the older they are, the fewer are kept.
// Threads: pure functions.
#pragma once

#include <QDateTime>
#include <QList>

namespace app {

// Places in `times` (any order) of what may go. Kept are: all that is younger than `allForHours`; of each
// hour of the first day, each day of the first 30, and each 7 days before, the newest. The newest of all and
// what lies in the future always stay. Hours, days and weeks are counted in UTC.
[[nodiscard]] QList<qsizetype> superfluous(const QList<QDateTime>& times, const QDateTime& now,
                                           int allForHours);

// Places of the oldest copies that are more than `mostCopies`, or take more than `mostBytes` together with
// the newer ones. 0: no limit. Invalid times are copies that are gone; the newest always stays.
[[nodiscard]] QList<qsizetype> beyond(const QList<QDateTime>& times, const QList<qint64>& bytes,
                                      int mostCopies, qint64 mostBytes);

} // namespace app
