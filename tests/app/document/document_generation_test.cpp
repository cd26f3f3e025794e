// A model's text as it comes into the document.
#include "app/document/document.h"
#include "tests/app/document/typed_text.h"

#include <QSignalSpy>
#include <QTest>

using namespace app;
using test::typed;

class DocumentGenerationTest : public QObject {
    Q_OBJECT

private slots:
    void textTypedInsideAGenerationIsEdited() {
        Document document;
        document.reset(typed(QStringLiteral("ab")));
        QVERIFY(document.insertGenerated(3, 1, QStringLiteral("0123")));
        document.applyUserEdit(3, 0, QStringLiteral("x"));
        QCOMPARE(document.content().spanAt(3)->span, (Span{1, Origin::Edited, 3, 0}));
        document.applyUserEdit(4, 0, QStringLiteral("y"));
        QCOMPARE(document.content().spanAt(4)->span, (Span{2, Origin::Edited, 3, 0}));
        document.applyUserEdit(1, 0, QStringLiteral("z")); // at its edge: the writer's own
        QCOMPARE(document.content().spanAt(1)->span.origin, Origin::Typed);
    }

    void aGenerationIsOneStep() {
        Document document(nullptr, clock());
        document.reset(typed(QStringLiteral("Once.")));
        QVERIFY(document.beginGeneration(1, 4));
        for (const QString& piece : {QStringLiteral(" upon"), QStringLiteral(" a"), QStringLiteral(" time")})
            QVERIFY(document.appendGenerated(1, piece));
        document.endGeneration(1);
        QCOMPARE(document.text(), QStringLiteral("Once upon a time."));
        document.undo();
        QCOMPARE(document.text(), QStringLiteral("Once."));
        document.redo();
        QCOMPARE(document.text(), QStringLiteral("Once upon a time."));
        QCOMPARE(document.content().placeOf(1, 5, 7), (TextRange{9, 2}));
    }

    void theAnchorMovesWithEdits() {
        Document document;
        document.reset(typed(QStringLiteral("0123456789")));
        QVERIFY(document.beginGeneration(1, 5));
        document.applyUserEdit(0, 2, QString());
        QCOMPARE(document.generationAnchor(), 3);
        document.applyUserEdit(0, 0, QStringLiteral("abc"));
        QCOMPARE(document.generationAnchor(), 6);
        document.applyUserEdit(6, 0, QStringLiteral("behind")); // typed at it: stays in front of that
        QCOMPARE(document.generationAnchor(), 6);
        document.applyUserEdit(4, 6, QString()); // around it
        QCOMPARE(document.generationAnchor(), 4);
        document.appendGenerated(1, QStringLiteral("##"));
        QCOMPARE(document.generationAnchor(), 6);
        document.endGeneration(1);
        QVERIFY(!document.generationAnchor());
    }

    void generationsNeverSplitASurrogatePair() {
        Document document;
        document.reset(typed(QStringLiteral("a\U0001F600b")));
        QVERIFY(document.beginGeneration(1, 2));
        QCOMPARE(document.generationAnchor(), 1);
    }

    void undoingTheOpenGenerationEndsIt() {
        Document document;
        document.reset(typed(QStringLiteral("Once")));
        QSignalSpy undone(&document, &Document::generationUndone);
        document.beginGeneration(1, 4);
        document.appendGenerated(1, QStringLiteral(" upon"));
        document.undo();
        QCOMPARE(document.text(), QStringLiteral("Once"));
        QCOMPARE(undone.count(), 1);
        QVERIFY(!document.appendGenerated(1, QStringLiteral(" a time")));
        QVERIFY(!document.canUndo());
        document.redo();
        QCOMPARE(document.text(), QStringLiteral("Once upon"));
    }

    void aGenerationWithoutTextLeavesNoStep() {
        Document document;
        document.reset(typed(QStringLiteral("Once")));
        document.beginGeneration(1, 4);
        document.applyUserEdit(0, 0, QStringLiteral("x"));
        document.endGeneration(1);
        document.undo();
        QVERIFY(!document.canUndo());
    }

