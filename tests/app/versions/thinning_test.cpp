#include "app/versions/thinning.h"

#include "app/versions/version_pace.h"

#include <QTest>

using namespace app;

namespace {

const QDateTime kNow(QDate(2026, 5, 20), QTime(12, 0), Qt::UTC);

// What stays of copies made every `minutes` for `days` before now; ages in minutes.
QList<qint64> staying(int minutes, int days, int allForHours) {
    QList<QDateTime> times;
    for (qint64 age = 0; age < days * 24LL * 60; age += minutes)
        times.append(kNow.addSecs(-age * 60));
    const QList<qsizetype> gone = superfluous(times, kNow, allForHours);
    QList<qint64> ages;
    for (qsizetype i = 0; i < times.size(); ++i)
        if (!gone.contains(i))
            ages.append(times[i].secsTo(kNow) / 60);
    return ages;
}

int between(const QList<qint64>& ages, qint64 fromDays, qint64 toDays) {
    return static_cast<int>(std::count_if(ages.begin(), ages.end(), [&](qint64 age) {
        return age >= fromDays * 24 * 60 && age < toDays * 24 * 60;
    }));
}

} // namespace

class ThinningTest : public QObject {
    Q_OBJECT

private slots:
    void noMoreCopiesAndBytesThanWanted() {
        const QList<QDateTime> times{kNow.addSecs(-30), kNow, QDateTime(), kNow.addSecs(-10),
                                     kNow.addSecs(-20)};
        const QList<qint64> bytes{100, 100, 1'000'000, 100, 100};
        QCOMPARE(beyond(times, bytes, 0, 0), QList<qsizetype>());
        QCOMPARE(beyond(times, bytes, 2, 0), (QList<qsizetype>{4, 0})); // the older ones
        QCOMPARE(beyond(times, bytes, 0, 310), QList<qsizetype>{0});
        QCOMPARE(beyond(times, bytes, 3, 210), (QList<qsizetype>{4, 0}));
        QCOMPARE(beyond(times, bytes, 0, 1), (QList<qsizetype>{3, 4, 0})); // the newest stays
    }

    void hourlyThenDailyThenWeekly() {
        const QList<qint64> ages = staying(10, 100, 0);
        QCOMPARE(between(ages, 0, 1), 25); // 24 hours touch 25 hours of the clock
        QCOMPARE(between(ages, 1, 30), 30);
        QCOMPARE(between(ages, 30, 100), 11);
    }

    void allOfTheLastHoursStay() {
        const QList<qint64> ages = staying(10, 1, 4);
        QCOMPARE(std::count_if(ages.begin(), ages.end(), [](qint64 age) { return age < 240; }), 24);
    }

    // Thinning again and again while copies are made leaves no more, and never less, than a rule says.
    void thinningDayByDayLeavesOnePerPeriod() {
        QList<QDateTime> times;
        for (int hour = 0; hour < 24 * 120; ++hour) {
            const QDateTime now = kNow.addSecs(hour * 3600LL);
            times.append(now);
            QList<qsizetype> gone = superfluous(times, now, 0);
            std::sort(gone.begin(), gone.end(), std::greater<>());
            for (const qsizetype place : gone)
                times.removeAt(place);
        }
        QVERIFY(times.size() > 24 + 29 + 11);
        QVERIFY(times.size() < 24 + 32 + 16);
        QVERIFY(times.first() < kNow.addDays(7)); // the beginning is not forgotten
    }

    void theNewestAndTheFutureStay() {
        const QList<QDateTime> old{kNow.addDays(-400), kNow.addDays(-400).addSecs(-60)};
        QCOMPARE(superfluous(old, kNow, 0), QList<qsizetype>{1});
        QVERIFY(superfluous({kNow.addDays(3)}, kNow, 0).isEmpty());
        QVERIFY(superfluous({}, kNow, 0).isEmpty());
    }

    void aVersionIsDueAtTheFirstChangeAndHalfAnHourLater() {
        VersionPace pace;
        QCOMPARE(pace.due(5), std::optional(VersionCause::SessionStart));
        pace.noteKept(5);
        QVERIFY(!pace.due(4 + VersionPace::kPauseMs));
        QCOMPARE(pace.due(5 + VersionPace::kPauseMs), std::optional(VersionCause::HalfHour));
        QVERIFY(!pace.due(0)); // the clock was set back
        QCOMPARE(pace.due(VersionPace::kPauseMs), std::optional(VersionCause::HalfHour));
        pace.beginSession();
        QCOMPARE(pace.due(0), std::optional(VersionCause::SessionStart));
    }
};

QTEST_GUILESS_MAIN(ThinningTest)
#include "thinning_test.moc"
