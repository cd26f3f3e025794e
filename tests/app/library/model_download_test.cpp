// A model that comes over a bad connection from a bad server: it is whole and right in the end, or it has no
// model's name and the writer reads why.
#include "app/library/catalogue.h"
#include "app/library/download_queue.h"
#include "app/library/download_record.h"
#include "app/library/library_folder.h"
#include "app/library/model_download.h"
#include "app/library/network.h"
#include "tests/app/support/flaky_server.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QLockFile>
#include <QNetworkAccessManager>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <unistd.h>

using namespace app;

namespace {

constexpr int kPatienceMs = 30'000;
const QString kName = QStringLiteral("novel.gguf");
const QString kPath = QStringLiteral("/files/novel.gguf");

// Bytes that no compression or repetition makes alike.
QByteArray someBytes(qsizetype count, quint32 seed) {
    QRandomGenerator random(seed);
    QByteArray bytes(count, Qt::Uninitialized);
    for (char& byte : bytes)
        byte = char(random.generate() & 0xff);
    return bytes;
}

QString hashOf(const QByteArray& bytes) {
    return QString::fromLatin1(QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex());
}

QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void write(const QString& path, const QByteArray& bytes) {
    QDir().mkpath(QFileInfo(path).path());
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size());
}

} // namespace

class ModelDownloadTest : public QObject {
    Q_OBJECT

private slots:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_server = std::make_unique<test::FlakyServer>();
        m_network = makeNetwork();
        m_body = someBytes(300'000, 1);
        m_served = {};
        m_served.body = m_body;
        m_settings = {};
        m_settings.stallMs = 3'000; // a busy machine is no stall
        m_settings.firstWaitMs = 5;
        m_settings.longestWaitMs = 20;
        m_settings.mostTries = 3;
        m_settings.spareBytes = 0;
        m_settings.checkModel = [](const QString&) { return QString(); };
    }
    void cleanup() {
        m_network.reset();
        m_server.reset();
        m_folder.reset();
    }

    void comesWholeAtOnce() {
        const DownloadStatus status = get();
        QCOMPARE(status.state, DownloadState::Complete);
        QCOMPARE(status.path, file());
        QCOMPARE(contentOf(file()), m_body);
        QCOMPARE(status.have, m_body.size());
        QVERIFY(!QFile::exists(partOf(file())));
        const test::Request request = m_server->requests(kPath).first();
        QCOMPARE(request.header("accept-encoding"), "identity");
        QCOMPARE(request.header("user-agent"), "inkgate");
        for (const char* telling : {"cookie", "referer", "range", "authorization", "from"})
            QVERIFY2(!request.headers.contains(telling), telling);
    }

