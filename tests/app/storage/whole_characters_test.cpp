// Edits as a file can hold them: between whole characters, and many of them in one pass.
#include "app/storage/columns/whole_characters.h"

#include "app/document/edit_sweep.h"
#include "app/storage/project_file.h"
#include "engine/core/random.h"

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace app;

namespace {

constexpr int kNovelWords = 130'000;
constexpr int kEvery = 12; // of the words is replaced: some 11,000

// Halves of characters among them, as an editor may leave them between two edits.
QString randomPiece(engine::Random& random, bool hasEmoji) {
    const QString emoji[] = {QStringLiteral("\U0001F600"), QStringLiteral("\U0001F601"),
                             QString(QChar(0xD83D)), QString(QChar(0xDE00))};
    QString text;
    for (std::uint64_t n = random.below(4); n > 0; --n)
        text += hasEmoji && random.below(3) == 0 ? emoji[random.below(4)]
                                                 : QString(QChar('a' + int(random.below(26))));
    return text;
}

// From one end of a text to the other, in the order of replace all or in that of its undo.
QList<TextEdit> randomEdits(engine::Random& random, qsizetype size, bool isDescending, bool hasEmoji) {
    QList<TextEdit> edits;
    qsizetype grown = 0;
    for (qsizetype at = 0; at <= size; at += static_cast<qsizetype>(random.below(5))) {
        const qsizetype removed = std::min<qsizetype>(static_cast<qsizetype>(random.below(4)), size - at);
        const QString text = randomPiece(random, hasEmoji);
        QList<Span> spans;
        appendSpan(spans, Span{text.size(), random.below(2) == 0 ? Origin::Typed : Origin::Imported, 0, 0});
        edits.append({isDescending ? at : at + grown, removed, text, spans});
        grown += text.size() - removed;
        at += removed;
    }
    if (isDescending)
        std::reverse(edits.begin(), edits.end());
    return edits;
}

QList<TextEdit> oneByOne(SpannedText& text, const QList<TextEdit>& edits) {
    QList<TextEdit> whole;
    for (const TextEdit& edit : edits) {
        whole.append(wholeCharacters(edit, text));
        text.apply(edit);
    }
    return whole;
}

} // namespace

class WholeCharactersTest : public QObject {
    Q_OBJECT

private slots:
    void manyEqualOneAfterTheOther_data() {
        QTest::addColumn<bool>("hasEmoji");
        QTest::newRow("plain letters") << false;
        QTest::newRow("with halves of characters") << true;
    }
    void manyEqualOneAfterTheOther() {
        QFETCH(bool, hasEmoji);
        engine::Random random(3);
        int widened = 0;
        for (int round = 0; round < 300; ++round) {
            QString letters;
            while (letters.size() < 120)
                letters += randomPiece(random, hasEmoji && round % 2 == 0);
            const SpannedText before(letters, Origin::Imported);
            const auto edits = randomEdits(random, before.size(), round % 3 == 0, hasEmoji);
            SpannedText expected = before;
            const auto whole = oneByOne(expected, edits);
            widened += whole == edits ? 0 : 1;
            SpannedText text = before;
            QCOMPARE(applyWhole(text, edits), whole);
            QCOMPARE(text, expected);
        }
        QCOMPARE(widened > 50, hasEmoji);
    }

    // What the storage thread has to do after a replace all.
    void replaceAllInANovelIsOnePass() {
        QString words;
        QList<TextEdit> edits;
        for (int word = 0; word < kNovelWords; ++word) {
            if (word % kEvery == 0)
                edits.prepend({words.size(), 5, QStringLiteral("barge"), {Span{5, Origin::Typed, 0, 0}}});
            words += word % kEvery == 0 ? QStringLiteral("ferry ") : QStringLiteral("river ");
        }
        QVERIFY(changedPieces(edits).has_value()); // else it would be one pass for each
        const SpannedText novel(words, Origin::Imported);
        QElapsedTimer timer;
        timer.start();
        SpannedText expected = novel;
        const auto whole = oneByOne(expected, edits);
        const qint64 oneByOneMs = timer.restart();
        SpannedText text = novel;
        QCOMPARE(applyWhole(text, edits), whole);
        const qint64 onePassMs = timer.elapsed();
        QCOMPARE(text, expected);

        const QTemporaryDir folder;
        auto file = ProjectFile::create(folder.filePath(QStringLiteral("story.inkgate")), novel);
        QVERIFY(file);
        const QList<ProjectOperation> operations(edits.begin(), edits.end());
        timer.restart();
        QVERIFY((*file)->append(operations));
        const qint64 fileMs = timer.elapsed();
        QCOMPARE((*file)->text(), expected);
        qInfo("%lld matches: one after the other %lld ms, in one pass %lld ms, with the file %lld ms",
              static_cast<long long>(edits.size()), static_cast<long long>(oneByOneMs),
              static_cast<long long>(onePassMs), static_cast<long long>(fileMs));
    }
};

QTEST_GUILESS_MAIN(WholeCharactersTest)
#include "whole_characters_test.moc"
