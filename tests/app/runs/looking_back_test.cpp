// What a model had read is found in the story as it is now: moved, edited, repeated, gone; and where a run's
// tokens looked back follows from it.
#include "app/runs/looking_back.h"

#include "app/document/document.h"
#include "tests/app/support/scripted_generator.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>

using namespace app;

namespace {

// Sentences that are all different.
QString story(int sentences, int seed = 0) {
    QString text;
    for (int i = 0; i < sentences; ++i)
        text += QStringLiteral("In the year %1 the ferry of number %2 came over the river. ")
                    .arg(1700 + i + seed)
                    .arg((i * 7919 + seed) % 1000);
    return text;
}

// The whole story as the prompt, a unit a token.
ReadChunks chunksOf(const QString& text, int chunk) {
    ReadChunks read{chunk, 2, 4, static_cast<int>(text.size()), {}, 0, {}, {}};
    for (qsizetype start = 0; start < text.size(); start += chunk)
        read.starts.append(start);
    Prompt prompt;
    prompt.text = text;
    prompt.parts = {{.kind = PromptPart::Kind::Story, .start = 0, .length = text.size(), .inStory = 0}};
    describeStory(read, prompt);
    return read;
}

QString textOf(const QList<TextRange>& ranges, const QString& text) {
    QStringList parts;
    for (const TextRange& range : ranges)
        parts.append(text.sliced(range.position, range.length));
    return parts.join(u'|');
}

} // namespace

class LookingBackTest : public QObject {
    Q_OBJECT

private slots:
    void whatWasNotChangedIsWhereItWas() {
        const QString text = story(100);
        const PassageFinder finder(chunksOf(text, 64), text);
        for (const auto& [start, end] : {std::pair{0, 64}, {64, 128}, {200, 1500}, {0, int(text.size())}})
            QCOMPARE(finder.rangesOf(start, end), (QList<TextRange>{{start, end - start}}));
        QVERIFY(finder.rangesOf(text.size(), text.size() + 50).isEmpty());
    }

    void whatStandsElsewhereIsFoundThere() {
        const QString text = story(100);
        const ReadChunks read = chunksOf(text, 64);
        // A line before it moves everything.
        const QString first = QStringLiteral("A new beginning.\n") + text;
        QCOMPARE(PassageFinder(read, first).rangesOf(640, 704), (QList<TextRange>{{657, 64}}));
        QCOMPARE(PassageFinder(read, first).rangesOf(0, text.size()), (QList<TextRange>{{17, text.size()}}));
        // Its two halves have changed places; a piece at the seam is cut in two and lost.
        const qsizetype half = 2500;
        const QString swapped = text.sliced(half) + text.first(half);
        const PassageFinder finder(read, swapped);
        QCOMPARE(textOf(finder.rangesOf(600, 700), swapped), text.sliced(600, 100));
        QCOMPARE(textOf(finder.rangesOf(4000, 4100), swapped), text.sliced(4000, 100));
        QVERIFY(finder.rangesOf(half - 10, half + 10).isEmpty());
    }

    void whatWasChangedIsNotMarked() {
        QString text = story(100);
        const ReadChunks read = chunksOf(text, 64);
        const QString before = text;
        text[1000] = u'#';
        const PassageFinder finder(read, text);
        QVERIFY(finder.rangesOf(990, 1010).isEmpty()); // its piece of 256 units
        QCOMPARE(finder.rangesOf(512, 768), (QList<TextRange>{{512, 256}}));
        QCOMPARE(finder.rangesOf(700, 1100), (QList<TextRange>{{700, 68}, {1024, 76}}));
        text.remove(300, 4000);
        const PassageFinder rest(read, text);
        QVERIFY(rest.rangesOf(1024, 4000).isEmpty());
        QCOMPARE(textOf(rest.rangesOf(4608, 4700), text), before.sliced(4608, 92));
        QVERIFY(PassageFinder(read, QString()).rangesOf(0, before.size()).isEmpty());
        QVERIFY(PassageFinder(ReadChunks(), text).rangesOf(0, 100).isEmpty());
    }

