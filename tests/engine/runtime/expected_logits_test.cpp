// expected_logits_test.cpp: whole forward passes of published tiny models against the logits of the original
// implementation (docs/data.md).
#include "engine/model/model.h"
#include "engine/runtime/session.h"
#include "engine/runtime/state/state.h"
#include "tests/support/tensor_comparison.h"

#include <QDir>
#include <QFile>
#include <QTest>

#include <cstring>

using namespace engine;

namespace {

std::vector<float> readFloats(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const QByteArray bytes = file.readAll();
    std::vector<float> values(static_cast<std::size_t>(bytes.size()) / sizeof(float));
    std::memcpy(values.data(), bytes.constData(), values.size() * sizeof(float));
    return values;
}

} // namespace

class ExpectedLogitsTest : public QObject {
    Q_OBJECT

private slots:
    void tinyModelsGiveTheirExpectedLogits_data() {
        QTest::addColumn<QString>("model");
        QTest::addColumn<QString>("expected");
        QTest::addColumn<double>("tolerance");
        QTest::newRow("5.2, float32") << "tiny-rwkv-5v2-730K-FP32.bin"
                                      << "expected-logits-5v2-730K.bin" << 1e-3;
        QTest::newRow("7, float32") << "tiny-rwkv-7v0-834K-FP32.bin"
                                    << "expected-logits-7v0-834K.bin" << 1e-3;
        // Half precision and quantisation move single logits by this much at a deviation of about 5.
        QTest::newRow("7, float16") << "tiny-rwkv-7v0-834K-FP16.bin"
                                    << "expected-logits-7v0-834K.bin" << 0.05;
        QTest::newRow("5.2, Q5_1") << "tiny-rwkv-5v2-730K-Q5_1.bin"
                                   << "expected-logits-5v2-730K.bin" << 1.0;
        QTest::newRow("6, Q5_1") << "tiny-rwkv-6v0-3m-Q5_1.bin"
                                 << "expected-logits-6v0-3m.bin" << 0.2;
    }

    void tinyModelsGiveTheirExpectedLogits() {
        QFETCH(QString, model);
        QFETCH(QString, expected);
        QFETCH(double, tolerance);
        const QDir folder(INKGATE_SHARED_DIR "/data/tiny-rwkv");
        const auto wanted = readFloats(folder.filePath(expected));
        QCOMPARE(wanted.size(), std::size_t{256});
        const auto loaded = Model::load(folder.filePath(model).toStdString(), {});
        QVERIFY2(loaded.has_value(), loaded ? "" : loaded.error().message.c_str());

        Session session(*loaded, std::make_shared<ThreadPool>());
        const std::vector<int> tokens{34, 105, 110};
        std::vector<float> logits(256);
        State atOnce((*loaded)->config());
        QVERIFY(session.prefill(atOnce, tokens, logits).has_value());
        const auto prefilled = support::compare(logits, std::span<const float>(wanted));
        QVERIFY2(prefilled.isWithin(tolerance), prefilled.describe().c_str());
        qInfo("prefill: %s", prefilled.describe().c_str());

        State oneByOne((*loaded)->config());
        for (const int token : tokens)
            QVERIFY(session.decode(oneByOne, token, logits).has_value());
        const auto decoded = support::compare(logits, std::span<const float>(wanted));
        QVERIFY2(decoded.isWithin(tolerance), decoded.describe().c_str());
    }
};

QTEST_GUILESS_MAIN(ExpectedLogitsTest)
#include "expected_logits_test.moc"
