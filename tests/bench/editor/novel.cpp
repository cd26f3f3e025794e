#include "tests/bench/editor/novel.h"

#include <QRandomGenerator>
#include <QStringList>

#include <algorithm>

namespace bench {

namespace {

// "the" comes about once in twelve words, as in English prose: some 11,000 times in 130,000 words.
QString word(QRandomGenerator& random) {
    static const QStringList kWords =
        QStringLiteral("a and of to in was she he it that her his with had as for on at from but not they by "
                       "river house window morning evening letter garden kitchen mother brother stranger "
                       "remember believe wonder answer listen follow return silence weather mountain village "
                       "harbour lantern whisper shadow quietly slowly nothing something never always again "
                       "before after between through against across towards without because although")
            .split(u' ');
    return random.bounded(12) == 0 ? QStringLiteral("the") : kWords[random.bounded(kWords.size())];
}

QString sentence(QRandomGenerator& random, int& words) {
    const int length = 4 + random.bounded(18);
    QString text;
    for (int i = 0; i < length; ++i) {
        QString next = word(random);
        if (i == 0)
            next[0] = next[0].toUpper();
        text += (i == 0                   ? QString()
                 : random.bounded(9) == 0 ? QStringLiteral(", ")
                                          : QStringLiteral(" ")) +
                next;
    }
    words += length;
    return text + u'.';
}

QString paragraph(QRandomGenerator& random, int sentences, int& words) {
    const bool isSaid = random.bounded(3) == 0;
    QString text = isSaid ? QStringLiteral("“") : QString();
    for (int i = 0; i < sentences; ++i)
        text += (i == 0 ? QString() : QStringLiteral(" ")) + sentence(random, words);
    return isSaid ? text + u'”' : text;
}

} // namespace

app::SpannedText novel(const NovelPlan& plan) {
    QRandomGenerator random(17);
    QString text;
    int words = 0;
    for (int count = 0; words < plan.words; ++count) {
        if (count % 120 == 0)
            text += QStringLiteral("Chapter %1\n\n").arg(count / 120 + 1);
        // Most are short, every hundredth is as long as a page or ten.
        const int sentences = count % 100 == 50 ? 100 + random.bounded(400) : 1 + random.bounded(8);
        text += paragraph(random, sentences, words) + u'\n';
    }
    QList<app::Span> spans;
    const qsizetype pieces = std::max(plan.generatedPieces, 1);
    const qsizetype stretch = text.size() / pieces;
    for (qsizetype run = 1; run <= pieces; ++run) {
        const qsizetype all = run == pieces ? text.size() - stretch * (pieces - 1) : stretch;
        const qsizetype written = plan.generatedPieces > 0 ? stretch / 3 : 0;
        app::appendSpan(spans, {all - 2 * written, app::Origin::Typed, 0, 0});
        app::appendSpan(spans, {written, app::Origin::Generated, run, 0});
        app::appendSpan(spans, {std::min<qsizetype>(written, 7), app::Origin::Edited, run, 0});
        app::appendSpan(spans,
                        {written - std::min<qsizetype>(written, 7), app::Origin::Generated, run, written});
    }
    return *app::SpannedText::fromSpans(text, spans);
}

QString longParagraph(qsizetype units) {
    QRandomGenerator random(18);
    int words = 0;
    QString text;
    while (text.size() < units)
        text += sentence(random, words) + u' ';
    return text;
}

} // namespace bench
