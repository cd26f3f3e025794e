// random_model_spec_test.cpp: what `bench --random` and its `--gate` understand.
#include "engine/cli/commands/bench/random_model_spec.h"
#include "engine/model/enhancement_names.h"

#include <QTest>

using namespace engine;

class RandomModelSpecTest : public QObject {
    Q_OBJECT

private slots:
    void sizesAreRead() {
        const auto config = parseRandomModel("rwkv7:24x2048:65536", "conv-routing");
        QVERIFY(config);
        QCOMPARE(config->architecture, Architecture::Rwkv7);
        QCOMPARE(config->layers, 24);
        QCOMPARE(config->width, 2048);
        QCOMPARE(config->vocabulary, 65536);
        QCOMPARE(config->enhancement.variant, EnhancementConfig::Variant::ConvRouting);
    }

    void sparseBlocksAreRead() {
        const auto config = parseRandomModel("rwkv-x:12+4x768:65536", "none");
        QVERIFY(config);
        QCOMPARE(architectureName(*config), std::string_view("rwkv-x"));
        QCOMPARE(config->layers, 12);
        QCOMPARE(config->sparse.blocks, 4);
        QCOMPARE(config->width, 768);
    }

    void everyNameLeadsBackToItsEnhancement() {
        for (const char* name :
             {"none", "adaptive", "adaptive-mlp", "no-layernorm", "fixed-gate", "conv-routing"}) {
            const auto config = enhancementNamed(name);
            QVERIFY2(config, name);
            QCOMPARE(describe(*config), std::string(name));
        }
    }

    void otherTextIsRefused_data() {
        QTest::addColumn<QByteArray>("spec");
        for (const char* spec :
             {"", "rwkv6", "rwkv6:", "rwkv6:2x64", "rwkv6:2x64:", "rwkv6:2:64:256", "rwkv6:x64:256",
              "rwkv6:0x64:256", "rwkv6:2x-64:256", "rwkv6:2x64:256x", "rwkv4:2x64:256", "rwkv6:2+1x64:256",
              "rwkv-x:2x64:256", "rwkv-x:2+x64:256", "rwkv6:2x64:99999999999999", "rwkv6:2x64x3:256"})
            QTest::newRow(spec) << QByteArray(spec);
    }
    void otherTextIsRefused() {
        QFETCH(QByteArray, spec);
        const auto config = parseRandomModel(spec.toStdString(), "none");
        QVERIFY(!config);
        QCOMPARE(config.error().code, ErrorCode::InvalidArgument);
    }
};

QTEST_GUILESS_MAIN(RandomModelSpecTest)
#include "random_model_spec_test.moc"
