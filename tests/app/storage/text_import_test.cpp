#include "app/storage/text_import.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace app;

class TextImportTest : public QObject {
    Q_OBJECT

private slots:
    void everyUsualFormIsRead_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("text");
        const QString german = QStringLiteral("Größe\n");
        QTest::newRow("utf-8") << QByteArray("Gr\xC3\xB6\xC3\x9F"
                                             "e\n")
                               << german;
        QTest::newRow("utf-8 with mark") << QByteArray("\xEF\xBB\xBFGr\xC3\xB6\xC3\x9F"
                                                       "e\n")
                                         << german;
        QTest::newRow("utf-16 little") << QByteArray("\xFF\xFEG\0r\0\xF6\0\xDF\0e\0\n\0", 14) << german;
        QTest::newRow("utf-16 big") << QByteArray("\xFE\xFF\0G\0r\0\xF6\0\xDF\0e\0\n", 14) << german;
        QTest::newRow("windows-1252") << QByteArray("Gr\xF6\xDF"
                                                    "e \x96 \x93x\x94\n")
                                      << QStringLiteral("Größe \u2013 \u201Cx\u201D\n");
        QTest::newRow("crlf") << QByteArray("a\r\n\r\nb\r\n") << QStringLiteral("a\n\nb\n");
        QTest::newRow("old mac") << QByteArray("a\rb") << QStringLiteral("a\nb");
        QTest::newRow("empty") << QByteArray() << QString();
    }

    void everyUsualFormIsRead() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, text);
        const QString path = write(bytes);
        const auto read = readTextFile(path);
        QVERIFY(read);
        QCOMPARE(*read, text);
    }

    void aNoticeSaysWhatWasTaken() {
        QString notice = QStringLiteral("before");
        QCOMPARE(*readTextFile(write("plain caf\xC3\xA9\n"), &notice), QStringLiteral("plain café\n"));
        QVERIFY(notice.isEmpty());
        QCOMPARE(*readTextFile(write("\xC4\xC5\xD7\xCF\xDE\xCB\xC1 \xD5\xDB\xCC\xC1 \xC4\xCF\xCD\xCF\xCA\n"),
                               &notice),
                 QStringLiteral("девочка ушла домой\n"));
        QVERIFY2(notice.contains(QStringLiteral("KOI8-R")) && notice.contains(QStringLiteral("story.txt")),
                 qPrintable(notice));
        QCOMPARE(*readTextFile(write("M\xC3\xBCller, K\xC3\xB6ln\nstray \x92 here\n"), &notice),
                 QStringLiteral("Müller, Köln\nstray \uFFFD here\n"));
        QVERIFY2(notice.contains(QStringLiteral("line 2, byte 7")) && notice.contains(u'1'),
                 qPrintable(notice));
    }

    void whatIsNoTextIsRefusedWithASentence() {
        const auto binary = readTextFile(write(QByteArray("PK\x03\x04\0\0\0binary", 13)));
        QVERIFY(!binary);
        QVERIFY(binary.error().message.contains(QStringLiteral("story.txt")));
        QVERIFY(!readTextFile(m_folder.filePath(QStringLiteral("missing.txt"))));
        QVERIFY(!readTextFile(m_folder.path()));
        QFile large(write("x"));
        QVERIFY(large.resize(qint64{65} << 20)); // sparse: takes no space
        QVERIFY(!readTextFile(large.fileName()));
    }

    void exportedTextIsReadBack() {
        const QString path = m_folder.filePath(QStringLiteral("export.md"));
        const QString text = QStringLiteral("Größe \U0001F600\n\n\"quoted\"");
        QVERIFY(writeWholeFile(path, text.toUtf8()));
        QCOMPARE(*readTextFile(path), text);
        const auto failed =
            writeWholeFile(m_folder.filePath(QStringLiteral("no/such/folder.txt")), text.toUtf8());
        QVERIFY(!failed);
        QVERIFY(!failed.error().message.isEmpty() && !failed.error().details.isEmpty());
    }

private:
    QString write(const QByteArray& bytes) {
        QFile file(m_folder.filePath(QStringLiteral("story.txt")));
        const bool isWritten = file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size();
        Q_ASSERT(isWritten);
        Q_UNUSED(isWritten);
        return file.fileName();
    }

    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TextImportTest)
#include "text_import_test.moc"
