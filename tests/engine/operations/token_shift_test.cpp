// Both token shifts against plain loops in double.
#include "engine/operations/rows/dynamic_shift.h"
#include "engine/operations/rows/token_shift.h"
#include "tests/support/instruction_sets.h"
#include "tests/support/random_tensor.h"
#include "tests/support/reference/dynamic_shift.h"
#include "tests/support/reference/token_shift.h"
#include "tests/support/tensor_comparison.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <span>

using namespace engine;
using support::randomTensor;
using support::toDouble;

class TokenShiftTest : public QObject {
    Q_OBJECT

private:
    static void sizes() {
        QTest::addColumn<int>("tokens");
        QTest::addColumn<int>("width");
        QTest::newRow("one token") << 1 << 64;
        QTest::newRow("one wide token") << 1 << 2048;
        QTest::newRow("odd sizes") << 7 << 101;
        QTest::newRow("several threads") << 130 << 264;
    }

private slots:
    void blendsWithThePreviousToken_data() { sizes(); }

    void blendsWithThePreviousToken() {
        QFETCH(int, tokens);
        QFETCH(int, width);
        const auto w = static_cast<std::size_t>(width);
        const auto stream = randomTensor(static_cast<std::size_t>(tokens) * w, 1, 2);
        const auto weight = randomTensor(w, 2);
        const auto bias = randomTensor(w, 3);
        const auto before = randomTensor(w, 4);
        const std::array mixes{randomTensor(w, 5), randomTensor(w, 6), randomTensor(w, 7)};
        const auto p = reference::layerNorm(toDouble(stream), toDouble(weight), toDouble(bias));
        const auto rows = reference::withPrevious(toDouble(before), p);
        ThreadPool pool(2);
        support::onEveryInstructionSet([&](const char* target) {
            auto previous = before;
            std::vector<float> normalised(stream.size() + w);
            std::array<std::vector<float>, 3> outputs;
            std::array<TokenShiftUse, 3> uses;
            for (std::size_t i = 0; i < uses.size(); ++i) {
                outputs[i].resize(stream.size());
                uses[i] = {mixes[i].data(), outputs[i].data()};
            }
            cpu::tokenShift({tokens,
                             width,
                             stream.data(),
                             {weight.data(), bias.data()},
                             previous.data(),
                             normalised.data(),
                             uses},
                            pool);
            for (std::size_t i = 0; i < uses.size(); ++i) {
                const auto expected = reference::blend(rows, toDouble(mixes[i]));
                const auto result = support::compare(outputs[i], std::span<const double>(expected));
                QVERIFY2(result.isWithin(1e-5 * (1 + result.largestMagnitude)),
                         qPrintable(QString("%1: %2").arg(target, result.describe().c_str())));
            }
            const auto kept = support::compare(normalised, std::span<const double>(rows));
            QVERIFY2(kept.isWithin(2e-5), kept.describe().c_str());
            QVERIFY(std::ranges::equal(previous, std::span(normalised).last(w))); // the state is the last p
        });
    }

    void dynamicShiftEqualsReference_data() { sizes(); }

    void dynamicShiftEqualsReference() {
        for (const DataType type : {DataType::Float32, DataType::Float16, DataType::BFloat16})
            compareDynamicShift(type);
    }

private:
    static void compareDynamicShift(DataType type) {
        QFETCH(int, tokens);
        QFETCH(int, width);
        constexpr int kRank = 19;
        const auto w = static_cast<std::size_t>(width);
        const auto t = static_cast<std::size_t>(tokens);
        const auto normalised = randomTensor((t + 1) * w, 1);
        const auto hidden = randomTensor(t * 5 * kRank, 2);
        const auto stored =
            LinearWeights::fromFloat32(randomTensor(5 * kRank * w, 3, 0.3), 5 * kRank, width, type);
        QVERIFY(stored);
        const auto factors = support::valuesOf(*stored);
        const auto mix = randomTensor(5 * w, 4, 0.3, 0.5);
        ThreadPool pool(2);
        support::onEveryInstructionSet([&](const char* target) {
            auto scratch = hidden;
            std::vector<float> outputs(5 * t * w);
            DynamicShift op{tokens, width, kRank, normalised.data(), scratch.data(), stored->matrix(), {}};
            for (std::size_t j = 0; j < 5; ++j)
                op.uses[j] = {mix.data() + j * w, outputs.data() + j * t * w};
            cpu::dynamicShift(op, pool);
            for (std::size_t j = 0; j < 5; ++j) {
                std::vector<double> own; // the j-th fifth of every hidden row
                for (std::size_t row = 0; row < t; ++row)
                    own.insert(own.end(), hidden.begin() + static_cast<std::ptrdiff_t>((row * 5 + j) * kRank),
                               hidden.begin() + static_cast<std::ptrdiff_t>((row * 5 + j + 1) * kRank));
                const auto factor =
                    toDouble({factors.begin() + static_cast<std::ptrdiff_t>(j * kRank * w),
                              factors.begin() + static_cast<std::ptrdiff_t>((j + 1) * kRank * w)});
                const auto ownMix = toDouble({mix.begin() + static_cast<std::ptrdiff_t>(j * w),
                                              mix.begin() + static_cast<std::ptrdiff_t>((j + 1) * w)});
                const auto expected =
                    reference::dynamicShift(toDouble(normalised), own, kRank, factor, ownMix);
                const auto result =
                    support::compare(std::span<const float>(outputs).subspan(j * t * w, t * w),
                                     std::span<const double>(expected));
                QVERIFY2(result.isWithinShare(1e-6),
                         qPrintable(QString("%1, %2, use %3: %4")
                                        .arg(target, QString::fromStdString(std::string(name(type))))
                                        .arg(j)
                                        .arg(result.describe().c_str())));
            }
        });
    }
};

QTEST_GUILESS_MAIN(TokenShiftTest)
#include "token_shift_test.moc"
