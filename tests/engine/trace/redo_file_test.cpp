// redo_file_test.cpp: stopped at any call, in the middle of it too, a commit has happened or it has not.
#include "engine/trace/redo_file.h"

#include <QFile>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

using namespace engine;

namespace {

constexpr qsizetype kBlock = 512;

// Lets `left` calls through; of the next one, if it writes, only half the bytes arrive. Then the process is
// as good as dead, or the disk is full.
class FailingCalls : public FileCalls {
public:
    int left = 1 << 30;
    bool isDead = true; // else: refuses only to write where the file would grow
    bool hasFailed = false;

    int write(int descriptor, std::span<const std::byte> bytes, std::int64_t offset) override {
        if (left-- > 0)
            return FileCalls::write(descriptor, bytes, offset);
        if (!std::exchange(hasFailed, true))
            (void)FileCalls::write(descriptor, bytes.first(bytes.size() / 2), offset);
        return ENOSPC;
    }
    int sync(int descriptor) override {
        if (left-- > 0)
            return FileCalls::sync(descriptor);
        hasFailed = true;
        return EIO;
    }
    int truncate(int descriptor, std::int64_t size) override {
        if (left-- > 0 || !isDead)
            return FileCalls::truncate(descriptor, size);
        hasFailed = true;
        return EIO;
    }
};

QByteArray block(char letter) { return QByteArray(kBlock, letter); }

std::span<const std::byte> bytesOf(const QByteArray& bytes) {
    return std::as_bytes(std::span(bytes.constData(), static_cast<std::size_t>(bytes.size())));
}

QByteArray contentOf(const RedoFile& file) {
    QByteArray bytes(static_cast<qsizetype>(file.size()), '\0');
    std::size_t count = 0;
    if (file.read(std::as_writable_bytes(std::span(bytes.data(), static_cast<std::size_t>(bytes.size()))), 0,
                  count) != 0 ||
        count != static_cast<std::size_t>(bytes.size()))
        return "unreadable";
    return bytes;
}

} // namespace

class RedoFileTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    int m_descriptor = -1;

    void put(const QByteArray& bytes) {
        QVERIFY(::ftruncate(m_descriptor, 0) == 0);
        QVERIFY(::pwrite(m_descriptor, bytes.constData(), static_cast<std::size_t>(bytes.size()), 0) ==
                bytes.size());
    }
    QByteArray onDisk() const {
        QByteArray bytes(static_cast<qsizetype>(::lseek(m_descriptor, 0, SEEK_END)), '\0');
        return ::pread(m_descriptor, bytes.data(), static_cast<std::size_t>(bytes.size()), 0) == bytes.size()
                   ? bytes
                   : QByteArray();
    }

