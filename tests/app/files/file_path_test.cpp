// Names of files are bytes; what Qt shows of them leads back to the same bytes.
#include "app/files/file_path.h"
#include "app/files/file_place.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

using namespace app;

class FilePathTest : public QObject {
    Q_OBJECT

private slots:
    void bytesComeBack_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("plain") << QByteArray("/tmp/a b.inkgate");
        QTest::newRow("utf-8") << QByteArray("/tmp/gr\xC3\xBC\xC3\x9F"
                                             "e \xF0\x9F\x98\x80.inkgate");
        QTest::newRow("latin-1") << QByteArray("/tmp/gr\xFC\xDF"
                                               "e.inkgate");
        QTest::newRow("mixed") << QByteArray("/\xC3\xBC\xFC\xF0\x9F/\x80\xED\xB2\x80.txt");
        QByteArray all("/");
        for (int byte = 1; byte < 256; ++byte)
            all += static_cast<char>(byte);
        QTest::newRow("all") << all;
    }

    void bytesComeBack() {
        QFETCH(QByteArray, bytes);
        const QString path = decodePath(bytes);
        QCOMPARE(encodePath(path), bytes);
        QCOMPARE(hasForeignBytes(path), !bytes.isValidUtf8());
        QVERIFY(readablePath(path).isValidUtf16());
        if (bytes != QDir::cleanPath(QString::fromLatin1(bytes)).toLatin1())
            return;
        QCOMPARE(encodePath(pathOfArgument(argumentOfPath(path).toUtf8())), bytes); // through the settings
    }

    void argumentsAreNamesOrAddresses_data() {
        QTest::addColumn<QByteArray>("argument");
        QTest::addColumn<QByteArray>("path");
        QTest::newRow("none") << QByteArray() << QByteArray();
        QTest::newRow("name") << QByteArray("/a/b.inkgate") << QByteArray("/a/b.inkgate");
        QTest::newRow("percent in a name")
            << QByteArray("/a/100%20.inkgate") << QByteArray("/a/100%20.inkgate");
        QTest::newRow("address") << QByteArray("file:///a/b%20c.inkgate") << QByteArray("/a/b c.inkgate");
        QTest::newRow("short address") << QByteArray("file:/a/b.inkgate") << QByteArray("/a/b.inkgate");
        QTest::newRow("this machine") << QByteArray("file://localhost/a/b") << QByteArray("/a/b");
        QTest::newRow("utf-8 address") << QByteArray("file:///gr%C3%BC%C3%9Fe")
                                       << QByteArray("/gr\xC3\xBC\xC3\x9F"
                                                     "e");
        QTest::newRow("raw utf-8 address") << QByteArray("file:///gr\xC3\xBC") << QByteArray("/gr\xC3\xBC");
        QTest::newRow("latin-1 address") << QByteArray("file:///gr%FC") << QByteArray("/gr\xFC");
        QTest::newRow("with a mark") << QByteArray("file:///a%23b%3F.txt#page") << QByteArray("/a#b?.txt");
    }

    void argumentsAreNamesOrAddresses() {
        QFETCH(QByteArray, argument);
        QFETCH(QByteArray, path);
        QCOMPARE(encodePath(pathOfArgument(argument)), path);
    }

    void anOpenFileIsFound() {
        const QTemporaryDir folder;
        const auto name = [&](const char* file) { return folder.filePath(QLatin1String(file)); };
        QFile file(name("a"));
        QVERIFY(file.open(QIODevice::ReadWrite) && file.write("x") == 1 && file.flush());
        const auto place = [&] { return placeOf(file.handle(), name("a")); };
        QCOMPARE(place(), FilePlace());
        QVERIFY(isSameFile(file.handle(), name("a")));

        std::filesystem::rename(toSystemPath(name("a")), toSystemPath(name("b")));
        QCOMPARE(place(), (FilePlace{FilePlace::Kind::Moved, name("b"), false}));
        QVERIFY(isSameFile(file.handle(), name("b")));
        QVERIFY(QFile::copy(name("b"), name("a"))); // another file with the old name
        QCOMPARE(place(), (FilePlace{FilePlace::Kind::Moved, name("b"), true}));
        std::filesystem::rename(toSystemPath(name("b")), toSystemPath(name("a"))); // back
        QCOMPARE(place(), FilePlace());

        std::filesystem::create_hard_link(toSystemPath(name("a")), toSystemPath(name("second")));
        QVERIFY(QFile::remove(name("a")));
        QCOMPARE(place(), (FilePlace{FilePlace::Kind::Moved, name("second"), false}));
        QVERIFY(QFile::remove(name("second")));
        QCOMPARE(place(), (FilePlace{FilePlace::Kind::Gone, {}, false}));
        QFile other(name("a"));
        QVERIFY(other.open(QIODevice::WriteOnly));
        QCOMPARE(place(), (FilePlace{FilePlace::Kind::Gone, {}, true}));
    }
};

QTEST_GUILESS_MAIN(FilePathTest)
#include "file_path_test.moc"
