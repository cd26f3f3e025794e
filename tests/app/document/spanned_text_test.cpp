// Spans against the plainest model there is: one entry per character.
#include "app/document/spanned_text.h"

#include <QRandomGenerator>
#include <QTest>

using namespace app;

namespace {

struct Unit {
    QChar character;
    Origin origin;
    RunId run;
    qsizetype runOffset; // of this very unit; Generated only
    bool operator==(const Unit&) const = default;
};

QList<Unit> unitsOf(const QString& text, const QList<Span>& spans) {
    QList<Unit> units;
    for (const Span& span : spans)
        for (qsizetype i = 0; i < span.length; ++i)
            units.append(Unit{text[units.size()], span.origin, span.run,
                              span.origin == Origin::Generated ? span.runOffset + i : 0});
    return units;
}

TextEdit randomEdit(QRandomGenerator& random, const SpannedText& text) {
    TextEdit edit;
    edit.position = random.bounded(static_cast<int>(text.size()) + 1);
    edit.removedLength = std::min<qsizetype>(random.bounded(6), text.size() - edit.position);
    for (int piece = random.bounded(4); piece > 0; --piece) {
        Span span{1 + random.bounded(3), static_cast<Origin>(random.bounded(4)), 0, 0};
        if (span.origin == Origin::Generated || span.origin == Origin::Edited)
            span.run = 1 + random.bounded(2);
        if (span.origin == Origin::Generated)
            span.runOffset = random.bounded(5);
        for (qsizetype i = 0; i < span.length; ++i)
            edit.inserted.append(QChar(u'a' + random.bounded(26)));
        edit.insertedSpans.append(span);
    }
    return edit;
}

bool isCanonical(const QList<Span>& spans) {
    QList<Span> joined;
    for (const Span& span : spans)
        appendSpan(joined, span);
    return joined == spans;
}

} // namespace

class SpannedTextTest : public QObject {
    Q_OBJECT

private slots:
    void editsDoWhatTheyDoToSingleCharacters() {
        QRandomGenerator random(7);
        SpannedText text(QStringLiteral("Once upon a time"), Origin::Imported);
        QList<Unit> model = unitsOf(text.text(), text.spans());
        for (int i = 0; i < 3000; ++i) {
            const TextEdit edit = randomEdit(random, text);
            QVERIFY(text.accepts(edit));
            text.apply(edit);
            model.remove(edit.position, edit.removedLength);
            qsizetype at = edit.position;
            for (const Unit& unit : unitsOf(edit.inserted, edit.insertedSpans))
                model.insert(at++, unit);
            QCOMPARE(unitsOf(text.text(), text.spans()), model);
            QVERIFY(isCanonical(text.spans()));
        }
    }

    void theInverseRestoresTextAndSpansExactly() {
        QRandomGenerator random(11);
        SpannedText text(QStringLiteral("Once upon a time"), Origin::Typed);
        for (int i = 0; i < 2000; ++i) {
            const SpannedText before = text;
            const TextEdit edit = randomEdit(random, text);
            const TextEdit inverse = text.apply(edit);
            SpannedText undone = text;
            const TextEdit again = undone.apply(inverse);
            QCOMPARE(undone, before);
            undone.apply(again);
            QCOMPARE(undone, text);
        }
    }

    void unfitEditsAreNotAccepted() {
        const SpannedText text(QStringLiteral("abc"), Origin::Typed);
        QVERIFY(!text.accepts({-1, 0, {}, {}}));
        QVERIFY(!text.accepts({4, 0, {}, {}}));
        QVERIFY(!text.accepts({2, 2, {}, {}}));
        QVERIFY(!text.accepts({0, -1, {}, {}}));
        QVERIFY(!text.accepts({0, std::numeric_limits<qsizetype>::max(), {}, {}}));
        QVERIFY(!text.accepts({0, 0, QStringLiteral("xy"), {Span{1, Origin::Typed, 0, 0}}}));
        QVERIFY(!text.accepts({0, 0, QStringLiteral("xy"), {Span{3, Origin::Typed, 0, 0}}}));
        const qsizetype huge = std::numeric_limits<qsizetype>::max();
        QVERIFY(!text.accepts({0,
                               0,
                               QStringLiteral("xy"),
                               {Span{huge, Origin::Typed, 0, 0}, Span{huge, Origin::Typed, 0, 0}}}));
        QVERIFY(text.accepts({3, 0, QStringLiteral("xy"), {Span{2, Origin::Typed, 0, 0}}}));
    }

    void spansThatDoNotCoverTheTextAreRefused() {
        QVERIFY(!SpannedText::fromSpans(QStringLiteral("ab"), {Span{1, Origin::Typed, 0, 0}}));
        QVERIFY(!SpannedText::fromSpans(QString(), {Span{0, Origin::Typed, 0, 0}}));
        QVERIFY(SpannedText::fromSpans(QString(), {}));
        const auto joined = SpannedText::fromSpans(
            QStringLiteral("ab"), {Span{1, Origin::Typed, 0, 0}, Span{1, Origin::Typed, 0, 0}});
        QVERIFY(joined && joined->spans().size() == 1);
    }

    void aTokensPlaceFollowsEditsAround() {
        SpannedText text(QStringLiteral("ab"), Origin::Typed);
        text.apply({1, 0, QStringLiteral("0123456789"), {Span{10, Origin::Generated, 5, 0}}});
        QCOMPARE(text.placeOf(5, 3, 6), (TextRange{4, 3}));
        text.apply({0, 0, QStringLiteral("xx"), {Span{2, Origin::Typed, 0, 0}}});
        QCOMPARE(text.placeOf(5, 3, 6), (TextRange{6, 3}));
        // Typed into it: that token is gone, its neighbours are not.
        const TextEdit inverse = text.apply({7, 0, QStringLiteral("!"), {Span{1, Origin::Edited, 5, 0}}});
        QVERIFY(!text.placeOf(5, 3, 6));
        QCOMPARE(text.placeOf(5, 6, 8), (TextRange{10, 2}));
        text.apply(inverse);
        QCOMPARE(text.placeOf(5, 3, 6), (TextRange{6, 3}));
    }

    void snappedPositionsNeverSplitAPair() {
        const SpannedText text(QStringLiteral("a\U0001F600b"), Origin::Typed);
        QCOMPARE(text.snapped(2), 1);
        QCOMPARE(text.snapped(3), 3);
        QCOMPARE(text.snapped(-5), 0);
        QCOMPARE(text.snapped(99), 4);
    }
};

QTEST_GUILESS_MAIN(SpannedTextTest)
#include "spanned_text_test.moc"