    void onlyOneGenerationIsOpen() {
        Document document;
        QVERIFY(document.beginGeneration(1, 0));
        QVERIFY(!document.beginGeneration(2, 0));
        QVERIFY(!document.insertGenerated(2, 0, QStringLiteral("x")));
        QVERIFY(!document.appendGenerated(2, QStringLiteral("x")));
    }

    void tryingAgainReplacesInOneStep() {
        Document document;
        document.reset(typed(QStringLiteral("Once. End")));
        document.insertGenerated(1, 4, QStringLiteral(" upon a time"));
        document.applyUserEdit(7, 1, QStringLiteral("O")); // an edit inside goes with it
        const SpannedText before = document.content();
        document.beginGeneration(2, 4);
        QVERIFY(document.appendGenerated(2, QString(), 12)); // nothing to put there yet
        QCOMPARE(document.content(), before);
        QVERIFY(!document.appendGenerated(2, QStringLiteral(" more"), 99)); // more than there is
        QVERIFY(document.appendGenerated(2, QStringLiteral(" mo"), 12));
        QCOMPARE(document.text(), QStringLiteral("Once mo. End"));
        QVERIFY(document.appendGenerated(2, QStringLiteral("re")));
        document.endGeneration(2);
        QCOMPARE(document.text(), QStringLiteral("Once more. End"));
        document.undo();
        QCOMPARE(document.content(), before);
        document.redo();
        QCOMPARE(document.text(), QStringLiteral("Once more. End"));
    }

    // Typed elsewhere between asking and the first words: undone one after the other.
    void tryingAgainWhileTheWriterTypesIsAStepOfItsOwn() {
        Document document;
        document.reset(typed(QStringLiteral("Once. End")));
        document.insertGenerated(1, 4, QStringLiteral(" upon a time"));
        const SpannedText before = document.content();
        document.beginGeneration(2, 4);
        document.applyUserEdit(document.size(), 0, QStringLiteral("!"));
        const SpannedText typedText = document.content();
        document.appendGenerated(2, QStringLiteral(" more"), 12);
        document.applyUserEdit(0, 0, QStringLiteral("> "));
        document.appendGenerated(2, QStringLiteral(" or less"));
        document.endGeneration(2);
        QCOMPARE(document.text(), QStringLiteral("> Once more or less. End!"));
        document.undo();
        document.undo();
        QCOMPARE(document.content(), typedText);
        document.undo();
        QCOMPARE(document.content(), before);
        document.redo();
        document.redo();
        document.redo();
        QCOMPARE(document.text(), QStringLiteral("> Once more or less. End!"));
    }

    void aPassageTakesThePlaceOfAnotherInOneStep() {
        Document document;
        document.reset(typed(QStringLiteral("Once. End")));
        document.insertGenerated(1, 4, QStringLiteral(" upon a time"));
        const SpannedText before = document.content();
        const QList<Span> spans{Span{3, Origin::Generated, 2, 0}, Span{2, Origin::Edited, 2, 0}};
        QVERIFY(document.replacePassage({4, 12}, QStringLiteral(" more"), spans));
        QCOMPARE(document.text(), QStringLiteral("Once more. End"));
        QCOMPARE(document.content().spansOf({4, 5}), spans);
        document.undo();
        QCOMPARE(document.content(), before);
        QVERIFY(!document.replacePassage({4, 12}, QStringLiteral(" less and less"), spans));
        QVERIFY(!document.replacePassage({4, 99}, QStringLiteral(" more"), spans));
        QCOMPARE(document.content(), before);
    }

private:
    Document::Clock clock() {
        return [this] { return m_nowMs; };
    }
    qint64 m_nowMs = 0;
};

QTEST_GUILESS_MAIN(DocumentGenerationTest)
#include "document_generation_test.moc"
