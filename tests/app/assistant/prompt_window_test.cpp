#include "app/assistant/prompt_window.h"

#include <QTest>

using namespace app;

class PromptWindowTest : public QObject {
    Q_OBJECT

private slots:
    void theStartIsWhereASentenceCanBegin_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<qsizetype>("units");
        QTest::addColumn<QString>("rest");
        QTest::newRow("all fits") << QStringLiteral("one two") << qsizetype{7} << QStringLiteral("one two");
        QTest::newRow("at a paragraph") << QStringLiteral("first.\n\nsecond one.\n\nthird.") << qsizetype{20}
                                        << QStringLiteral("second one.\n\nthird.");
        QTest::newRow("exactly at a paragraph")
            << QStringLiteral("ab\ncdef") << qsizetype{4} << QStringLiteral("cdef");
        QTest::newRow("at a word") << QStringLiteral("wonderful weather today") << qsizetype{16}
                                   << QStringLiteral("weather today");
        QTest::newRow("nowhere better")
            << QStringLiteral("abcdefghij") << qsizetype{4} << QStringLiteral("ghij");
        QTest::newRow("never inside a pair")
            << QStringLiteral("ab\U0001F600cd") << qsizetype{3} << QStringLiteral("cd");
        QTest::newRow("nothing") << QStringLiteral("abc") << qsizetype{0} << QString();
        QTest::newRow("empty") << QString() << qsizetype{0} << QString();
    }

    void theStartIsWhereASentenceCanBegin() {
        QFETCH(QString, text);
        QFETCH(qsizetype, units);
        QFETCH(QString, rest);
        QCOMPARE(text.sliced(promptStart(text, units)), rest);
    }

    void neverMoreThanAskedFor() {
        const QString text = QStringLiteral("a b\n\nc \U0001F600 d\n").repeated(20);
        for (qsizetype units = 0; units <= text.size(); ++units) {
            const qsizetype start = promptStart(text, units);
            QVERIFY(text.size() - start <= units);
            QVERIFY(start == text.size() || !text[start].isLowSurrogate());
            QVERIFY2(text.size() - start >= units / 2 - 2, "at least half of what would fit is kept");
        }
    }
};

QTEST_GUILESS_MAIN(PromptWindowTest)
#include "prompt_window_test.moc"