    // Of what stands twice the nearer one counts.
    void repeatedTextKeepsItsOrder() {
        const QString verse = story(20);
        const QString text = verse + story(10, 500) + verse + story(10, 900);
        const ReadChunks read = chunksOf(text, 64);
        const QString moved = QStringLiteral("Before. ") + text;
        const PassageFinder finder(read, moved);
        const qsizetype second = verse.size() + story(10, 500).size();
        QCOMPARE(finder.rangesOf(300, 400), (QList<TextRange>{{308, 100}}));
        QCOMPARE(finder.rangesOf(second + 300, second + 400), (QList<TextRange>{{second + 308, 100}}));
    }

    void memoryIsNotInTheText() {
        const QString text = story(30);
        Prompt prompt;
        prompt.text = QStringLiteral("He never sleeps.") + text.sliced(100) + QStringLiteral("Be brief.");
        prompt.parts = {
            {.kind = PromptPart::Kind::Memory, .start = 0, .length = 16},
            {.kind = PromptPart::Kind::Story, .start = 16, .length = text.size() - 100, .inStory = 100},
            {.kind = PromptPart::Kind::Note, .start = text.size() - 84, .length = 9}};
        ReadChunks read{16, 1, 1, 1, {0}, 0, {}, {}};
        describeStory(read, prompt);
        const PassageFinder finder(read, text);
        QVERIFY(finder.rangesOf(0, 16).isEmpty());
        QCOMPARE(finder.rangesOf(0, 26), (QList<TextRange>{{100, 10}}));
        QVERIFY(finder.rangesOf(text.size() - 84, text.size() - 75).isEmpty());
    }

