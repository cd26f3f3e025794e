#include "engine/backend/measured_limits.h"

#include "engine/operations/products/dense/matrix_product.h"

#include <QTest>

using namespace engine;

class MeasuredLimitsTest : public QObject {
    Q_OBJECT

private slots:
    // Wide bounds: what any desktop of the last fifteen years and any server of the next lies between.
    void bandwidthIsPlausible() {
        ThreadPool pool;
        const auto bandwidth = measureBandwidth(pool);
        QVERIFY(bandwidth.has_value());
        QVERIFY2(*bandwidth > 0.5 && *bandwidth < 5000, qPrintable(QString::number(*bandwidth)));
    }

    void matrixRateIsPlausible() {
        ThreadPool pool;
        const auto rate = measureMatrixRate(DataType::Float32, pool);
        QVERIFY(rate.has_value());
        QVERIFY2(*rate > 1 && *rate < 1e6, qPrintable(QString::number(*rate)));
    }

    void aRateMeasuredAgainIsTheBest() {
        ThreadPool pool;
        auto rate = MatrixRate::measure(DataType::Float32, pool);
        QVERIFY(rate.has_value());
        double best = rate->best();
        QVERIFY(best > 0);
        for (int i = 0; i < 3; ++i) {
            QVERIFY(rate->measureAgain().has_value());
            QVERIFY(rate->best() >= best);
            best = rate->best();
        }
        QCOMPARE(rate->seconds(), 2.0 * 2048 * 2048 * 2048 / best * 1e-9);
    }

    void unsupportedTypesAreErrors() {
        ThreadPool pool;
        const auto rate = measureMatrixRate(DataType::Int8, pool);
        QVERIFY(!rate.has_value());
        QCOMPARE(rate.error().code, ErrorCode::UnsupportedType);
        QCOMPARE(measureMatrixRate(DataType::BFloat16, pool).has_value(), hasBfloat16Products());
    }
};

QTEST_GUILESS_MAIN(MeasuredLimitsTest)
#include "measured_limits_test.moc"
