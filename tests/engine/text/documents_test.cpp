// documents_test.cpp: a text falls into documents at lines that hold only a form feed, and nowhere else.
#include "engine/text/documents.h"

#include <QTest>

using namespace engine;

class DocumentsTest : public QObject {
    Q_OBJECT

private slots:
    void textFallsApartAtSeparatorLines_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QList<QByteArray>>("documents");
        QTest::newRow("empty") << QByteArray() << QList<QByteArray>{};
        QTest::newRow("one") << QByteArray("a\nb\n") << QList<QByteArray>{"a\nb\n"};
        QTest::newRow("two") << QByteArray("a\n\f\nb\n") << QList<QByteArray>{"a\n", "b\n"};
        QTest::newRow("blank lines stay") << QByteArray("a\n\n\f\n\nb") << QList<QByteArray>{"a\n\n", "\nb"};
        QTest::newRow("at both ends") << QByteArray("\f\na\n\f") << QList<QByteArray>{"a\n"};
        QTest::newRow("several in a row") << QByteArray("a\n\f\n\f\n\f\nb") << QList<QByteArray>{"a\n", "b"};
        QTest::newRow("inside a line")
            << QByteArray("a\fb\n\f c\n\f\nd") << QList<QByteArray>{"a\fb\n\f c\n", "d"};
        QTest::newRow("Windows line ends")
            << QByteArray("a\r\n\f\r\nb\r\n") << QList<QByteArray>{"a\r\n", "b\r\n"};
        QTest::newRow("only separators") << QByteArray("\f\n\f\n") << QList<QByteArray>{};
    }
    void textFallsApartAtSeparatorLines() {
        QFETCH(QByteArray, text);
        QFETCH(QList<QByteArray>, documents);
        QList<QByteArray> found;
        for (const std::string_view document :
             splitDocuments(std::string_view(text.constData(), static_cast<std::size_t>(text.size()))))
            found.append(QByteArray(document.data(), static_cast<qsizetype>(document.size())));
        QCOMPARE(found, documents);
    }
};

QTEST_GUILESS_MAIN(DocumentsTest)
#include "documents_test.moc"