private slots:
    void init() {
        m_descriptor =
            ::open(m_folder.filePath("file").toLocal8Bit().constData(), O_RDWR | O_CREAT | O_TRUNC, 0600);
        QVERIFY(m_descriptor >= 0);
    }
    void cleanup() { ::close(m_descriptor); }

    void whatWasWrittenIsReadAndIsOnTheDiskAfterTheCommit() {
        FileCalls calls;
        RedoFile file(m_descriptor, calls);
        QCOMPARE(file.write(bytesOf(block('a')), 0), 0);
        QCOMPARE(file.write(bytesOf(block('b')), kBlock), 0);
        QCOMPARE(contentOf(file), block('a') + block('b'));
        QCOMPARE(onDisk(), QByteArray());
        QCOMPARE(file.commit(), 0);
        QCOMPARE(onDisk(), block('a') + block('b')); // and nothing behind it
        QCOMPARE(file.write(bytesOf(block('c')), 0), 0);
        file.undo();
        QCOMPARE(contentOf(file), block('a') + block('b'));
        file.truncate(kBlock);
        QCOMPARE(file.commit(), 0);
        QCOMPARE(onDisk(), block('a'));
    }

    void blocksThatOverlapInPartAreRefused() {
        FileCalls calls;
        RedoFile file(m_descriptor, calls);
        QCOMPARE(file.write(bytesOf(block('a')), kBlock), 0);
        QCOMPARE(file.write(bytesOf(block('b')), kBlock / 2), EINVAL);
        QCOMPARE(file.write(bytesOf(block('b')), kBlock + 1), EINVAL);
        QCOMPARE(file.write(bytesOf(block('b')), kBlock), 0);
        QCOMPARE(contentOf(file), QByteArray(kBlock, '\0') + block('b'));
    }

    // Every transaction shape, stopped at every call.
    void aCommitThatIsCutOffHasHappenedOrNot_data() {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QByteArray>("after");
        QTest::newRow("first") << QByteArray() << block('x') + block('y');
        QTest::newRow("inside") << block('a') + block('b') + block('c')
                                << block('x') + block('b') + block('y');
        QTest::newRow("longer") << block('a') + block('b')
                                << block('x') + block('b') + block('y') + block('z');
        QTest::newRow("only longer") << block('a') << block('a') + block('y') + block('z');
        QTest::newRow("shorter") << block('a') + block('b') + block('c') << block('x') + block('y');
        QTest::newRow("only shorter") << block('a') + block('b') + block('c') << block('a');
    }

    void aCommitThatIsCutOffHasHappenedOrNot() {
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, after);
        int happened = 0;
        int stops = 0;
        for (int calls = 0;; ++calls) {
            put(before);
            FailingCalls failing;
            failing.left = calls;
            {
                RedoFile file(m_descriptor, failing);
                for (qsizetype at = 0; at < after.size(); at += kBlock)
                    QCOMPARE(file.write(bytesOf(after.sliced(at, kBlock)), at), 0);
                file.truncate(after.size());
                const bool isCommitted = file.commit() == 0;
                QCOMPARE(contentOf(file), after); // for whoever goes on
                if (!isCommitted) {
                    file.undo();
                    QVERIFY(contentOf(file).startsWith(before));
                }
            }
            FileCalls working;
            RedoFile again(m_descriptor, working);
            QCOMPARE(again.recover(), 0);
            const QByteArray found = contentOf(again);
            const bool hasHappened = found == after;
            // What was to be behind the old end may be there; SQLite's header says where the end is.
            QVERIFY(hasHappened || found.startsWith(before));
            QVERIFY(!hasHappened || onDisk() == after);
            happened += hasHappened ? 1 : 0;
            if (!failing.hasFailed)
                break;
            ++stops;
        }
        QVERIFY(stops >= 3);
        QVERIFY(happened >= 2); // at the end, and from the record
    }

    // The disk takes the record, but not the writes: committed all the same, and the next commit does both.
    void aDiskThatRefusesAfterTheRecordLosesNothing() {
        put(block('a') + block('b') + block('c'));
        FailingCalls failing;
        failing.isDead = false;
        RedoFile file(m_descriptor, failing);
        QCOMPARE(file.write(bytesOf(block('x')), 0), 0);
        failing.left = 2; // record, sync
        QCOMPARE(file.commit(), 0);
        file.undo();
        QCOMPARE(contentOf(file), block('x') + block('b') + block('c'));
        QVERIFY(onDisk().size() > 3 * kBlock);
        QCOMPARE(file.write(bytesOf(block('y')), kBlock), 0);
        QCOMPARE(file.write(bytesOf(block('z')), 3 * kBlock), 0);
        failing.left = 2;
        QCOMPARE(file.commit(), 0); // once more
        FileCalls working;
        RedoFile again(m_descriptor, working);
        QCOMPARE(again.recover(), 0);
        QCOMPARE(contentOf(again), block('x') + block('y') + block('c') + block('z'));
        QCOMPARE(onDisk(), contentOf(again));
    }

    void aFileThatSomebodyWroteOverIsNotWritten_data() {
        QTest::addColumn<QByteArray>("other");
        QTest::newRow("another") << block('o') + block('p');
        QTest::newRow("shorter") << block('a');
        QTest::newRow("longer") << block('a') + block('b') + block('c');
        QTest::newRow("empty") << QByteArray();
    }

    void aFileThatSomebodyWroteOverIsNotWritten() {
        QFETCH(QByteArray, other);
        FileCalls calls;
        put(block('a') + block('b'));
        RedoFile file(m_descriptor, calls);
        QVERIFY(file.isAsLeft());
        QCOMPARE(file.write(bytesOf(block('x')), kBlock), 0);
        put(other);
        QVERIFY(!file.isAsLeft());
        QCOMPARE(file.commit(), ESTALE);
        QCOMPARE(onDisk(), other);
    }

    // Undone by writing the old bytes again: that must not need room.
    void writingWhatIsThereWritesNothing() {
        put(block('a') + block('b'));
        FailingCalls failing;
        failing.left = 0;
        RedoFile file(m_descriptor, failing);
        QCOMPARE(file.write(bytesOf(block('a')), 0), 0);
        QCOMPARE(file.commit(), 0);
    }

    void aRecordIsNotAppliedToAnotherState() {
        put(block('a') + block('b'));
        FailingCalls failing;
        failing.left = 2;
        {
            RedoFile file(m_descriptor, failing);
            QCOMPARE(file.write(bytesOf(block('x')), 0), 0);
            QCOMPARE(file.commit(), 0);
        }
        // Another program changed the header meanwhile.
        QVERIFY(::pwrite(m_descriptor, "other", 5, 24) == 5);
        const QByteArray before = onDisk();
        FileCalls working;
        RedoFile again(m_descriptor, working);
        QCOMPARE(again.recover(), 0);
        QCOMPARE(onDisk(), before);
    }

    void rubbishAtTheEndIsNoRecord() {
        QRandomGenerator random(3);
        FailingCalls failing;
        failing.left = 2;
        put(block('a') + block('b'));
        {
            RedoFile file(m_descriptor, failing);
            QCOMPARE(file.write(bytesOf(block('x')), 0), 0);
            QCOMPARE(file.commit(), 0);
        }
        const QByteArray good = onDisk();
        for (int i = 0; i < 300; ++i) {
            QByteArray bad = good;
            const qsizetype at = 2 * kBlock + random.bounded(static_cast<int>(bad.size() - 2 * kBlock));
            bad[at] = static_cast<char>(bad[at] ^ (1 + random.bounded(255)));
            put(bad);
            FileCalls working;
            RedoFile again(m_descriptor, working);
            QCOMPARE(again.recover(), 0);
            QCOMPARE(onDisk(), bad);
        }
    }
};

QTEST_GUILESS_MAIN(RedoFileTest)
#include "redo_file_test.moc"
