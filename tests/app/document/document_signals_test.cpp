// What the document tells of its changes: step by step and edit by edit, with inverses, and whether there is
// something to undo or redo.
#include "app/document/document.h"
#include "tests/app/document/typed_text.h"

#include <QSignalSpy>
#include <QTest>

using namespace app;
using test::typed;

class DocumentSignalsTest : public QObject {
    Q_OBJECT

private slots:
    void aStepIsToldAsAWholeAndThenEditByEdit() {
        Document document;
        document.reset(typed(QStringLiteral("one two one")));
        QStringList told;
        connect(&document, &Document::stepDone, this, [&told](const DocumentStep& step) {
            told.append(QStringLiteral("%1 edits").arg(step.edits.size()));
        });
        connect(&document, &Document::changed, this, [&told](const DocumentChange& change) {
            told.append(QStringLiteral("at %1").arg(change.edit.position));
        });
        document.applyReplacements({{{0, 3}, QStringLiteral("1")}, {{8, 3}, QStringLiteral("1")}});
        QCOMPARE(told,
                 (QStringList{QStringLiteral("2 edits"), QStringLiteral("at 8"), QStringLiteral("at 0")}));
        told.clear();
        document.undo();
        QCOMPARE(told,
                 (QStringList{QStringLiteral("2 edits"), QStringLiteral("at 0"), QStringLiteral("at 8")}));
        told.clear();
        document.applyUserEdit(0, 0, QStringLiteral("x"));
        QCOMPARE(told, (QStringList{QStringLiteral("1 edits"), QStringLiteral("at 0")}));
    }

    void theEditorIsToldOfEverythingButItsOwnEdits() {
        Document document;
        document.reset(typed(QStringLiteral("Once")));
        QString mirror = document.text();
        connect(&document, &Document::changed, this, [&mirror](const DocumentChange& change) {
            mirror.replace(change.edit.position, change.edit.removedLength, change.edit.inserted);
        });
        document.insertGenerated(1, 4, QStringLiteral(" upon a time"));
        document.applyReplacements({{{0, 1}, QStringLiteral("T")}, {{5, 2}, QStringLiteral("xxxx")}});
        document.beginGeneration(2, 5);
        document.appendGenerated(2, QStringLiteral(" more"), 7);
        document.undo();
        document.undo();
        document.redo();
        QCOMPARE(mirror, document.text());
    }

    // What is told of a change takes it back, and the last change of a step says so.
    void changesAreToldWithTheirInverses() {
        Document document;
        document.reset(typed(QStringLiteral("one two three")));
        SpannedText mirror = document.content();
        QList<TextEdit> step;
        int steps = 0;
        connect(&document, &Document::changed, this, [&](const DocumentChange& change) {
            const SpannedText before = mirror;
            QCOMPARE(mirror.apply(change.edit), change.inverse);
            SpannedText back = mirror;
            back.apply(change.inverse);
            QCOMPARE(back, before);
            steps += change.isLastOfStep ? 1 : 0;
            if (change.isLastOfStep)
                QCOMPARE(mirror, document.content());
        });
        document.applyUserEdit(0, 3, QStringLiteral("1"));
        document.applyReplacements({{{0, 1}, QStringLiteral("one")}, {{2, 3}, QStringLiteral("2")}});
        QVERIFY(document.moveRange({0, 3}, document.size()));
        QVERIFY(document.beginGeneration(1, 2));
        document.appendGenerated(1, QStringLiteral("gen"), 1);
        document.appendGenerated(1, QStringLiteral("erated"));
        document.endGeneration(1);
        for (int i = 0; i < 4; ++i)
            document.undo();
        for (int i = 0; i < 4; ++i)
            document.redo();
        QCOMPARE(steps, 13);
        QCOMPARE(mirror, document.content());
    }

    void historySignalsFollowWhatIsPossible() {
        Document document;
        QSignalSpy history(&document, &Document::historyChanged);
        document.applyUserEdit(0, 0, QStringLiteral("a"));
        QCOMPARE(history.takeLast(), (QList<QVariant>{true, false}));
        document.undo();
        QCOMPARE(history.takeLast(), (QList<QVariant>{false, true}));
        document.reset(typed(QStringLiteral("b")));
        QCOMPARE(history.takeLast(), (QList<QVariant>{false, false}));
    }
};

QTEST_GUILESS_MAIN(DocumentSignalsTest)
#include "document_signals_test.moc"
