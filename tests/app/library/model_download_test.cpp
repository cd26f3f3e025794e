// A model that comes over a bad connection from a bad server: it is whole and right in the end, or it has no
// model's name and the writer reads why.
#include "app/library/download/download_queue.h"
#include "tests/app/library/download_desk.h"

using namespace app;
using namespace test;

class ModelDownloadTest : public DownloadDesk {
    Q_OBJECT

private slots:
    void init() { setUp(); }
    void cleanup() { tearDown(); }

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
};

QTEST_GUILESS_MAIN(ModelDownloadTest)
#include "model_download_test.moc"
