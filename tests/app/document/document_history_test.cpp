// The laws of the history, on random sessions: what undo and redo restore is compared with copies kept of
// every earlier text, and the origins with it.
#include "app/document/document.h"

#include <QRandomGenerator>
#include <QTest>

using namespace app;

namespace {

constexpr int kSessions = 300;

QString randomText(QRandomGenerator& random, int longest) {
    QString text;
    for (int length = 1 + random.bounded(longest); length > 0; --length)
        text.append(random.bounded(5) == 0 ? QChar(u' ') : QChar(u'a' + random.bounded(26)));
    return text;
}

enum class Reach { Anywhere, NotOverAnchor };

// One edit of the writer's, a step of its own.
void editSomewhere(QRandomGenerator& random, Document& document, Reach reach = Reach::Anywhere) {
    document.breakTypingStep();
    const qsizetype position = random.bounded(static_cast<int>(document.size()) + 1);
    qsizetype removed = std::min<qsizetype>(random.bounded(8), document.size() - position);
    const auto anchor = document.generationAnchor();
    if (reach == Reach::NotOverAnchor && anchor && position < *anchor && position + removed >= *anchor)
        removed = 0;
    const QString inserted = removed > 0 && random.bounded(2) == 0 ? QString() : randomText(random, 5);
    QVERIFY(document.applyUserEdit(position, removed, inserted));
}

void undoAll(Document& document) {
    while (document.canUndo())
        document.undo();
}

void redoAll(Document& document) {
    while (document.canRedo())
        document.redo();
}

} // namespace

class DocumentHistoryTest : public QObject {
    Q_OBJECT

private slots:
    void undoAndRedoWalkThroughEveryEarlierText() {
        for (int session = 0; session < kSessions; ++session) {
            QRandomGenerator random(static_cast<quint32>(session));
            Document document;
            document.reset(SpannedText(randomText(random, 40), Origin::Imported));
            QList<SpannedText> past{document.content()}; // the plain model: a list of texts and a place in it
            qsizetype present = 0;
            RunId run = 0;
            for (int action = 0; action < 40; ++action) {
                const int kind = random.bounded(6);
                if (kind == 0 && document.canUndo()) {
                    document.undo();
                    --present;
                } else if (kind == 1 && document.canRedo()) {
                    document.redo();
                    ++present;
                } else {
                    if (kind == 2) {
                        const qsizetype at = random.bounded(static_cast<int>(document.size()) + 1);
                        const qsizetype replaced = random.bounded(2) * (document.size() - at) / 2;
                        QVERIFY(document.beginGeneration(++run, at));
                        QVERIFY(document.appendGenerated(run, randomText(random, 10), replaced));
                        document.endGeneration(run);
                    } else {
                        editSomewhere(random, document);
                    }
                    past.resize(present + 1);
                    past.append(document.content());
                    ++present;
                }
                QVERIFY(present >= 0 && present < past.size());
                QCOMPARE(document.content(), past[present]);
            }
        }
    }

    // Whatever the writer does while a generation streams in, undoing the writer's steps leaves exactly the
    // generation, and undoing that exactly the beginning; redoing brings back exactly the end. (A writer who
    // removes the very place where the text goes on tears it apart for good; that is for the next test.)
    void aGenerationStaysOneStepUnderTheWritersEdits() {
        for (int session = 0; session < kSessions; ++session) {
            QRandomGenerator random(static_cast<quint32>(1000 + session));
            Document document;
            document.reset(SpannedText(randomText(random, 60), Origin::Imported));
            const SpannedText before = document.content();
            const qsizetype position = random.bounded(static_cast<int>(document.size()) + 1);
            QVERIFY(document.beginGeneration(1, position));
            QString generated;
            int steps = 0;
            for (int action = 0; action < 30; ++action) {
                if (random.bounded(2) == 0) {
                    const QString piece = randomText(random, 6);
                    QVERIFY(document.appendGenerated(1, piece));
                    generated += piece;
                } else {
                    editSomewhere(random, document, Reach::NotOverAnchor);
                    ++steps;
                }
            }
            QVERIFY(document.appendGenerated(1, QStringLiteral(".")));
            generated += u'.';
            document.endGeneration(1);
            const SpannedText after = document.content();

            for (; steps > 0; --steps)
                document.undo();
            SpannedText expected = before;
            expected.apply({position, 0, generated, {Span{generated.size(), Origin::Generated, 1, 0}}});
            QCOMPARE(document.content(), expected);
            document.undo();
            QCOMPARE(document.content(), before);
            QVERIFY(!document.canUndo());
            redoAll(document);
            QCOMPARE(document.content(), after);
            undoAll(document);
            QCOMPARE(document.content(), before);
        }
    }

    void undoAndRedoWhileTextStreamsInLoseNothing() {
        for (int session = 0; session < kSessions; ++session) {
            QRandomGenerator random(static_cast<quint32>(5000 + session));
            Document document;
            document.reset(SpannedText(randomText(random, 60), Origin::Imported));
            const SpannedText before = document.content();
            document.beginGeneration(1, random.bounded(static_cast<int>(document.size()) + 1));
            for (int action = 0; action < 40 && document.openGeneration() == 1; ++action) {
                switch (random.bounded(4)) {
                case 0: editSomewhere(random, document); break;
                case 1: document.undo(); break;
                case 2: document.redo(); break;
                default: QVERIFY(document.appendGenerated(1, randomText(random, 6)));
                }
            }
            document.endGeneration(1);
            undoAll(document);
            QCOMPARE(document.content(), before);
            redoAll(document);
            const SpannedText furthest = document.content();
            undoAll(document);
            QCOMPARE(document.content(), before);
            redoAll(document);
            QCOMPARE(document.content(), furthest);
        }
    }

    void typingInAnotherPlaceDoesNotTouchTheGeneration() {
        Document document;
        document.reset(SpannedText(QStringLiteral("Start. End."), Origin::Typed));
        document.beginGeneration(1, 6);
        document.appendGenerated(1, QStringLiteral(" One"));
        document.applyUserEdit(0, 0, QStringLiteral("A "));
        document.appendGenerated(1, QStringLiteral(" two"));
        document.applyUserEdit(document.size(), 0, QStringLiteral(" Z"));
        document.appendGenerated(1, QStringLiteral(" three."));
        document.endGeneration(1);
        QCOMPARE(document.text(), QStringLiteral("A Start. One two three. End. Z"));
        document.undo();
        QCOMPARE(document.text(), QStringLiteral("A Start. One two three. End."));
        document.undo();
        QCOMPARE(document.text(), QStringLiteral("Start. One two three. End."));
        document.undo();
        QCOMPARE(document.text(), QStringLiteral("Start. End."));
    }
};

QTEST_GUILESS_MAIN(DocumentHistoryTest)
#include "document_history_test.moc"
