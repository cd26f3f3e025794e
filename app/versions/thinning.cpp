#include "app/versions/thinning.h"

#include <QSet>

#include <algorithm>
#include <numeric>
#include <utility>

namespace app {

namespace {

constexpr qint64 kHour = 3600;
constexpr qint64 kDay = 24 * kHour;

QList<qsizetype> newestFirst(const QList<QDateTime>& times) {
    QList<qsizetype> order(times.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](qsizetype a, qsizetype b) { return times[a] > times[b]; });
    return order;
}

} // namespace

QList<qsizetype> superfluous(const QList<QDateTime>& times, const QDateTime& now, int allForHours) {
    const QList<qsizetype> order = newestFirst(times);
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

QList<qsizetype> beyond(const QList<QDateTime>& times, const QList<qint64>& bytes, int mostCopies,
                        qint64 mostBytes) {
    QList<qsizetype> result;
    int copies = 0;
    qint64 sum = 0;
    for (const qsizetype place : newestFirst(times)) {
        if (!times[place].isValid())
            continue;
        ++copies;
        sum += bytes[place];
        const bool isMore = (mostCopies > 0 && copies > mostCopies) || (mostBytes > 0 && sum > mostBytes);
        if (isMore && copies > 1)
            result.append(place);
    }
    return result;
}

} // namespace app