    // Ten times, at random places, by a fixed seed; each time it goes on where it was.
    void tenInterruptionsEndInTheRightFile() {
        m_body = someBytes(3'000'000, 2);
        m_served.body = m_body;
        QRandomGenerator random(19);
        for (int i = 0; i < 10; ++i)
            m_served.breaks.append(random.bounded(1, 250'000));
        QCOMPARE(get().state, DownloadState::Complete);
        QCOMPARE(hashOf(contentOf(file())), hashOf(m_body));
        // Each goes on where the one before ended. (Of a connection that ends before Qt has read anything it
        // asks once more by itself, so there may be more requests than interruptions.)
        const QList<test::Request> requests = m_server->requests(kPath);
        QVERIFY2(requests.size() >= 11, asked().constData());
        qint64 before = 0;
        for (const test::Request& request : requests) {
            const QByteArray range = request.header("range");
            const qint64 have = range.isEmpty() ? 0 : range.mid(6).chopped(1).toLongLong();
            QVERIFY2(have >= before && (have == 0 || request.header("if-range") == m_served.etag),
                     asked().constData());
            before = have;
        }
        QVERIFY2(before > 0 && m_server->interruptions() == 10, asked().constData());
    }

    // The same with the program ended in between: another object, another network, nothing but the folder.
    void tenRestartsEndInTheRightFile() {
        m_body = someBytes(4'000'000, 3);
        m_served.body = m_body;
        m_served.pieceBytes = 2'000;
        m_server->serve(kPath, m_served);
        QRandomGenerator random(7);
        qint64 before = 0;
        for (int i = 0; i < 10; ++i) {
            m_network = makeNetwork();
            ModelDownload download(*m_network, m_folder->path(), record(), m_settings);
            const qint64 enough = before + random.bounded(10'000, 150'000);
            download.start();
            QTRY_VERIFY_WITH_TIMEOUT(download.status().have >= enough, kPatienceMs);
            // Killed: the lock and the part are as they are, and nobody is told.
            QVERIFY(!QFile::exists(file()));
            QVERIFY(QFile(partOf(file())).size() >= enough);
            before = QFile(partOf(file())).size();
        }
        m_served.pieceBytes = 0;
        QCOMPARE(get().state, DownloadState::Complete);
        QCOMPARE(hashOf(contentOf(file())), hashOf(m_body));
        QVERIFY(m_server->requests(kPath).last().header("range") >= "bytes=");
    }

    void whatIsWrongIsSaid_data() {
        QTest::addColumn<QString>("fault");
        QTest::addColumn<QString>("says"); // a part of it
        QTest::addColumn<bool>("keepsPart");
        QTest::newRow("not there") << "404"
                                   << "There is no such file at 127.0.0.1" << false;
        QTest::newRow("gone") << "410"
                              << "There is no such file at 127.0.0.1" << false;
        QTest::newRow("forbidden") << "403"
                                   << "does not give this file to everybody (403)" << false;
        QTest::newRow("teapot") << "418"
                                << "refused the request (418)" << false;
        QTest::newRow("always 500") << "500"
                                    << "has a problem of its own (500)" << false;
        QTest::newRow("too many requests") << "429"
                                           << "is asked too much at the moment (429)" << false;
        QTest::newRow("other length") << "length"
                                      << "has 300,001 bytes, and the model has 300,000" << false;
        QTest::newRow("web page by its type") << "page"
                                              << "leads to a web page at 127.0.0.1" << false;
        QTest::newRow("web page by its text") << "hidden page"
                                              << "leads to a web page at 127.0.0.1" << false;
        QTest::newRow("redirected in circles") << "circle"
                                               << "from one address to the next without an end" << false;
        QTest::newRow("promises more than it sends") << "short"
                                                     << "broke off. What has come is kept" << true;
        QTest::newRow("always breaks off at one place") << "breaks"
                                                        << "broke off. What has come is kept" << true;
        QTest::newRow("silence") << "stalls"
                                 << "Nothing came from 127.0.0.1 for 0.3 seconds" << true;
        QTest::newRow("sends more than it should") << "more"
                                                   << "sends more than the model has" << false;
        QTest::newRow("other bytes") << "bytes"
                                     << "its SHA-256 is another" << false;
        QTest::newRow("always another part")
            << "part"
            << "sends other parts of the file" << true; // of the last time it began anew
        QTest::newRow("no room") << "room"
                                 << "There is not enough room on the disk" << false;
        QTest::newRow("full disk") << "full"
                                   << "The disk does not take it" << false;
        QTest::newRow("no such server") << "nobody"
                                        << "takes no connection" << false;
    }
    void whatIsWrongIsSaid() {
        QFETCH(QString, fault);
        QFETCH(QString, says);
        QFETCH(bool, keepsPart);
        DownloadRecord record = this->record();
        const int status = fault.toInt();
        if (status > 0)
            m_served.status = status;
        else if (fault == "length")
            m_served.body += 'x';
        else if (fault == "page")
            m_served.contentType = "text/html; charset=utf-8";
        else if (fault == "hidden page") {
            const QByteArray page = "\n <!DOCTYPE html><title>Sign in</title>";
            m_served.body = page + m_body.left(m_body.size() - page.size());
        } else if (fault == "circle") {
            m_served.status = 302;
            m_served.location = kPath.toLatin1();
        } else if (fault == "short") {
            m_served.body.chop(1000);
            m_served.claimedLength = m_body.size();
            m_served.claimedTotal = m_body.size();
            m_served.knowsRange = false;
        } else if (fault == "breaks")
            m_served.breaks = QList<qint64>(10, 0), m_served.breaks.prepend(1000);
        else if (fault == "stalls") {
            m_settings.stallMs = 300;
            m_served.stallsAfter = 5000;
            m_served.stalls = 100;
            m_served.knowsRange = false;
        } else if (fault == "more") {
            m_served.body += 'x';
            m_served.sendsLength = false;
        } else if (fault == "bytes")
            m_served.body[12345] = char(m_served.body[12345] ^ 1);
        else if (fault == "part") {
            m_settings.mostTries = 10;
            m_served.shiftsPart = 1;
            m_served.breaks = QList<qint64>{500, 500, 500, 500, 500, 500, 500, 500, 500, 500};
        } else if (fault == "room")
            m_settings.freeBytes = [](const QString&) { return qint64{299'999}; };
        else if (fault == "full") {
            QDir().mkpath(folderOfModel(m_folder->path(), kName));
            QVERIFY(::symlink("/dev/full", QFile::encodeName(partOf(file())).constData()) == 0);
        } else if (fault == "nobody")
            record.files[0].file.address = QUrl(QStringLiteral("http://127.0.0.1:1/novel.gguf"));
        const DownloadStatus end = get(record);
        QCOMPARE(end.state, DownloadState::Failed);
        QVERIFY2(end.note.contains(says), qPrintable(end.note));
        QVERIFY2(end.note.endsWith(u'.') && !end.note.contains(u'\n'), qPrintable(end.note));
        // Nothing has the name of a model, and nothing is offered as one.
        QVERIFY(!QFile::exists(file()));
        QCOMPARE(storedModel(m_folder->path(), kName)->state, DownloadState::Paused);
        QCOMPARE(QFileInfo(partOf(file())).size() > 0 && fault != "full", keepsPart);
        if (fault == "bytes")
            QCOMPARE(contentOf(wrongOf(file())), m_served.body);
    }

    // What a fault leaves behind does no harm once the server is well again.
    void comesWholeWhenTheServerIsWellAgain_data() {
        QTest::addColumn<QString>("fault");
        for (const char* fault : {"500", "breaks", "stalls", "bytes", "page", "length", "more"})
            QTest::newRow(fault) << QString::fromLatin1(fault);
    }
    void comesWholeWhenTheServerIsWellAgain() {
        QFETCH(QString, fault);
        const test::Served well = m_served;
        if (fault == "500")
            m_served.status = 500;
        else if (fault == "breaks")
            m_served.breaks = QList<qint64>(10, 0), m_served.breaks.prepend(1000);
        else if (fault == "stalls")
            m_settings.stallMs = 300, m_served.stallsAfter = 7000, m_served.stalls = 100,
            m_served.knowsRange = false;
        else if (fault == "bytes")
            m_served.body[3] = char(m_served.body[3] ^ 1);
        else if (fault == "page")
            m_served.contentType = "text/html";
        else if (fault == "length")
            m_served.body += 'x';
        else
            m_served.body += 'x', m_served.sendsLength = false;
        QCOMPARE(get().state, DownloadState::Failed);
        m_served = well;
        QCOMPARE(get().state, DownloadState::Complete);
        QCOMPARE(contentOf(file()), m_body);
    }

    void troubleThatPassesIsWaitedFor() {
        m_served.failures = 2;
        m_served.stalls = 3; // of the connections that follow
        m_served.stallsAfter = 50'000;
        m_settings.stallMs = 300;
        QCOMPARE(get().state, DownloadState::Complete);
        QCOMPARE(contentOf(file()), m_body);
        QVERIFY2(m_server->requests(kPath).size() >= 6, asked().constData());
    }

    void aRedirectionIsFollowedAlsoToAnotherHost() {
        m_served.breaks = {1000};
        m_server->serve(QStringLiteral("/there"), m_served);
        test::Served here;
        here.status = 302;
        here.location = m_server->address(QStringLiteral("/there"), QStringLiteral("localhost")).toEncoded();
        m_served = here;
        QCOMPARE(get().state, DownloadState::Complete);
        QCOMPARE(contentOf(file()), m_body);
        const auto there = m_server->requests(QStringLiteral("/there"));
        QVERIFY2(there.size() >= 2, asked(QStringLiteral("/there")).constData());
        QCOMPARE(there.last().header("range"),
                 "bytes=1000-"); // the part is asked for behind the redirection, too
        QVERIFY(there[0].header("host").startsWith("localhost"));
    }

    // The server has another file by now, and says so by its ETag: the parts of two are never joined.
    void aFileThatChangedBetweenPartsIsFetchedAnew_data() {
        QTest::addColumn<bool>("heedsIfRange");
        QTest::newRow("the server sends all of it") << true;
        QTest::newRow("the server sends the part") << false;
    }
    void aFileThatChangedBetweenPartsIsFetchedAnew() {
        QFETCH(bool, heedsIfRange);
        m_settings.mostTries = 0;
        const QByteArray old = someBytes(300'000, 4);
        const test::Served now = m_served;
        m_served.body = old;
        m_served.etag = "\"old\"";
        m_served.breaks = {100'000};
        QCOMPARE(get().state, DownloadState::Failed);
        QCOMPARE(contentOf(partOf(file())), old.left(100'000));
        m_served = now;
        m_served.heedsIfRange = heedsIfRange;
        QCOMPARE(get().state, DownloadState::Complete);
        QCOMPARE(contentOf(file()), m_body);
        QVERIFY2(asked().contains("[bytes=100000- \"old\" "), asked().constData());
    }

    void aServerThatKnowsNoPartsSendsAllAgain() {
        m_served.knowsRange = false;
        m_served.breaks = {200'000, 299'999};
        QCOMPARE(get().state, DownloadState::Complete);
        QCOMPARE(contentOf(file()), m_body);
    }

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

    void pausesAndGoesOn() {
        m_served.pieceBytes = 3'000;
        m_served.pieceMs = 10;
        m_server->serve(kPath, m_served);
        ModelDownload download(*m_network, m_folder->path(), record(), m_settings);
        QSignalSpy finished(&download, &ModelDownload::finished);
        download.start();
        QTRY_VERIFY_WITH_TIMEOUT(download.status().have > 30'000 && download.status().bytesPerSecond > 0,
                                 kPatienceMs);
        QVERIFY(download.status().secondsLeft() >= 0);
        download.stop();
        QCOMPARE(finished.size(), 1);
        QCOMPARE(download.status().state, DownloadState::Paused);
        const qint64 have = QFile(partOf(file())).size();
        QVERIFY(have > 30'000 && have < m_body.size());
        QTest::qWait(50);
        QCOMPARE(QFile(partOf(file())).size(), have); // nothing comes while it is paused
        QCOMPARE(get().state, DownloadState::Complete);
        QCOMPARE(m_server->requests(kPath).last().header("range"), "bytes=" + QByteArray::number(have) + '-');
        QCOMPARE(contentOf(file()), m_body);
    }

private:
    // What the server was asked for, for messages.
    [[nodiscard]] QByteArray asked(const QString& path = kPath) const {
        QByteArray text;
        for (const test::Request& request : m_server->requests(path))
            text += '[' + request.header("range") + ' ' + request.header("if-range") + ' ' +
                    request.header("host") + "] ";
        return text;
    }
    [[nodiscard]] QString file() const { return pathOfModel(m_folder->path(), kName); }
    [[nodiscard]] DownloadRecord record() const {
        RemoteModel model;
        model.file = {kName, m_server->address(kPath), m_body.size(), hashOf(m_body)};
        return recordOf(model);
    }
    DownloadStatus get() { return get(record()); }
    DownloadStatus get(const DownloadRecord& record, const QString& library = {}) {
        m_server->serve(kPath, m_served);
        ModelDownload download(*m_network, library.isEmpty() ? m_folder->path() : library, record,
                               m_settings);
        QSignalSpy finished(&download, &ModelDownload::finished);
        download.start();
        if (finished.isEmpty() && !finished.wait(kPatienceMs))
            qWarning("the download does not end");
        QTest::qWait(1); // more than one finished() would show
        if (finished.size() != 1)
            return {};
        return download.status();
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<test::FlakyServer> m_server;
    std::unique_ptr<QNetworkAccessManager> m_network;
    QByteArray m_body;
    test::Served m_served;
    FetchSettings m_settings;
};

QTEST_GUILESS_MAIN(ModelDownloadTest)
#include "model_download_test.moc"
