#include "app/versions/text_difference.h"

#include <QRandomGenerator>
#include <QTest>

using namespace app;

namespace {

bool covers(const QList<DifferencePiece>& pieces, QStringView before, QStringView after) {
    qsizetype b = 0;
    qsizetype a = 0;
    for (const DifferencePiece& piece : pieces) {
        if (piece.before.position != b || piece.after.position != a)
            return false;
        if (piece.isSame && before.sliced(b, piece.before.length) != after.sliced(a, piece.after.length))
            return false;
        b = piece.before.end();
        a = piece.after.end();
    }
    return b == before.size() && a == after.size();
}

// The length of the longest common subsequence, by the table every textbook has.
int longestCommon(const QString& a, const QString& b) {
    QList<int> row(b.size() + 1, 0);
    for (const QChar c : a) {
        int diagonal = 0;
        for (qsizetype j = 0; j < b.size(); ++j) {
            const int above = row[j + 1];
            row[j + 1] = c == b[j] ? diagonal + 1 : std::max(row[j], above);
            diagonal = above;
        }
    }
    return row.last();
}

QString lines(const QString& letters) {
    QString text;
    for (const QChar c : letters)
        text += c + QStringLiteral("\n");
    return text;
}

} // namespace

class TextDifferenceTest : public QObject {
    Q_OBJECT

private slots:
    void theScriptIsTheShortest() {
        QRandomGenerator random(1);
        for (int round = 0; round < 3000; ++round) {
            QString a;
            QString b;
            for (int i = random.bounded(14); i > 0; --i)
                a += QChar(u'a' + random.bounded(4));
            for (int i = random.bounded(14); i > 0; --i)
                b += QChar(u'a' + random.bounded(4));
            const QString before = lines(a);
            const QString after = lines(b);
            const auto pieces = differenceByParagraphs(before, after);
            QVERIFY2(covers(pieces, before, after), qPrintable(a + u' ' + b));
            qsizetype same = 0;
            for (const DifferencePiece& piece : pieces)
                same += piece.isSame ? piece.before.length / 2 : 0;
            QVERIFY2(same == longestCommon(a, b), qPrintable(a + u' ' + b));
        }
    }

    void wordsThatWereExchangedAreFound() {
        const QString before = QStringLiteral("The old house, quiet as ever.");
        const QString after = QStringLiteral("The new house, quiet as ever!");
        const auto pieces = differenceByWords(before, after);
        QVERIFY(covers(pieces, before, after));
        QStringList changed;
        for (const DifferencePiece& piece : pieces)
            if (!piece.isSame)
                changed << before.sliced(piece.before.position, piece.before.length)
                        << after.sliced(piece.after.position, piece.after.length);
        QCOMPARE(changed, (QStringList{"old", "new", ".", "!"}));
    }

    // Two novels that share next to nothing, and one with every tenth paragraph changed: both end.
    void novelsAreCompared() {
        QRandomGenerator random(2);
        QString one;
        QString other;
        QString edited;
        for (int i = 0; i < 6000; ++i) {
            const QString paragraph = QStringLiteral("paragraph %1 %2\n").arg(i).arg(random.generate());
            one += paragraph;
            other +=
                i % 50 == 0 ? QStringLiteral("***\n") : QStringLiteral("other %1\n").arg(random.generate());
            edited += i % 10 == 0 ? QStringLiteral("edited %1\n").arg(i) : paragraph;
        }
        QVERIFY(covers(differenceByParagraphs(one, other), one, other));
        QVERIFY(covers(differenceByParagraphs(one, QString()), one, QString()));
        const auto pieces = differenceByParagraphs(one, edited);
        QVERIFY(covers(pieces, one, edited));
        QCOMPARE(std::count_if(pieces.begin(), pieces.end(), [](const auto& piece) { return !piece.isSame; }),
                 600);
    }

    void aStoppedComparisonStillCovers() {
        std::stop_source stop;
        stop.request_stop();
        const QString before = QStringLiteral("a\nb\nc\n");
        const QString after = QStringLiteral("a\nx\nb\ny\n");
        QVERIFY(covers(differenceByParagraphs(before, after, stop.get_token()), before, after));
    }

    void restoringBringsTextAndOriginsBack() {
        QRandomGenerator random(3);
        SpannedText old(QStringLiteral("One.\nTwo.\nThree.\nFour.\n").repeated(20), Origin::Imported);
        for (int round = 0; round < 200; ++round) {
            SpannedText now = old;
            for (int i = 0; i < 5; ++i) {
                TextEdit edit{random.bounded(static_cast<int>(now.size())), 0, QStringLiteral("new\n"), {}};
                edit.removedLength = std::min<qsizetype>(random.bounded(9), now.size() - edit.position);
                edit.insertedSpans = {Span{4, Origin::Generated, 1, 0}};
                now.apply(edit);
            }
            auto pieces = differenceByParagraphs(old.text(), now.text());
            pieces.removeIf([](const DifferencePiece& piece) { return piece.isSame; });
            // One difference alone leaves all others.
            SpannedText one = now;
            const DifferencePiece& first = pieces.first();
            const TextEdit back = restoringEdit(old, now, {first});
            QCOMPARE(back.insertedSpans, old.spansOf(first.before));
            one.apply(back);
            QCOMPARE(one.text().first(first.after.position + first.before.length),
                     now.text().first(first.after.position) +
                         old.text().sliced(first.before.position, first.before.length));
            QCOMPARE(one.text().sliced(first.after.position + first.before.length),
                     now.text().sliced(first.after.end()));
            // All of them are the older text.
            const TextEdit edit = restoringEdit(old, now, pieces);
            QVERIFY(now.accepts(edit));
            now.apply(edit);
            QCOMPARE(now.text(), old.text());
        }
    }
};

QTEST_GUILESS_MAIN(TextDifferenceTest)
#include "text_difference_test.moc"
