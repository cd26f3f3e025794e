// enhancement_config_test.cpp: what the metadata of a file says of its enhancement, read and written.
#include "engine/model/config.h"
#include "tests/support/model_writer.h"

#include <QTest>

using namespace engine;

class EnhancementConfigTest : public QObject {
    Q_OBJECT

private slots:
    void enhancementsSurviveTheirJson() {
        for (EnhancementConfig config : support::allEnhancements()) {
            const auto back = enhancementFromJson(toJson(config));
            QVERIFY2(back.has_value(), toJson(config).c_str());
            config.rank = config.kernel = 0; // sizes are in the tensors
            QVERIFY2(*back == config, toJson(config).c_str());
        }
        EnhancementConfig slow = support::allEnhancements().back();
        slow.scales = 3; // a mean of millions of tokens, one of a few, and a decay that float32 rounds
        slow.decays = {0.99999994f, 1e-7f, 0.123456789f};
        slow.rank = slow.kernel = 0;
        QVERIFY2(*enhancementFromJson(toJson(slow)) == slow, toJson(slow).c_str());
        QVERIFY(toJson(support::allEnhancements().back()).find("[0.75,0.9,0.97,0.99]") != std::string::npos);
        for (const char* bad :
             {"", "[]", "{}", "{\"variant\": 3}", "{\"variant\": \"adaptive\", \"shift\": \"up\"}",
              "{\"variant\": \"adaptive\", \"gate\": null}", "{\"variant\": \"multi-scale\", \"decays\": []}",
              "{\"variant\": \"multi-scale\", \"decays\": [0.5, 1]}",
              "{\"variant\": \"multi-scale\", \"decays\": [0.99999999999]}", // 1 in float32
              "{\"variant\": \"multi-scale\", \"decays\": [\"0.5\"]}",
              "{\"variant\": \"conv-routing\", \"layernorm\": 1}", "{\"variant\": \"adaptive\""})
            QCOMPARE(enhancementFromJson(bad).error().code, ErrorCode::FileDamaged);
    }

    void sourcesAreWrittenAsTheyAreRead_data() {
        QTest::addColumn<QByteArray>("json");
        QTest::newRow("one") << QByteArray(
            R"({"variant":"source-gates","sources":["x0-1"],"group":8,"layernorm":true})");
        QTest::newRow("any order") << QByteArray(
            R"({"variant":"source-gates","sources":["mean:0.9","h-64","x0","h-1","mean:0.123456789"],)"
            R"("group":8,"layernorm":false})");
    }
    void sourcesAreWrittenAsTheyAreRead() {
        QFETCH(QByteArray, json);
        const auto config = enhancementFromJson(json.toStdString());
        QVERIFY2(config.has_value(), config ? "" : config.error().message.c_str());
        json.replace("0.123456789", "0.12345679"); // the shortest that is the same float32
        QCOMPARE(QByteArray::fromStdString(toJson(*config)), json);
    }

    void sourcesThatAreNoneAreRefused_data() {
        QTest::addColumn<QByteArray>("keys");
        QTest::addColumn<QByteArray>("says");
        QTest::newRow("no list") << QByteArray("\"group\": 8") << QByteArray("need a list of sources");
        QTest::newRow("no texts") << QByteArray("\"sources\": [1]") << QByteArray("need a list of sources");
        QTest::newRow("none") << QByteArray("\"sources\": []") << QByteArray("1 to 32 sources, found 0");
        for (const char* unknown : {"h-0", "h-65", "h-", "h-1x", "h1", "x1", "x0-2", "mean", ""})
            QTest::addRow("\"%s\"", unknown)
                << QByteArray("\"sources\": [\"h-1\", \"") + unknown + "\"]" << QByteArray("unknown source");
        for (const char* decay : {"0", "1", "-0.5", "1.5", "nan", "", "0.99999999999", "1e-60", "0.5x"})
            QTest::addRow("mean:%s", decay) << QByteArray("\"sources\": [\"mean:") + decay + "\"]"
                                            << QByteArray("must be a number between 0 and 1");
        QTest::newRow("twice") << QByteArray(R"("sources": ["mean:0.5", "x0", "mean:0.50"])")
                               << QByteArray("mean:0.5 stands twice");
        QTest::newRow("too many means") << QByteArray(R"("sources": ["mean:0.1", "mean:0.2", "mean:0.3",
            "mean:0.4", "mean:0.5", "mean:0.6", "mean:0.7", "mean:0.8", "mean:0.9"])")
                                        << QByteArray("at most 8 sources may be means, found 9");
        QTest::newRow("group") << QByteArray(R"("sources": ["x0"], "group": 16)")
                               << QByteArray("a group of 8 channels, not of 16");
        QTest::newRow("no group") << QByteArray(R"("sources": ["x0"], "group": "8")")
                                  << QByteArray("a group of 8 channels, not of \"8\"");
    }
    void sourcesThatAreNoneAreRefused() {
        QFETCH(QByteArray, keys);
        QFETCH(QByteArray, says);
        const auto config =
            enhancementFromJson(("{\"variant\": \"source-gates\", " + keys + "}").toStdString());
        QVERIFY(!config.has_value());
        QCOMPARE(config.error().code, ErrorCode::FileDamaged);
        const QByteArray message = QByteArray::fromStdString(config.error().message);
        QVERIFY2(message.contains(says), message.constData());
        QVERIFY2(!message.contains('\n'), message.constData());
    }
};

QTEST_GUILESS_MAIN(EnhancementConfigTest)
#include "enhancement_config_test.moc"
