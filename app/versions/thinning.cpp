#include "app/versions/thinning.h"

#include <QSet>

#include <algorithm>
#include <numeric>
#include <utility>

namespace app {

namespace {

constexpr qint64 kHour = 3600;
constexpr qint64 kDay = 24 * kHour;

} // namespace

QList<qsizetype> superfluous(const QList<QDateTime>& times, const QDateTime& now, int allForHours) {
    QList<qsizetype> order(times.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](qsizetype a, qsizetype b) { return times[a] > times[b]; });
    const qint64 present = now.toSecsSinceEpoch();
    QSet<std::pair<qint64, qint64>> taken; // length of the period, its number
    QList<qsizetype> result;
    for (const qsizetype place : std::as_const(order)) {
        const qint64 at = times[place].toSecsSinceEpoch();
        const qint64 age = present - at;
        if (age < 0 || age < allForHours * kHour)
            continue;
        const qint64 period = age < kDay ? kHour : age < 30 * kDay ? kDay : 7 * kDay;
        const std::pair<qint64, qint64> key{period, at / period};
        if (taken.contains(key))
            result.append(place);
        else
            taken.insert(key);
    }
    return result;
}

} // namespace app
