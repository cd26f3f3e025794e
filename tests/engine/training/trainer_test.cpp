// The whole trainer on byte tokens: it learns, resumes to the bit, stops, starts from a model, and says what
// is wrong.
#include "engine/formats/checkpoint.h"
#include "engine/model/enhancement_names.h"
#include "engine/model/model.h"
#include "engine/training/trainer.h"
#include "engine/training/training_file.h"
#include "tests/engine/training/text_folder.h"
#include "tests/engine/training/training_fixture.h"

#include <QFile>
#include <QTest>

#include <cmath>
#include <limits>

using namespace engine;

class TrainerTest : public QObject {
    Q_OBJECT

private slots:
    void init() {
        m_folder = std::make_unique<fixture::TextFolder>();
        QVERIFY(m_folder->writeText());
    }

    void learnsARepeatedText_data() {
        QTest::addColumn<bool>("isRwkv7");
        QTest::addColumn<bool>("gated");
        for (const bool isRwkv7 : {false, true}) {
            QTest::addRow("rwkv%d base", isRwkv7 ? 7 : 6) << isRwkv7 << false;
            QTest::addRow("rwkv%d adaptive", isRwkv7 ? 7 : 6) << isRwkv7 << true;
        }
    }

    void learnsARepeatedText() {
        QFETCH(bool, isRwkv7);
        QFETCH(bool, gated);
        TrainingSettings settings = small("model.safetensors");
        if (isRwkv7)
            settings.shape.model.architecture = Architecture::Rwkv7;
        if (gated)
            settings.shape.model.enhancement.variant = EnhancementConfig::Variant::Adaptive;
        settings.tokens = 120 * 4 * 32;
        double last = 0, validation = 0;
        ThreadPool pool(2);
        const auto result = train(settings, false, pool,
                                  [&](const TrainingReport& r) {
                                      last = r.loss;
                                      validation = r.validationBitsPerByte.value_or(validation);
                                  },
                                  {});
        QVERIFY2(result.has_value(), result ? "" : result.error().message.c_str());
        QVERIFY(result->isComplete);
        QVERIFY2(validation > 0 && validation < 1.0,
                 qPrintable(QString::number(validation))); // 8 for an untrained one
        const auto model = Checkpoint::open(settings.output);
        QVERIFY(model.has_value());
        QCOMPARE(model->metadata().count("inkgate.enhancement"), std::size_t(gated ? 1 : 0));
        QCOMPARE(model->find("blocks.0.att.key.weight")->type, DataType::BFloat16);
        QCOMPARE(model->find("blocks.0.ln1.weight")->type, DataType::Float32);
        const auto loaded = Model::load(settings.output, {}); // as every program that runs such models
        QVERIFY2(loaded.has_value(), loaded ? "" : loaded.error().message.c_str());
        QCOMPARE((*loaded)->config().architecture, settings.shape.model.architecture);
    }

    void resumedRunEqualsUnbrokenRun_data() {
        QTest::addColumn<bool>("isRwkv7");
        QTest::addColumn<bool>("usesMuon");
        QTest::newRow("rwkv6") << false << false;
        QTest::newRow("rwkv7") << true << false;
        QTest::newRow("rwkv7, muon, full-routing") << true << true;
    }
    void resumedRunEqualsUnbrokenRun() {
        QFETCH(bool, isRwkv7);
        QFETCH(bool, usesMuon);
        ThreadPool pool(2);
        TrainingSettings whole = small("whole.safetensors");
        if (isRwkv7)
            whole.shape.model.architecture = Architecture::Rwkv7;
        whole.muon.isUsed = usesMuon;
        if (usesMuon)
            whole.shape.model.enhancement = fixture::enhancement("full-routing");
        QVERIFY(train(whole, false, pool, [](const TrainingReport&) {}, {}).has_value());

        TrainingSettings broken = small("broken.safetensors");
        broken.shape = whole.shape;
        broken.muon = whole.muon;
        broken.checkpointSeconds = 0; // a report after every step, from which to stop
        for (const int stopAt : {3, 7}) {
            std::stop_source stop;
            const auto part = train(
                broken, true, pool,
                [&](const TrainingReport& r) {
                    if (r.step >= stopAt)
                        stop.request_stop();
                },
                stop.get_token());
            QVERIFY2(part.has_value(), part ? "" : part.error().message.c_str());
            QVERIFY(!part->isComplete);
            QCOMPARE(part->step, std::int64_t(stopAt));
        }
        QVERIFY(train(broken, true, pool, [](const TrainingReport&) {}, {}).has_value());
        const auto a = Checkpoint::open(whole.output), b = Checkpoint::open(broken.output);
        QVERIFY(a.has_value() && b.has_value());
        QCOMPARE(*b->fingerprint(), *a->fingerprint());
    }

