// What a download finds in its folder, and leaves there: parts of before, files of others, no rights, another
// program; and what it does of which no hash is known.
#include "tests/app/library/download_desk.h"

#include <QLockFile>

#include <unistd.h>

using namespace app;
using namespace test;

class DownloadFolderTest : public DownloadDesk {
    Q_OBJECT

private slots:
    void init() { setUp(); }
    void cleanup() { tearDown(); }

    void aPartThatIsWholeIsCheckedAndNotAskedFor() {
        write(partOf(file()), m_body);
        QCOMPARE(get().state, DownloadState::Complete);
        QVERIFY(m_server->requests(kPath).isEmpty());
        QCOMPARE(contentOf(file()), m_body);
    }

    void aPartWithDamagedBytesIsFoundOut() {
        QByteArray damaged = m_body.left(100'000);
        damaged[5] = char(damaged[5] ^ 1);
        write(partOf(file()), damaged);
        QVERIFY(get().note.contains(QStringLiteral("SHA-256")));
        QVERIFY(!QFile::exists(file()));
        QCOMPARE(get().state, DownloadState::Complete); // the damaged bytes are aside
        QCOMPARE(contentOf(file()), m_body);
    }

    void withoutAKnownHashItMustBeAModel() {
        DownloadRecord pasted = record();
        pasted.files[0].file.bytes = -1;
        pasted.files[0].file.sha256.clear();
        m_settings.checkModel = {}; // the engine's own
        const DownloadStatus refused = get(pasted);
        QCOMPARE(refused.state, DownloadState::Failed);
        QVERIFY2(refused.note.contains(QStringLiteral("no model that Inkgate can use")),
                 qPrintable(refused.note));
        QVERIFY(!QFile::exists(file()) && QFile::exists(wrongOf(file())));
        m_settings.checkModel = [](const QString& path) {
            return path.endsWith(QStringLiteral(".part")) ? QString() : QStringLiteral("another file");
        };
        QCOMPARE(get(pasted).state, DownloadState::Complete);
        // From now on it is known.
        const auto kept = readRecord(folderOfModel(m_folder->path(), kName));
        QCOMPARE(kept->modelFile().sha256, hashOf(m_body));
        QCOMPARE(kept->modelFile().bytes, m_body.size());
    }

    void withoutAHashAChangedFileIsFetchedAnew() {
        DownloadRecord pasted = record();
        pasted.files[0].file.bytes = -1;
        pasted.files[0].file.sha256.clear();
        m_settings.mostTries = 0;
        m_served.breaks = {100'000};
        QCOMPARE(get(pasted).state, DownloadState::Failed);
        m_served.body = someBytes(300'000, 5);
        m_served.etag = "\"second\"";
        m_served.heedsIfRange = false; // and does not say so
        m_served.breaks = {};
        QCOMPARE(get(pasted).state, DownloadState::Complete);
        QCOMPARE(contentOf(file()), m_served.body);
    }

    void anotherFileIsNeverWrittenOver() {
        m_served.pieceBytes = 20'000;
        m_served.pieceMs = 5;
        m_server->serve(kPath, m_served);
        ModelDownload download(*m_network, m_folder->path(), record(), m_settings);
        QSignalSpy finished(&download, &ModelDownload::finished);
        download.start();
        QTRY_VERIFY_WITH_TIMEOUT(download.status().have > 0, kPatienceMs);
        write(file(), "mine");
        QVERIFY(finished.wait(kPatienceMs));
        QCOMPARE(download.status().state, DownloadState::Failed);
        QVERIFY(download.status().note.contains(QStringLiteral("another file")));
        QCOMPARE(contentOf(file()), "mine");
    }

    void whatItNeedsComesFirst() {
        const QByteArray words = someBytes(10'000, 6);
        test::Served vocabulary;
        vocabulary.body = words;
        vocabulary.failures = 100;
        m_server->serve(QStringLiteral("/vocab"), vocabulary);
        DownloadRecord both = record();
        both.files.prepend({{QStringLiteral("vocab.txt"), m_server->address(QStringLiteral("/vocab")),
                             words.size(), hashOf(words)},
                            {},
                            {},
                            -1});
        QCOMPARE(get(both).state, DownloadState::Failed);
        QVERIFY(m_server->requests(kPath).isEmpty()); // so that the model is never there alone
        vocabulary.failures = 0;
        m_server->serve(QStringLiteral("/vocab"), vocabulary);
        const DownloadStatus status = get(both);
        QCOMPARE(status.state, DownloadState::Complete);
        QCOMPARE(status.have, m_body.size() + words.size());
        QCOMPARE(contentOf(folderOfModel(m_folder->path(), kName) + QStringLiteral("/vocab.txt")), words);
        QCOMPARE(contentOf(file()), m_body);
    }

    void twoProgramsDoNotFetchIntoOneFolder() {
        QDir().mkpath(folderOfModel(m_folder->path(), kName));
        QLockFile other(folderOfModel(m_folder->path(), kName) + QStringLiteral("/download.lock"));
        QVERIFY(other.tryLock());
        QCOMPARE(get().note, QStringLiteral("Another Inkgate is getting this model already."));
        other.unlock();
        QCOMPARE(get().state, DownloadState::Complete);
    }

    void withoutRightsItSaysSo() {
        if (::geteuid() == 0)
            QSKIP("root may write anywhere");
        QFile::setPermissions(m_folder->path(), QFile::ReadOwner | QFile::ExeOwner);
        QVERIFY(get().note.contains(QStringLiteral("Nothing can be written to")));
        QFile::setPermissions(m_folder->path(), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    }
    void aFolderThatCannotBeIsSaid() {
        write(m_folder->path() + QStringLiteral("/file"), "no folder");
        const DownloadStatus status = get(record(), m_folder->path() + QStringLiteral("/file"));
        QCOMPARE(status.state, DownloadState::Failed);
        QVERIFY(status.note.contains(QStringLiteral("Nothing can be written to")));
    }
};

QTEST_GUILESS_MAIN(DownloadFolderTest)
#include "download_folder_test.moc"
