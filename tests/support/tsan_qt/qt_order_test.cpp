// What Qt orders is no race for ThreadSanitizer, and what it does not order is one.
#include <QObject>
#include <QTest>
#include <QThread>
#include <QThreadPool>

#include <atomic>
#include <memory>

extern "C" {
// Called by ThreadSanitizer, which does not end the program with a failure for these reports.
std::atomic<int> reports{0};
void __tsan_on_report(void*) { ++reports; }
const char* __tsan_default_options() { return "exitcode=0"; }
}

namespace {

class Worker : public QObject {
    Q_OBJECT
public slots:
    void add(int* number) {
        ++*number;
        emit added(number);
    }

signals:
    void wanted(int* number);
    void added(int* number);
};

constexpr int kTries = 20;

// Waits without an order that ThreadSanitizer could see.
class Flag {
public:
    void raise() { m_isUp.store(true, std::memory_order_relaxed); }
    void await() const {
        while (!m_isUp.load(std::memory_order_relaxed))
            QThread::yieldCurrentThread();
    }

private:
    std::atomic<bool> m_isUp{false};
};

} // namespace

class QtOrderTest : public QObject {
    Q_OBJECT

    QThread m_thread;
    Worker* m_worker = nullptr;

private slots:
    void init() {
        reports = 0;
        m_worker = new Worker;
        m_worker->moveToThread(&m_thread);
        connect(&m_thread, &QThread::finished, m_worker, &QObject::deleteLater);
        m_thread.start();
    }
    void cleanup() {
        m_thread.quit();
        m_thread.wait();
    }

    void aSignalComesBeforeItsQueuedCalls() {
        connect(m_worker, &Worker::wanted, m_worker, &Worker::add);
        int seen = 0;
        connect(m_worker, &Worker::added, this, [&seen](const int* number) { seen = *number; });
        int number = 0;
        for (int i = 1; i <= 100; ++i) {
            number = i;
            emit m_worker->wanted(&number);
            QTRY_COMPARE(seen, i + 1);
        }
        QCOMPARE(reports.load(), 0);
    }

    void invokeMethodComesBeforeItsCall() {
        int number = 6;
        int seen = 0;
        QMetaObject::invokeMethod(m_worker, [&] {
            ++number;
            QMetaObject::invokeMethod(this, [&] { seen = number; });
        });
        QTRY_COMPARE(seen, 7);
        QCOMPARE(reports.load(), 0);
    }

    // Its event() is Qt's own, which nothing takes the place of.
    void aPlainObjectCanBeAsked() {
        int number = 6;
        auto* const plain = new QObject;
        plain->moveToThread(&m_thread);
        QMetaObject::invokeMethod(plain, [&number, plain] {
            ++number;
            delete plain;
        });
        QMetaObject::invokeMethod(
            m_worker, [] {}, Qt::BlockingQueuedConnection);
        QCOMPARE(number, 7);
        QCOMPARE(reports.load(), 0);
    }

    void aBlockingCallComesBeforeItsReturn() {
        int number = 1;
        QMetaObject::invokeMethod(
            m_worker, [&number] { ++number; }, Qt::BlockingQueuedConnection);
        QCOMPARE(number, 2);
        QCOMPARE(reports.load(), 0);
    }

    void whatAThreadDidIsBeforeTheEndOfAWait() {
        int number = 1;
        QMetaObject::invokeMethod(m_worker, [&number] {
            ++number;
            QThread::currentThread()->quit();
        });
        QVERIFY(m_thread.wait());
        QCOMPARE(number, 2);

        const std::unique_ptr<QThread> thread(QThread::create([&number] { ++number; }));
        thread->start();
        QTRY_VERIFY(thread->isFinished());
        QVERIFY(thread->wait());
        QCOMPARE(number, 3);
        QCOMPARE(reports.load(), 0);
    }

    void aPoolsTaskIsAfterItsStartAndBeforeTheEndOfAWait() {
        QThreadPool pool;
        pool.setMaxThreadCount(1);
        int number = 0;
        for (int i = 1; i <= 20; ++i) {
            ++number;
            pool.start([&number] { ++number; });
            QVERIFY(pool.waitForDone());
            QCOMPARE(number, 2 * i);
        }
        QCOMPARE(reports.load(), 0);
    }

    void aSharedClassMayWriteOnceItIsTheLast() {
        for (int i = 0; i < kTries; ++i) {
            QString text(1000, QLatin1Char('a'));
            QMetaObject::invokeMethod(m_worker, [text] { QCOMPARE(text.count(QLatin1Char('a')), 1000); });
            QTRY_VERIFY(text.isDetached());
            text[0] = QLatin1Char('b');
            QCOMPARE(text.count(QLatin1Char('b')), 1);
        }
        QCOMPARE(reports.load(), 0);
    }

    // ThreadSanitizer finds a race at most times, not every time.
    void twoThreadsWithoutAnOrderAreReported() {
        for (int i = 0; i < kTries && reports.load() == 0; ++i) {
            int number = 0;
            Flag hasWritten;
            QMetaObject::invokeMethod(m_worker, [&] {
                number = 1;
                hasWritten.raise();
            });
            hasWritten.await();
            number = 2;
            QCOMPARE(number, 2);
        }
        QVERIFY(reports.load() > 0);
    }

    // A signal orders what came before it, not what its sender does afterwards.
    void whatFollowsASignalIsReported() {
        int number = 0;
        Flag isRunning[kTries];
        Flag hasWritten[kTries];
        int round = 0;
        connect(m_worker, &Worker::wanted, m_worker, [&](int* where) {
            isRunning[round].raise();
            hasWritten[round].await();
            ++*where;
        });
        for (; round < kTries && reports.load() == 0; ++round) {
            emit m_worker->wanted(&number);
            isRunning[round].await();
            number = 5;
            hasWritten[round].raise();
            QMetaObject::invokeMethod(
                m_worker, [] {}, Qt::BlockingQueuedConnection);
            QCOMPARE(number, 6);
        }
        QVERIFY(reports.load() > 0);
    }
};

QTEST_GUILESS_MAIN(QtOrderTest)
#include "qt_order_test.moc"
