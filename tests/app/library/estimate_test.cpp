// What a model would take of this machine, against figures worked out by hand.
#include "app/library/estimate.h"

#include "app/library/catalogue.h"
#include "app/library/machine.h"

#include <QTest>

using namespace app;

namespace {

RemoteModel model(const QString& name) { return *findModel(builtInCatalogue(), name); }

const QString kSmall = QStringLiteral("rwkv7-g1d-0.1b-20260129-ctx8192.pth");

bool isNear(double value, double expected) { return std::abs(value - expected) < 0.005 * expected; }

} // namespace

class EstimateTest : public QObject {
    Q_OBJECT

private slots:
    // 12 layers of width 768: 2 * 65536 * 768 of embedding and head, 12 * 12 * 768^2 of matrices and 2 %
    // more: 187.3 million. A token reads all but the embedding (50.3 million, 26.9 %) and half of the value
    // matrices (12 * 4 * 768^2 / 2 = 14.2 million, 7.6 %).
    void bytesPerToken() {
        const RemoteModel small = model(kSmall);
        QVERIFY(isNear(parametersOf(small), 187.3e6));
        const ModelEstimate estimate = estimateOf(small, {qint64{8} << 30, {10, 10, 10}});
        QVERIFY(isNear(estimate.bytesPerToken, 382'223'725 * (1 - 50.33 / 187.3 - 14.16 / 187.3)));
        QVERIFY(isNear(estimate.tokensPerSecond, 10e9 / estimate.bytesPerToken));
    }

    void rwkv6HasMatricesOfItsOwn() {
        const RemoteModel six = model(QStringLiteral("RWKV-x060-World-1B6-v2.1-20240328-ctx4096.pth"));
        QVERIFY(isNear(parametersOf(six), 2.0 * 65536 * 2048 + 1.02 * 24 * 13 * 2048.0 * 2048));
    }

    void eachTypeOfWeightsHasItsRate() {
        const MachineFacts machine{qint64{64} << 30, {20, 17, 13}};
        const auto rate = [&](const char* name) {
            const ModelEstimate estimate = estimateOf(model(QString::fromLatin1(name)), machine);
            return estimate.tokensPerSecond * estimate.bytesPerToken;
        };
        QVERIFY(isNear(rate("rwkv7-g1e-1.5b-20260309-ctx8192.pth"), 20e9));
        QVERIFY(isNear(rate("rwkv7-g1e-1.5b-Q8_0.gguf"), 17e9));
        QVERIFY(isNear(rate("rwkv7-g1e-7.2b-Q5_K_M-better_quantization-20260319.gguf"), 13e9));
    }

    void memoryFitsIsTightOrTooLarge() {
        const RemoteModel small = model(kSmall);
        const qint64 needed = estimateOf(small, {}).memoryBytes;
        QVERIFY(needed > small.file.bytes + 150'000'000 && needed < small.file.bytes + 400'000'000);
        const auto fit = [&](qint64 free) { return estimateOf(small, {free, {}}).fit; };
        QCOMPARE(fit(needed * 2), MemoryFit::Fits);
        QCOMPARE(fit(needed * 5 / 4 + 1), MemoryFit::Fits);
        QCOMPARE(fit(needed * 5 / 4 - 2), MemoryFit::Tight);
        QCOMPARE(fit(needed), MemoryFit::Tight);
        QCOMPARE(fit(needed - 1), MemoryFit::TooLarge);
        QCOMPARE(fit(-1), MemoryFit::Unknown);
    }

    void whatIsNotKnownIsNotGuessed() {
        QCOMPARE(estimateOf(model(kSmall), {qint64{8} << 30, {}}).tokensPerSecond, 0.0);
        RemoteModel pasted;
        pasted.file.bytes = 1'000'000'000;
        const ModelEstimate estimate = estimateOf(pasted, {qint64{8} << 30, {10, 10, 10}});
        QCOMPARE(estimate.fit, MemoryFit::Fits);
        QCOMPARE(estimate.tokensPerSecond, 0.0);
        pasted.file.bytes = -1;
        QCOMPARE(estimateOf(pasted, {qint64{8} << 30, {10, 10, 10}}).memoryBytes, -1);
    }

    void freeMemoryIsThatOfThisMachine() {
        const qint64 free = freeMemory();
        QVERIFY2(free > (qint64{16} << 20) && free < (qint64{64} << 40), qPrintable(QString::number(free)));
    }
};

QTEST_GUILESS_MAIN(EstimateTest)
#include "estimate_test.moc"
