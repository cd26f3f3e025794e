// A gate is fitted to a text on a base that stays as it is: it helps by what it says, goes on to the bit, and
// says what is wrong.
#include "engine/evaluation/perplexity.h"
#include "engine/fitting/gate_fit.h"
#include "engine/formats/checkpoint.h"
#include "engine/model/model.h"
#include "engine/runtime/session.h"
#include "engine/training/trainer.h"
#include "engine/training/training_file.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <numbers>

using namespace engine;

class GateFitTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QVERIFY(m_folder.isValid());
        // What the bases know: something of English letters. What the gates shall learn: one writer's own.
        std::string text;
        for (int i = 0; i < 300; ++i)
            text += "The cat sat on the mat, and the dog lay by the door.\n\n";
        write("base.txt", text);
        for (int i = 0; m_own.size() < 14'000; ++i)
            m_own += "Zwo Boxkaempfer jagen Viktor quer ueber den " + std::to_string(i % 7) + ". Deich.\n\n";
        for (const auto architecture : {Architecture::Rwkv6, Architecture::Rwkv7}) {
            const auto trained =
                train(baseSettings(architecture), false, m_pool, [](const TrainingReport&) {}, {});
            QVERIFY2(trained.has_value(), trained ? "" : trained.error().message.c_str());
        }
    }

    void helpsByWhatItSays_data() {
        QTest::addColumn<bool>("isRwkv7");
        QTest::addColumn<bool>("isAdaptive");
        QTest::newRow("rwkv6, conv-routing") << false << false;
        QTest::newRow("rwkv7, conv-routing") << true << false;
        QTest::newRow("rwkv7, adaptive") << true << true;
    }

    void helpsByWhatItSays() {
        QFETCH(bool, isRwkv7);
        QFETCH(bool, isAdaptive);
        FitSettings settings = fit(isRwkv7, "voice.safetensors");
        if (isAdaptive)
            settings.gate = {.variant = EnhancementConfig::Variant::Adaptive, .layerNorm = false};
        double last = 1e9;
        const auto result = fitGate(settings, std::vector{m_own}, false, m_pool,
                                    [&](const FitReport& r) { last = r.heldOutLoss.value_or(last); }, {});
        QVERIFY2(result.has_value(), result ? "" : result.error().message.c_str());
        QVERIFY(result->isComplete);
        QVERIFY(result->helps());
        QVERIFY2(result->betterByPercent() > 5, qPrintable(QString::number(result->betterByPercent())));
        QVERIFY(last < 1e9);
        QVERIFY(!QFile::exists(path("voice.safetensors.checkpoint")));

        // The engine says the same of the held-out text, read as fits read it: by four sequences, each from a
        // window before its share on.
        const std::size_t begin = m_own.size() - heldOutBytes(), window = 256;
        for (const bool gated : {false, true}) {
            const auto model = gated ? Model::load(settings.model.base, settings.output, {})
                                     : Model::load(settings.model.base, {});
            QVERIFY2(model.has_value(), model ? "" : model.error().message.c_str());
            double nats = 0;
            for (std::size_t s = 0; s < 4; ++s) {
                const std::size_t first = begin + heldOutBytes() * s / 4,
                                  last = begin + heldOutBytes() * (s + 1) / 4;
                nats += natsOf(*model, m_own.substr(first - window, last - first + window)) -
                        natsOf(*model, m_own.substr(first - window, window));
            }
            const double found = nats / static_cast<double>(heldOutBytes());
            const double expected = gated ? result->lossAfter : result->lossBefore;
            // A document begins with a separator, which those sequences have not read.
            QVERIFY2(std::abs(found - expected) < 2e-3 * expected,
                     qPrintable(QString("%1 and %2").arg(found).arg(expected)));
        }
    }

    void resumedFitEqualsUnbrokenFit() {
        FitSettings settings = fit(true, "whole.safetensors");
        QVERIFY(
            fitGate(settings, std::vector{m_own}, false, m_pool, [](const FitReport&) {}, {}).has_value());
        settings.output = path("broken.safetensors").toStdString();
        std::stop_source stop, atOnce;
        atOnce.request_stop(); // before the base was measured
        const auto begun = fitGate(
            settings, std::vector{m_own}, false, m_pool, [](const FitReport&) {}, atOnce.get_token());
        QVERIFY(begun.has_value());
        QVERIFY(!begun->isComplete && !begun->helps());
        int evaluations = 0;
        const auto stopped = fitGate(
            settings, std::vector{m_own}, true, m_pool,
            [&](const FitReport& r) {
                if (r.heldOutLoss && ++evaluations == 3)
                    stop.request_stop();
            },
            stop.get_token());
        QVERIFY(stopped.has_value());
        QVERIFY(!stopped->isComplete);
        QVERIFY(stopped->helps());
        QVERIFY(QFile::exists(path("broken.safetensors"))); // what it had learned by then
        const auto other = fitGate(settings, std::vector{m_own + "One more line.\n"}, true, m_pool,
                                   [](const FitReport&) {}, {});
        QVERIFY(!other.has_value());
        QCOMPARE(other.error().code, ErrorCode::InvalidArgument);
        const auto resumed = fitGate(settings, std::vector{m_own}, true, m_pool, [](const FitReport&) {}, {});
        QVERIFY2(resumed.has_value(), resumed ? "" : resumed.error().message.c_str());
        QVERIFY(resumed->isComplete);
        QCOMPARE(bytes("broken.safetensors"), bytes("whole.safetensors"));
        const auto nothing = fitGate(settings, std::vector{m_own}, true, m_pool, [](const FitReport&) {}, {});
        QVERIFY(!nothing.has_value()); // no checkpoint is left
    }

    void belongsToItsBase() {
        FitSettings settings = fit(true, "voice7.safetensors");
        settings.passes = 1;
        QVERIFY(
            fitGate(settings, std::vector{m_own}, false, m_pool, [](const FitReport&) {}, {}).has_value());
        TrainingSettings other = baseSettings(Architecture::Rwkv7);
        other.output = path("other.safetensors").toStdString();
        other.seed = 9;
        other.tokens = 4 * 32;
        QVERIFY(train(other, false, m_pool, [](const TrainingReport&) {}, {}).has_value());
        const auto model = Model::load(other.output, settings.output, {});
        QVERIFY(!model.has_value());
        QCOMPARE(model.error().code, ErrorCode::GateMismatch);
    }

    void saysWhatIsWrong() {
        const auto failed = [&](const FitSettings& settings, const std::string& text) {
            const auto result =
                fitGate(settings, std::vector{text}, false, m_pool, [](const FitReport&) {}, {});
            return result ? ErrorCode::Internal : result.error().code;
        };
        FitSettings settings = fit(true, "voice.safetensors");
        QCOMPARE(failed(settings, ""), ErrorCode::InvalidArgument);
        QCOMPARE(failed(settings, std::string(200, 'x')), ErrorCode::InvalidArgument);
        settings.output = path("no such folder/voice.safetensors").toStdString();
        QCOMPARE(failed(settings, m_own), ErrorCode::WriteFailed);
        settings = fit(true, "voice.safetensors");
        settings.model.base = path("nothing.safetensors").toStdString();
        QCOMPARE(failed(settings, m_own), ErrorCode::FileNotFound);
        // A base that has a gate of its own.
        TrainingSettings gated = baseSettings(Architecture::Rwkv6);
        gated.output = path("gated.safetensors").toStdString();
        gated.tokens = 4 * 32;
        gated.shape.model.enhancement.variant = EnhancementConfig::Variant::Adaptive;
        QVERIFY(train(gated, false, m_pool, [](const TrainingReport&) {}, {}).has_value());
        settings.model.base = gated.output;
        QCOMPARE(failed(settings, m_own), ErrorCode::GateMismatch);
    }