    void startsFromAModelWithAFreshOptimiser() {
        ThreadPool pool(2);
        TrainingSettings first = small("first.safetensors");
        first.tokens = 100 * 4 * 32;
        double lossAtEnd = 0;
        QVERIFY(
            train(first, false, pool, [&](const TrainingReport& r) { lossAtEnd = r.loss; }, {}).has_value());
        TrainingSettings second = small("second.safetensors");
        second.init = first.output;
        second.warmup = 0;
        second.learningRate = second.finalLearningRate = 1e-6f;
        second.checkpointSeconds = 0;
        std::optional<double> lossAtStart;
        QVERIFY(train(second, false, pool,
                      [&](const TrainingReport& r) {
                          if (!lossAtStart && r.step > 0)
                              lossAtStart = r.loss;
                      },
                      {})
                    .has_value());
        QVERIFY2(*lossAtStart < lossAtEnd + 0.7,
                 qPrintable(QString("%1 after %2").arg(*lossAtStart).arg(lossAtEnd)));
    }

    // A gate put on a trained base adds nothing at first: without LayerNorm the first loss is the base's.
    void startsAGateOnATrainedBase_data() {
        QTest::addColumn<QString>("gate");
        for (const char* gate : {"conv-routing-no-layernorm", "full-routing-no-layernorm",
                                 "source-gates-no-layernorm", "no-layernorm"})
            QTest::newRow(gate) << gate;
    }
    void startsAGateOnATrainedBase() {
        QFETCH(QString, gate);
        ThreadPool pool(2);
        TrainingSettings first = small("plain.safetensors");
        QVERIFY(train(first, false, pool, [](const TrainingReport&) {}, {}).has_value());
        const auto lossAtStart = [&](const char* enhancement) {
            TrainingSettings s = small("more.safetensors");
            s.init = first.output;
            s.tokens = s.sequences * s.window;
            const auto config = enhancementNamed(enhancement);
            if (config)
                s.shape.model.enhancement = *config;
            double loss = std::numeric_limits<double>::quiet_NaN();
            if (!config || !train(s, false, pool, [&](const TrainingReport& r) { loss = r.loss; }, {}))
                return std::numeric_limits<double>::quiet_NaN();
            return loss;
        };
        const double base = lossAtStart("none"), gated = lossAtStart(gate.toLatin1().constData());
        // The paper's gate starts at 0.0025, which is not quite nothing.
        QVERIFY2(std::abs(gated - base) < 2e-3 * base,
                 qPrintable(QString("%1 beside the base's %2").arg(gated).arg(base)));
    }

