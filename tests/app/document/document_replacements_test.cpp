// Many places replaced at once, and passages moved: one undo step each, and words keep their origins.
#include "app/document/document.h"
#include "tests/app/document/typed_text.h"

#include <QRandomGenerator>
#include <QTest>

using namespace app;
using test::typed;

class DocumentReplacementsTest : public QObject {
    Q_OBJECT

private slots:
    void replaceAllIsOneStepAndKeepsOtherOrigins() {
        Document document;
        document.reset(typed(QStringLiteral("cat dog cat")));
        document.insertGenerated(1, 11, QStringLiteral(" and cats"));
        const SpannedText before = document.content();
        QVERIFY(
            document.applyReplacements({{{0, 3}, QStringLiteral("tiger")}, {{8, 3}, QStringLiteral("")}}));
        QCOMPARE(document.text(), QStringLiteral("tiger dog  and cats"));
        QCOMPARE(document.content().spansOfRun(1).size(), 1);
        document.undo();
        QCOMPARE(document.content(), before);
        QVERIFY(!document.applyReplacements({{{4, 3}, QString()}, {{0, 3}, QString()}}));
        QVERIFY(!document.applyReplacements({{{0, 300}, QString()}}));
    }

    void manyReplacementsEqualOneAfterTheOther() {
        QRandomGenerator random(21);
        const QStringList pieces{QString(), QStringLiteral("x"), QStringLiteral("yes"),
                                 QStringLiteral("\U0001F40B"), QStringLiteral("\n")};
        bool isAnyTouching = false;
        for (int round = 0; round < 300; ++round) {
            QString text;
            while (text.size() < 60)
                text += random.bounded(5) == 0 ? QStringLiteral("\U0001F409") : QStringLiteral("ab");
            Document atOnce, oneByOne;
            for (Document* const document : {&atOnce, &oneByOne}) {
                document->reset(typed(text));
                document->insertGenerated(1, 10, QStringLiteral("generated words"));
                document->insertGenerated(2, 40, QStringLiteral("more of them"));
            }
            const SpannedText before = atOnce.content();
            QList<Document::Replacement> replacements;
            for (qsizetype at = random.bounded(4); at < before.size(); at += random.bounded(5)) {
                const qsizetype length = std::min<qsizetype>(random.bounded(4), before.size() - at);
                isAnyTouching =
                    isAnyTouching || (!replacements.isEmpty() && replacements.last().range.end() == at);
                replacements.append({{at, length}, pieces[random.bounded(pieces.size())]});
                at += length;
            }
            QVERIFY(atOnce.applyReplacements(replacements));
            for (auto one = replacements.crbegin(); one != replacements.crend(); ++one) {
                // The one behind may have taken half a character of this one along.
                const qsizetype at = std::min(one->range.position, oneByOne.size());
                const qsizetype length = std::min(one->range.length, oneByOne.size() - at);
                QVERIFY(oneByOne.applyReplacements({{{at, length}, one->text}}));
            }
            QCOMPARE(atOnce.content(), oneByOne.content());
            atOnce.undo();
            QCOMPARE(atOnce.content(), before);
            atOnce.redo();
            QCOMPARE(atOnce.content(), oneByOne.content());
        }
        QVERIFY(isAnyTouching);
    }

    void movedWordsKeepTheirOrigins() {
        Document document;
        document.reset(typed(QStringLiteral("one two three")));
        QVERIFY(document.insertGenerated(7, 4, QStringLiteral("GEN ")));
        const SpannedText before = document.content();
        QVERIFY(document.moveRange({4, 8}, 0)); // "GEN two "
        QCOMPARE(document.text(), QStringLiteral("GEN two one three"));
        QCOMPARE(document.content().placeOf(7, 0, 4), (TextRange{0, 4}));
        QVERIFY(document.moveRange({0, 4}, document.size()));
        QCOMPARE(document.content().placeOf(7, 0, 4), (TextRange{13, 4}));
        document.undo();
        document.undo();
        QCOMPARE(document.content(), before);
        for (const qsizetype inside : {5, 7})
            QVERIFY(!document.moveRange({4, 4}, inside));
        QVERIFY(!document.moveRange({4, 100}, 0) && !document.moveRange({4, 4}, -1));
        QCOMPARE(document.content(), before);
        // Not the words that a generation goes on behind.
        QVERIFY(document.beginGeneration(8, 6));
        QVERIFY(!document.moveRange({4, 4}, 0));
        QCOMPARE(document.content(), before);
        QCOMPARE(document.generationAnchor(), std::optional<qsizetype>(6));
        QVERIFY(document.moveRange({8, 4}, 0));
        QCOMPARE(document.generationAnchor(), std::optional<qsizetype>(10));
    }
};

QTEST_GUILESS_MAIN(DocumentReplacementsTest)
#include "document_replacements_test.moc"
