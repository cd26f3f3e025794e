// Pieces of work: each is handed out once, in a thread's own order as long as it has any.
#include "engine/core/thread_pool.h"
#include "engine/core/work_claims.h"

#include <QTest>

#include <atomic>
#include <vector>

using namespace engine;

class WorkClaimsTest : public QObject {
    Q_OBJECT

private slots:
    void aThreadTakesItsShareInOrderAndThenTheOthersFromTheBack() {
        WorkClaims claims;
        claims.deal(7, 2); // 0 to 2 and 3 to 6
        std::vector<int> taken;
        for (int i = 0; i < 2; ++i)
            taken.push_back(*claims.next(0));
        taken.push_back(*claims.next(1));
        while (const auto piece = claims.next(0))
            taken.push_back(*piece);
        QVERIFY((taken == std::vector<int>{0, 1, 3, 2, 6, 5, 4}));
        QVERIFY(!claims.next(1));
    }

    void fewerPiecesThanThreadsAreHandedOut() {
        WorkClaims claims;
        for (const int threads : {4, 1, 6}) {
            claims.deal(0, threads);
            QVERIFY(!claims.next(threads - 1));
            claims.deal(1, threads);
            QCOMPARE(claims.next(0).value_or(-1), 0);
            QVERIFY(!claims.next(0));
        }
    }

    void everyPieceIsHandedOutOnceToAWholeTeam() {
        ThreadPool pool(4);
        WorkClaims claims;
        for (int round = 0; round < 2000; ++round) {
            const int count = round % 67;
            std::vector<std::atomic<int>> taken(static_cast<std::size_t>(count));
            claims.deal(count, pool.size());
            pool.run([&](int thread) {
                while (const auto piece = claims.next(thread))
                    ++taken[static_cast<std::size_t>(*piece)];
            });
            for (const auto& times : taken)
                QCOMPARE(times.load(), 1);
        }
    }
};

QTEST_GUILESS_MAIN(WorkClaimsTest)
#include "work_claims_test.moc"
