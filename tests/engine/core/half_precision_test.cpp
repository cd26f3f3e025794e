// Half and bfloat16 conversions against plain arithmetic in double, for every one of their 65536 values.
#include "engine/core/data_type.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace engine;

namespace {

// The formats' definitions: sign, exponent with its bias, fraction.
double valueOf(std::uint16_t bits, int fractionBits, int bias) {
    const int exponentBits = 15 - fractionBits;
    const int exponent = (bits >> fractionBits) & ((1 << exponentBits) - 1);
    const int fraction = bits & ((1 << fractionBits) - 1);
    const double sign = bits & 0x8000 ? -1 : 1;
    if (exponent == (1 << exponentBits) - 1)
        return fraction ? std::numeric_limits<double>::quiet_NaN()
                        : sign * std::numeric_limits<double>::infinity();
    if (exponent == 0)
        return sign * std::ldexp(fraction, 1 - bias - fractionBits);
    return sign * std::ldexp((1 << fractionBits) + fraction, exponent - bias - fractionBits);
}

double halfValue(std::uint16_t bits) { return valueOf(bits, 10, 15); }
double bfloat16Value(std::uint16_t bits) { return valueOf(bits, 7, 127); }

// Every positive finite value of a 16-bit format and its successor: the value between them goes to the even
// one, its neighbours to the nearer one. `next` of the largest finite value stands in for infinity.
template <class ToFloat, class FromFloat>
int wrongRoundings(int largestFinite, double nextAfterLargest, ToFloat toFloat, FromFloat fromFloat) {
    int wrong = 0;
    for (int bits = 0; bits <= largestFinite; ++bits) {
        const double low = toFloat(static_cast<std::uint16_t>(bits));
        const double high =
            bits == largestFinite ? nextAfterLargest : toFloat(static_cast<std::uint16_t>(bits + 1));
        const auto middle = static_cast<float>((low + high) / 2); // exact: float has more fraction bits
        const float below = std::nextafter(middle, 0.0f);
        const float above = std::nextafter(middle, std::numeric_limits<float>::infinity());
        const int even = bits % 2 == 0 ? bits : bits + 1;
        for (const int sign : {0, 0x8000}) {
            const float s = sign ? -1.0f : 1.0f;
            wrong += fromFloat(s * middle) != (even | sign);
            wrong += fromFloat(s * below) != (bits | sign);
            wrong += fromFloat(s * above) != ((bits + 1) | sign);
        }
    }
    return wrong;
}

} // namespace

class HalfPrecisionTest : public QObject {
    Q_OBJECT

private slots:
    void everyHalfHasItsValue() {
        for (int i = 0; i < 65536; ++i) {
            const auto bits = static_cast<std::uint16_t>(i);
            const double expected = halfValue(bits);
            const float found = halfToFloat(bits);
            if (std::isnan(expected)) {
                QVERIFY2(std::isnan(found), qPrintable(QString::number(i, 16)));
            } else {
                QVERIFY(found == expected); // QCOMPARE would allow a difference
                QVERIFY(std::signbit(found) == std::signbit(expected));
            }
        }
    }

    void everyBfloat16HasItsValue() {
        for (int i = 0; i < 65536; ++i) {
            const auto bits = static_cast<std::uint16_t>(i);
            const double expected = bfloat16Value(bits);
            const float found = bfloat16ToFloat(bits);
            if (std::isnan(expected)) {
                QVERIFY2(std::isnan(found), qPrintable(QString::number(i, 16)));
            } else {
                QVERIFY(found == expected); // QCOMPARE would allow a difference
                QVERIFY(std::signbit(found) == std::signbit(expected));
            }
        }
    }

    void everyValueSurvivesThereAndBack() {
        for (int i = 0; i < 65536; ++i) {
            const auto bits = static_cast<std::uint16_t>(i);
            if (!std::isnan(halfValue(bits)))
                QCOMPARE(floatToHalf(halfToFloat(bits)), bits);
            if (!std::isnan(bfloat16Value(bits)))
                QCOMPARE(floatToBfloat16(bfloat16ToFloat(bits)), bits);
        }
    }

    void notANumberStaysQuietAndKeepsItsSign() {
        for (const std::uint32_t bits : {0x7F800001u, 0x7FC00000u, 0x7FFFFFFFu, 0xFF800001u, 0xFFC12345u}) {
            const float value = std::bit_cast<float>(bits);
            const std::uint16_t half = floatToHalf(value), brain = floatToBfloat16(value);
            QVERIFY(std::isnan(halfToFloat(half)) && (half & 0x0200));
            QVERIFY(std::isnan(bfloat16ToFloat(brain)) && (brain & 0x0040));
            QCOMPARE(half >> 15, static_cast<int>(bits >> 31));
            QCOMPARE(brain >> 15, static_cast<int>(bits >> 31));
        }
    }

    void halfRoundsToNearestAndTiesToEven() {
        QCOMPARE(wrongRoundings(0x7BFF, 65536.0, halfToFloat, floatToHalf), 0);
    }

    void bfloat16RoundsToNearestAndTiesToEven() {
        QCOMPARE(wrongRoundings(0x7F7F, 0x1p128, bfloat16ToFloat, floatToBfloat16), 0);
    }

    void tooLargeBecomesInfinityAndTooSmallZero() {
        QCOMPARE(floatToHalf(1e30f), std::uint16_t{0x7C00});
        QCOMPARE(floatToHalf(-std::numeric_limits<float>::infinity()), std::uint16_t{0xFC00});
        QCOMPARE(floatToHalf(std::numeric_limits<float>::denorm_min()), std::uint16_t{0});
        QCOMPARE(floatToHalf(-0.0f), std::uint16_t{0x8000});
        QCOMPARE(floatToBfloat16(std::numeric_limits<float>::max()), std::uint16_t{0x7F80});
        QCOMPARE(floatToBfloat16(-0.0f), std::uint16_t{0x8000});
    }
};

QTEST_GUILESS_MAIN(HalfPrecisionTest)
#include "half_precision_test.moc"
