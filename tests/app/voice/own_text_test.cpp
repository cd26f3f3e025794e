// What the writer typed is told from what a model wrote and what was imported.
#include "app/voice/own_text.h"

#include <QTest>

using namespace app;

class OwnTextTest : public QObject {
    Q_OBJECT

private slots:
    void isWhatWasTyped_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QList<Span>>("spans");
        QTest::addColumn<QString>("own");
        const auto typed = [](qsizetype length) { return Span{length, Origin::Typed, 0, 0}; };
        const auto edited = [](qsizetype length) { return Span{length, Origin::Edited, 1, 0}; };
        const auto generated = [](qsizetype length) { return Span{length, Origin::Generated, 1, 0}; };
        const auto imported = [](qsizetype length) { return Span{length, Origin::Imported, 0, 0}; };
        QTest::newRow("nothing") << QString() << QList<Span>() << QString();
        QTest::newRow("all of it") << "I wrote." << QList{typed(8)} << "I wrote.";
        QTest::newRow("none of it") << "It wrote." << QList{generated(9)} << QString();
        QTest::newRow("imported") << "Once.Mine." << QList{imported(5), typed(5)} << "Mine.";
        QTest::newRow("in between") << "I. It. I again." << QList{typed(2), generated(5), typed(8)}
                                    << "I.\nI again.";
        QTest::newRow("between paragraphs")
            << "I.\nIt.\nI." << QList{typed(3), generated(4), typed(2)} << "I.\nI.";
        QTest::newRow("words of mine in its text")
            << "a bb c" << QList{generated(2), edited(2), generated(2)} << "bb";
    }
    void isWhatWasTyped() {
        QFETCH(QString, text);
        QFETCH(QList<Span>, spans);
        const auto story = SpannedText::fromSpans(text, spans);
        QVERIFY(story.has_value());
        QTEST(ownText(*story), "own");
    }
};

QTEST_GUILESS_MAIN(OwnTextTest)
#include "own_text_test.moc"