    // The model written on stopping is enough to go on from, without its checkpoint: the same data at the
    // same steps.
    void goesOnFromAModelWhereItsTrainingStopped() {
        ThreadPool pool(2);
        TrainingSettings settings = small("whole.safetensors");
        settings.segment =
            settings.window; // no state is carried, so a batch's loss depends on the weights alone
        settings.checkpointSeconds = 0;
        std::vector<double> whole(11), rest(11);
        QVERIFY(train(settings, false, pool,
                      [&](const TrainingReport& r) { whole[std::size_t(r.step)] = r.loss; }, {})
                    .has_value());

        settings.output = path("part.safetensors");
        std::stop_source stop;
        QVERIFY(train(
                    settings, false, pool,
                    [&](const TrainingReport& r) {
                        if (r.step == 6)
                            stop.request_stop();
                    },
                    stop.get_token())
                    .has_value());
        const auto part = Checkpoint::open(settings.output);
        QVERIFY(part.has_value());
        const auto record = modelTrainingRecord(*part);
        QVERIFY2(record.has_value(), record ? "" : record.error().message.c_str());
        QCOMPARE(record->step, std::int64_t(6));

        settings.init = settings.output;
        settings.firstStep = 6;
        settings.output = path("rest.safetensors");
        const auto result = train(settings, false, pool,
                                  [&](const TrainingReport& r) { rest[std::size_t(r.step)] = r.loss; }, {});
        QVERIFY2(result.has_value(), result ? "" : result.error().message.c_str());
        QCOMPARE(result->step, std::int64_t(10));
        QCOMPARE(result->tokens, settings.tokens);
        QCOMPARE(rest[6], 0.0); // nothing was done twice
        // Only the file's bfloat16 weights stand between the two.
        QVERIFY2(std::abs(rest[7] - whole[7]) < 0.02 * whole[7],
                 qPrintable(QString("%1 instead of %2").arg(rest[7]).arg(whole[7])));
        QVERIFY(rest[10] < whole[6]); // and it learns on
    }

    void wrongSettingsAreNamed() {
        ThreadPool pool(2);
        const auto messageOf = [&](const TrainingSettings& settings) {
            const auto result = train(settings, false, pool, [](const TrainingReport&) {}, {});
            return result ? QString() : QString::fromStdString(result.error().message);
        };
        TrainingSettings s = small("model.safetensors");
        s.shape.model.headSize = 24;
        QVERIFY(messageOf(s).contains("head size"));
        s = small("model.safetensors");
        s.sequences = 3;
        QVERIFY(messageOf(s).contains("multiple"));
        s = small("model.safetensors");
        s.firstStep = 3; // of no model
        QVERIFY(messageOf(s).contains("step 3"));
        s = small("model.safetensors");
        s.text = path("missing.txt");
        QVERIFY(messageOf(s).contains("missing.txt"));
        QVERIFY(m_folder->write("short.txt", "Too short."));
        s.text = path("short.txt");
        QVERIFY(messageOf(s).contains("too short"));
        s = small("no-such-folder/model.safetensors");
        QVERIFY(messageOf(s).contains("no-such-folder"));
    }

    void damagedCheckpointIsRefused() {
        ThreadPool pool(2);
        TrainingSettings settings = small("model.safetensors");
        QVERIFY(train(settings, false, pool, [](const TrainingReport&) {}, {}).has_value());
        QFile checkpoint(QString::fromStdString(checkpointPath(settings.output).string()));
        QVERIFY(checkpoint.open(QIODevice::ReadWrite));
        QVERIFY(checkpoint.resize(checkpoint.size() / 2));
        checkpoint.close();
        const auto result = train(settings, true, pool, [](const TrainingReport&) {}, {});
        QVERIFY(!result.has_value());
        QCOMPARE(result.error().code, ErrorCode::FileDamaged);
        // A model of other sizes is not continued either.
        settings = small("other.safetensors");
        QVERIFY(train(settings, false, pool, [](const TrainingReport&) {}, {}).has_value());
        settings.shape.model.layers = 3;
        QVERIFY(!train(settings, true, pool, [](const TrainingReport&) {}, {}).has_value());
    }

private:
    TrainingSettings small(const char* output) const { return m_folder->small(output); }
    std::filesystem::path path(const char* name) const { return m_folder->path(name); }

    std::unique_ptr<fixture::TextFolder> m_folder;
};

QTEST_GUILESS_MAIN(TrainerTest)
#include "trainer_test.moc"