private:
    QString path(const QString& name) const { return m_folder.filePath(name); }

    void write(const QString& name, const std::string& text) {
        QFile file(path(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text.data(), qsizetype(text.size()));
    }

    QByteArray bytes(const QString& name) const {
        QFile file(path(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    TrainingSettings baseSettings(Architecture architecture) const {
        TrainingSettings s;
        s.text = path("base.txt").toStdString();
        s.output = path(architecture == Architecture::Rwkv7 ? "rwkv7.safetensors" : "rwkv6.safetensors")
                       .toStdString();
        s.shape.model.architecture = architecture;
        s.shape.model.layers = 2;
        s.shape.model.width = 32;
        s.shape.model.headSize = 16;
        s.shape.mixRank = s.shape.decayRank = 8;
        s.sequences = 4;
        s.window = 32;
        s.segment = 128;
        s.tokens = 60 * 4 * 32;
        s.learningRate = 1e-2f;
        s.threads = 2;
        return s;
    }

    FitSettings fit(bool isRwkv7, const char* output) const {
        FitSettings s;
        s.model.base = path(isRwkv7 ? "rwkv7.safetensors" : "rwkv6.safetensors").toStdString();
        s.output = path(output).toStdString();
        s.gate = voiceGate();
        s.learningRate = 1e-2f;
        return s;
    }

    std::size_t heldOutBytes() const {
        const std::size_t cut = m_own.find("\n", m_own.size() * 9 / 10);
        return m_own.size() - m_own.find_first_not_of("\n ", cut);
    }

    double natsOf(std::shared_ptr<const Model> model, const std::string& text) {
        const auto pool = std::make_shared<ThreadPool>(2);
        Session session(std::move(model), pool);
        const auto report = measurePerplexity(session, *makeByteTokenizer(), *pool, text);
        return report ? report->bitsPerByte * std::numbers::ln2 * static_cast<double>(report->bytes)
                      : std::nan("");
    }

    QTemporaryDir m_folder;
    ThreadPool m_pool{2};
    std::string m_own;
};

QTEST_GUILESS_MAIN(GateFitTest)
#include "gate_fit_test.moc"
