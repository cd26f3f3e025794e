// Many edits at once against the same edits one by one.
#include "app/document/edit_sweep.h"

#include <QRandomGenerator>
#include <QTest>

#include <algorithm>

using namespace app;

namespace {

QList<Span> randomSpans(QRandomGenerator& random, qsizetype length) {
    QList<Span> spans;
    while (length > 0) {
        Span span{std::min<qsizetype>(1 + random.bounded(9), length), static_cast<Origin>(random.bounded(4)),
                  0, 0};
        if (span.origin == Origin::Generated || span.origin == Origin::Edited)
            span.run = 1 + random.bounded(3);
        if (span.origin == Origin::Generated)
            span.runOffset = random.bounded(20);
        length -= span.length;
        appendSpan(spans, span);
    }
    return spans;
}

SpannedText randomText(QRandomGenerator& random) {
    const int length = random.bounded(200);
    QString text;
    for (int i = 0; i < length; ++i)
        text += QChar(u'a' + random.bounded(26));
    return *SpannedText::fromSpans(text, randomSpans(random, length));
}

// Edits of places that do not overlap, told from one end of the text to the other.
QList<TextEdit> randomEdits(QRandomGenerator& random, qsizetype size, bool isDescending) {
    QList<TextEdit> edits;
    qsizetype grown = 0;
    for (qsizetype at = random.bounded(4); at <= size; at += random.bounded(8)) {
        const auto removed = std::min<qsizetype>(random.bounded(4), size - at);
        const QString text(random.bounded(4), QChar(u'A' + random.bounded(26)));
        edits.append({isDescending ? at : at + grown, removed, text, randomSpans(random, text.size())});
        grown += text.size() - removed;
        at += removed;
    }
    if (isDescending)
        std::reverse(edits.begin(), edits.end());
    return edits;
}

} // namespace

class EditSweepTest : public QObject {
    Q_OBJECT

private slots:
    void equalsOneEditAfterTheOther() {
        QRandomGenerator random(5);
        int most = 0;
        for (int round = 0; round < 400; ++round) {
            const SpannedText before = randomText(random);
            const QList<TextEdit> edits = randomEdits(random, before.size(), round % 2 == 0);
            most = std::max(most, static_cast<int>(edits.size()));
            SpannedText oneByOne = before;
            QList<TextEdit> inverses;
            for (const TextEdit& edit : edits)
                inverses.append(oneByOne.apply(edit));
            SpannedText atOnce = before;
            QCOMPARE(atOnce.applyAll(edits), inverses);
            QCOMPARE(atOnce, oneByOne);
            std::reverse(inverses.begin(), inverses.end());
            atOnce.applyAll(inverses);
            QCOMPARE(atOnce, before);
        }
        QVERIFY(most > 20);
    }

    void piecesOfOldAndNewText() {
        const QList<ChangedPiece> wanted{{2, 1, 2, 3, 1}, {8, 2, 10, 0, 0}};
        const TextEdit later{8, 2, QString(), {}};
        const TextEdit earlier{2, 1, QStringLiteral("abc"), {Span{3, Origin::Typed, 0, 0}}};
        QCOMPARE(changedPieces({later, earlier}), std::optional(wanted));
        TextEdit moved = later;
        moved.position = 10;
        const QList<ChangedPiece> other{{2, 1, 2, 3, 0}, {8, 2, 10, 0, 1}};
        QCOMPARE(changedPieces({earlier, moved}), std::optional(other));
        // Back and forth, or over what was just put in: only one after the other.
        QVERIFY(!changedPieces({earlier, TextEdit{3, 1, QString(), {}}}));
        QVERIFY(!changedPieces({later, earlier, moved}));
    }

    void editsThatOverlapAreDoneOneByOne() {
        SpannedText text(QStringLiteral("abcdef"), Origin::Typed);
        const auto inverses =
            text.applyAll({TextEdit{1, 2, QStringLiteral("XY"), {Span{2, Origin::Imported, 0, 0}}},
                           TextEdit{2, 2, QString(), {}}});
        QCOMPARE(text.text(), QStringLiteral("aXef"));
        QCOMPARE(inverses.last().inserted, QStringLiteral("Yd"));
    }

    void placesFindTheirSpans() {
        QRandomGenerator random(6);
        const SpannedText text = randomText(random);
        const SpanIndex index(text.spans());
        for (qsizetype i = -1; i <= text.size(); ++i) {
            const auto wanted = text.spanAt(i);
            const Span* const found = index.at(i);
            QCOMPARE(found != nullptr, wanted.has_value());
            QVERIFY(found == nullptr || *found == wanted->span);
        }
    }
};

QTEST_MAIN(EditSweepTest)
#include "edit_sweep_test.moc"
