// What is made of a project whose own file is gone: all of it, and until that is there, its text.
#include "app/storage/recovery/recovery_copy.h"

#include "tests/app/storage/project_samples.h"
#include "tests/app/support/file_size_limit.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <thread>

using namespace app;

namespace {

// While all is copied, takes what a killed process would leave: a copy of the file of the text alone, as soon
// as it has another file beside it.
class Onlooker {
public:
    Onlooker(const QString& folder, const QString& target)
        : m_thread([this, folder, target] {
            const QDir there(folder);
            while (!m_isDone && !m_hasSeen) {
                const QStringList names = there.entryList(QDir::Files | QDir::Hidden);
                for (const QString& name : names)
                    if (names.size() > 1 && name.contains(QStringLiteral("text alone")) &&
                        name.endsWith(QStringLiteral(".inkgate")))
                        m_hasSeen = QFile::copy(there.filePath(name), target);
            }
        }) {}
    ~Onlooker() { (void)hasSeen(); }
    Q_DISABLE_COPY_MOVE(Onlooker)
    bool hasSeen() {
        m_isDone = true;
        if (m_thread.joinable())
            m_thread.join();
        return m_hasSeen;
    }

private:
    std::atomic<bool> m_isDone = false;
    std::atomic<bool> m_hasSeen = false;
    std::thread m_thread; // the last member: it uses the others
};

} // namespace

class RecoveryCopyTest : public QObject {
    Q_OBJECT

private:
    static constexpr int kRuns = 20, kTokens = 999;

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<ProjectFile> m_file;
    QList<ProjectOperation> m_waiting;

    [[nodiscard]] QString recovered() const { return m_folder->filePath(QStringLiteral("recovered")); }
    [[nodiscard]] RecoveryFolders folders() const { return RecoveryFolders({recovered()}); }
    [[nodiscard]] QStringList names() const {
        return QDir(recovered()).entryList({QStringLiteral("*.inkgate")}, QDir::Files);
    }

private slots:
    // A project of some megabytes, most of it runs, and words that wait.
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        auto file = ProjectFile::create(m_folder->filePath(QStringLiteral("a.inkgate")), test::sampleText());
        QVERIFY(file.has_value());
        m_file = std::move(*file);
        QList<ProjectOperation> runs;
        for (RunId run = 1; run <= kRuns; ++run)
            runs += {RunChanged{test::runRecord(run)}, test::growth(run, 0, kTokens)};
        QVERIFY(m_file->append(runs).has_value());
        m_waiting = {test::typedEdit(0, QStringLiteral("Last words. "))};
        QVERIFY(QFile::remove(m_file->path()));
    }
    void cleanup() {
        test::limitFileSize(RLIM_INFINITY);
        m_file.reset();
    }

    void allIsCopiedAndTheTextIsThereMeanwhile() {
        const RecoveryFolders places = folders();
        const QString seen = m_folder->filePath(QStringLiteral("seen.inkgate"));
        Onlooker onlooker(recovered(), seen);
        const auto copied = RecoveryCopy(places).copyOf(*m_file, m_waiting);
        QVERIFY(onlooker.hasSeen());
        QVERIFY(copied.has_value());
        QVERIFY(!copied->isTextAlone);
        QCOMPARE(copied->file->text(), m_file->text()); // what waits comes with the next append()
        const auto content = copied->file->read();
        QVERIFY(content.has_value());
        QCOMPARE(content->runs.size(), kRuns);
        QCOMPARE(content->runs.last().tokens.size(), kTokens);
        QCOMPARE(names(), QStringList(QFileInfo(copied->file->path()).fileName()));
        const auto meanwhile = ProjectFile::open(seen);
        QVERIFY(meanwhile.has_value());
        QVERIFY((*meanwhile)->text().text().startsWith(QStringLiteral("Last words. ")));
    }

    void whereAllDoesNotFitTheTextDoes() {
        const RecoveryFolders places = folders();
        test::limitFileSize(400'000); // more than the text takes, less than all
        const auto copied = RecoveryCopy(places).copyOf(*m_file, m_waiting);
        test::limitFileSize(RLIM_INFINITY);
        QVERIFY(copied.has_value());
        QVERIFY(copied->isTextAlone);
        QCOMPARE(copied->file->text(), m_file->text());
        QVERIFY(copied->file->append(m_waiting).has_value());
        QVERIFY(copied->file->text().text().startsWith(QStringLiteral("Last words. ")));
        QCOMPARE(names(), QStringList(QFileInfo(copied->file->path()).fileName()));
    }

    void whereNothingCanBeWrittenItSaysSo() {
        QFile inTheWay(recovered());
        QVERIFY(inTheWay.open(QIODevice::WriteOnly));
        const RecoveryFolders places = folders();
        const auto copied = RecoveryCopy(places).copyOf(*m_file, m_waiting);
        QVERIFY(!copied.has_value());
        QVERIFY(copied.error().message.contains(QStringLiteral("no folder")));
    }
};

QTEST_GUILESS_MAIN(RecoveryCopyTest)
#include "recovery_copy_test.moc"
