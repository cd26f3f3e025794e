// generation_scores_test.cpp: the figures of a whole set, and their intervals.
#include "engine/evaluation/generation/generation_scores.h"

#include "engine/evaluation/generation/bleu.h"

#include <QTest>

#include <cmath>

using namespace engine;

class GenerationScoresTest : public QObject {
    Q_OBJECT

private:
    const std::vector<std::string> m_continuations{"the cat sat on the mat today", "the cat sat on a mat",
                                                   "la la la la la la", "nothing at all"};
    const std::vector<std::string> m_references{"the cat sat on the mat", "the cat lay on a mat all day",
                                                "one two three four", "nothing at all, he said"};

    static bool holds(const Estimate& estimate) {
        return estimate.interval.low <= estimate.value && estimate.value <= estimate.interval.high;
    }

private slots:
    void bleuIsOfAllTogether() {
        BleuCounts all;
        for (std::size_t i = 0; i < m_continuations.size(); ++i)
            all.add(bleuCounts(m_continuations[i], m_references[i]));
        const auto scores = scoreGenerations(m_continuations, m_references, {200, 1});
        QCOMPARE(scores.texts, m_continuations.size());
        QCOMPARE(scores.bleu.value, bleu(all));
        QCOMPARE(scores.brevityPenalty, brevityPenalty(all));
        QCOMPARE(scores.lengthRatio, 22.0 / 24.0);
        QVERIFY(std::abs(scores.rouge1.value - (12.0 / 13 + 10.0 / 14 + 0 + 6.0 / 8) / 4) < 1e-12);
        QVERIFY(std::abs(scores.repeatedFourGrams.value().value - 2.0 / 10) < 1e-12);
        QVERIFY(holds(scores.bleu) && holds(scores.rouge1) && holds(scores.rougeL) &&
                holds(*scores.selfBleu) && holds(*scores.repeatedFourGrams));
        QVERIFY(scores.bleu.interval.low < scores.bleu.interval.high);
    }

    void theSameEveryTime() {
        const auto once = scoreGenerations(m_continuations, m_references, {200, 9}),
                   again = scoreGenerations(m_continuations, m_references, {200, 9});
        QCOMPARE(once.bleu.interval.low, again.bleu.interval.low);
        QCOMPARE(once.selfBleu->interval.high, again.selfBleu->interval.high);
    }

    void whatOneTextCannotHaveIsAbsent() {
        const std::vector<std::string> one{"one two"}, reference{""};
        const auto scores = scoreGenerations(one, reference, {50, 1});
        QVERIFY(!scores.selfBleu && !scores.repeatedFourGrams);
        QCOMPARE(scores.bleu.value, 0.0);
        QCOMPARE(scores.lengthRatio, 0.0);
    }
};

QTEST_GUILESS_MAIN(GenerationScoresTest)
#include "generation_scores_test.moc"