    void aNovelIsSearchedInNoTime() {
        const QString text = story(14'000); // 130,000 words and more
        const ReadChunks read = chunksOf(text, 8192);
        QElapsedTimer timer;
        timer.start();
        const PassageFinder finder(read, text);
        const qint64 untouched = timer.restart();
        const QString moved = QStringLiteral("Now. ") + text;
        const PassageFinder other(read, moved);
        const qint64 shifted = timer.elapsed();
        QCOMPARE(other.rangesOf(8192, 16384), (QList<TextRange>{{8197, 8192}}));
        qInfo("%lld units: %lld ms, moved %lld ms", static_cast<long long>(text.size()),
              static_cast<long long>(untouched), static_cast<long long>(shifted));
    }

    // Each of two thousand pieces fits in a quarter of a million places.
    void aTextOfOnePatternIsSearchedToo() {
        const QString text = QStringLiteral("ab").repeated(250'000);
        const PassageFinder finder(chunksOf(text, 8192), QStringLiteral("x") + text);
        QCOMPARE(finder.rangesOf(8192, 16384), (QList<TextRange>{{8193, 8192}}));
        QCOMPARE(finder.rangesOf(0, text.size()), (QList<TextRange>{{1, text.size()}}));
    }

    void aTokenLooksBackAtPassages() {
        constexpr int kChunk = 64;
        const QString text = story(12);
        Document document;
        document.reset(SpannedText(text, Origin::Typed));
        RunHistory runs(document);
        LookingBack looking(runs, document);
        RunRecord record;
        record.id = record.attemptOf = 1;
        record.model.architecture = QStringLiteral("rwkv-x");
        runs.add(record);
        QVERIFY(looking.hasLooks(1));
        QVERIFY(!looking.hasLooks(2));
        const ReadChunks read = chunksOf(text, kChunk);
        runs.addLooks(1, read, {});
        // Long enough to have chunks of its own: a word of 4 units is one token here.
        QString written;
        QList<RunToken> tokens;
        QList<QByteArray> looks;
        const qsizetype complete = (text.size() + 3) / kChunk;
        for (int token = 0; token < 150; ++token) {
            tokens.append({token, written.size(), written.size() + 4, 0.5F});
            written += QStringLiteral(" %1").arg(token + 100);
            looks.append(ScriptedGenerator::looksOf(token, (text.size() + token) / kChunk));
        }
        runs.append(1, written, tokens, {});
        runs.addLooks(1, {}, looks);
        QVERIFY(document.beginGeneration(1, text.size()));
        QVERIFY(document.appendGenerated(1, written));
        document.endGeneration(1);

        const auto first = looking.at({1, 3});
        QVERIFY(first);
        QCOMPARE(first->blocks, 2);
        QCOMPARE(first->heads, 4);
        // Block 0: all heads at chunk 3; block 1: one at the first, three at the last.
        QCOMPARE(first->passages.size(), 3);
        QCOMPARE(first->passages[0], (Passage{0, {0, 1}, {{0, kChunk}}}));
        QCOMPARE(first->passages[1], (Passage{3, {4, 0}, {{3 * kChunk, kChunk}}}));
        QCOMPARE(first->passages[2], (Passage{complete - 1, {0, 3}, {{(complete - 1) * kChunk, kChunk}}}));
        QCOMPARE(first->standing(), 3);
        // The chunk in which the run begins is of both texts, and stands as one.
        const auto later = looking.at({1, 140});
        QVERIFY(later);
        const Passage& last = later->passages.last();
        QCOMPARE(last.chunk, (text.size() + 140) / kChunk - 1);
        const qsizetype ownTokens = last.chunk * kChunk - text.size();
        QVERIFY(ownTokens > 0);
        QCOMPARE(last.ranges, (QList<TextRange>{{text.size() + 4 * ownTokens, 4 * kChunk}}));

        // Text that changes is no more marked; what follows it has moved.
        document.applyUserEdit(0, 10, QStringLiteral("Once"));
        const auto edited = looking.at({1, 3});
        QCOMPARE(edited->standing(), 1);
        QVERIFY(edited->passages[0].ranges.isEmpty());
        QCOMPARE(edited->passages[2].ranges.size(), 1);
        // Of a token that was not read nothing is known.
        QVERIFY(!looking.at({1, 150}));
        QVERIFY(!looking.at({1, -1}));
    }

    void earlierRunsComeFromTheFile() {
        Document document;
        document.reset(SpannedText(story(5), Origin::Typed));
        RunHistory runs(document);
        LookingBack looking(runs, document);
        RunRecord hybrid, plain;
        hybrid.id = hybrid.attemptOf = 1;
        hybrid.model.architecture = QStringLiteral("rwkv-x");
        plain.id = plain.attemptOf = 2;
        plain.model.architecture = QStringLiteral("rwkv7");
        runs.reset({hybrid, plain}, {});
        QSignalSpy wanted(&runs, &RunHistory::storedLooksWanted);
        QSignalSpy changed(&looking, &LookingBack::changed);
        QVERIFY(!looking.at({1, 0}));
        QVERIFY(!looking.at({1, 0})); // asked for once
        QVERIFY(!looking.at({2, 0})); // never
        QCOMPARE(wanted.size(), 1);
        runs.storedLooksLoaded(1, {chunksOf(story(5), 64), {ScriptedGenerator::looksOf(0, 4)}});
        QCOMPARE(changed.size(), 1);
        QCOMPARE(looking.at({1, 0})->passages.size(), 2);
        QVERIFY(!looking.at({1, 1}));
        // What cannot be read is not asked for again.
        runs.reset({hybrid}, {});
        QVERIFY(!looking.at({1, 0}));
        runs.storedLooksLoaded(1, {});
        QVERIFY(!looking.at({1, 0}));
        QCOMPARE(wanted.size(), 2);
    }
};

QTEST_GUILESS_MAIN(LookingBackTest)
#include "looking_back_test.moc"
