#include "engine/core/thread_pool.h"

#include <QTest>
#include <QThread>

#include <algorithm>
#include <ctime>
#include <mutex>
#include <numeric>
#include <thread>
#include <utility>
#include <vector>

using engine::ThreadPool;

namespace {

using Ranges = std::vector<std::pair<std::size_t, std::size_t>>;

Ranges splitOf(ThreadPool& pool, std::size_t count, std::size_t grain) {
    Ranges ranges;
    std::mutex mutex;
    pool.parallelFor(count, grain, [&](std::size_t begin, std::size_t end) {
        const std::lock_guard lock(mutex);
        ranges.emplace_back(begin, end);
    });
    std::sort(ranges.begin(), ranges.end());
    return ranges;
}

double processSeconds() {
    timespec time = {};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

} // namespace

class ThreadPoolTest : public QObject {
    Q_OBJECT

    static void addTeams() {
        QTest::addColumn<int>("threads");
        for (const int threads : {1, 2, 3, 7})
            QTest::newRow(qPrintable(QString("team of %1").arg(threads))) << threads;
    }

private slots:
    void everyThreadRunsTheTaskOnce_data() { addTeams(); }
    void everyThreadRunsTheTaskOnce() {
        QFETCH(int, threads);
        ThreadPool pool(threads);
        QCOMPARE(pool.size(), threads);
        std::vector<int> calls(
            static_cast<std::size_t>(threads)); // plain ints: run() has to order the writes
        for (int round = 1; round <= 100; ++round) {
            pool.run([&](int index) { ++calls[static_cast<std::size_t>(index)]; });
            for (const int count : calls)
                QCOMPARE(count, round);
        }
    }

    void theCallerIsThreadZero() {
        ThreadPool pool(3);
        std::vector<std::thread::id> ids(3);
        pool.run([&](int index) { ids[static_cast<std::size_t>(index)] = std::this_thread::get_id(); });
        QVERIFY(ids[0] == std::this_thread::get_id());
        QVERIFY(ids[1] != ids[0] && ids[2] != ids[0] && ids[1] != ids[2]);
    }

    void everyIndexIsVisitedOnce_data() { addTeams(); }
    void everyIndexIsVisitedOnce() {
        QFETCH(int, threads);
        ThreadPool pool(threads);
        for (const std::size_t grain : {1, 3, 16, 1000})
            for (std::size_t count = 0; count < 130; ++count) {
                std::vector<int> visits(count);
                pool.parallelFor(count, grain, [&](std::size_t begin, std::size_t end) {
                    for (std::size_t i = begin; i < end; ++i)
                        ++visits[i];
                });
                QVERIFY(std::all_of(visits.begin(), visits.end(), [](int n) { return n == 1; }));
            }
    }

    void rangesBeginAtMultiplesOfTheGrainAndShareFairly() {
        ThreadPool pool(3);
        for (const std::size_t grain : {1, 8})
            for (const std::size_t count : {9, 64, 1000}) {
                const Ranges ranges = splitOf(pool, count, grain);
                QVERIFY(ranges.size() <= 3);
                std::size_t next = 0;
                for (const auto& [begin, end] : ranges) {
                    QCOMPARE(begin, next);
                    QCOMPARE(begin % grain, std::size_t{0});
                    QVERIFY(end > begin && end - begin <= count / 3 + 2 * grain);
                    next = end;
                }
                QCOMPARE(next, count);
            }
    }

    void theSplitIsReproducible() {
        ThreadPool pool(4), twin(4);
        const Ranges first = splitOf(pool, 1003, 16);
        for (int i = 0; i < 50; ++i)
            QVERIFY(splitOf(pool, 1003, 16) == first);
        QVERIFY(splitOf(twin, 1003, 16) == first);
    }

    void manyShortTasksAreAllDone() {
        ThreadPool pool(2);
        constexpr int kTasks = 50000;
        std::vector<std::int64_t> sums(2);
        for (int task = 0; task < kTasks; ++task)
            pool.run([&](int index) { sums[static_cast<std::size_t>(index)] += task; });
        const std::int64_t expected = std::int64_t{kTasks} * (kTasks - 1) / 2;
        QCOMPARE(sums[0], expected);
        QCOMPARE(sums[1], expected);
    }

    void aSleepingTeamStartsAgain() {
        ThreadPool pool(3);
        int calls[3] = {};
        for (int round = 1; round <= 30; ++round) {
            QThread::msleep(round % 3 == 0 ? 10 : 1); // far beyond the spinning time: the team sleeps
            pool.run([&](int index) { ++calls[index]; });
            QCOMPARE(calls[0] + calls[1] + calls[2], 3 * round);
        }
    }

    void anIdleTeamUsesNoProcessorTime() {
        ThreadPool pool(4);
        pool.run([](int) {});
        QThread::msleep(50);
        const double before = processSeconds();
        QThread::msleep(300);
        const double used = processSeconds() - before;
        QVERIFY2(used < 0.05,
                 qPrintable(QString::number(used))); // three spinning threads would use 0.3 or more
    }

    void differentThreadsMayTakeTurns() {
        ThreadPool pool(2);
        int total = 0;
        for (int i = 0; i < 20; ++i) {
            std::thread caller([&] {
                int parts[2] = {};
                pool.run([&](int index) { parts[index] = 1; });
                total += parts[0] + parts[1];
            });
            caller.join();
        }
        QCOMPARE(total, 40);
    }

    void poolsComeAndGoWithoutWork() {
        for (int i = 0; i < 200; ++i)
            const ThreadPool pool(1 + i % 4);
    }

    void theDefaultTeamHasAThreadPerProcessor() {
        const ThreadPool pool;
        QVERIFY(pool.size() >= 1);
        QVERIFY(pool.size() <= static_cast<int>(std::max(1u, std::thread::hardware_concurrency())));
    }
};

QTEST_GUILESS_MAIN(ThreadPoolTest)
#include "thread_pool_test.moc"
