// course_test.cpp: what changes in the course of a training (batches that grow, documents in another
// order, weights that are averaged, its log): it is the same to the bit when stopped and resumed.
#include "engine/formats/checkpoint.h"
#include "engine/training/run/training_log.h"
#include "engine/training/run/weight_average.h"
#include "engine/training/trainer.h"
#include "engine/training/training_file.h"
#include "tests/engine/training/text_folder.h"
#include "tests/engine/training/training_fixture.h"

#include <QTest>

#include <cmath>
#include <csignal>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace engine;

class TrainingCourseTest : public QObject {
    Q_OBJECT

private slots:
    void init() {
        m_folder = std::make_unique<fixture::TextFolder>();
        QVERIFY(m_folder->writeText());
    }

    // All settings at once, stopped before, at and behind each change.
    void resumedTrainingEqualsUnbrokenOne_data() {
        QTest::addColumn<bool>("isRwkv7");
        QTest::newRow("rwkv6") << false;
        QTest::newRow("rwkv7, muon, full-routing") << true;
    }
    void resumedTrainingEqualsUnbrokenOne() {
        QFETCH(bool, isRwkv7);
        TrainingSettings whole = changing("whole.safetensors");
        if (isRwkv7) {
            whole.shape.model.architecture = Architecture::Rwkv7;
            whole.shape.model.enhancement = fixture::enhancement("full-routing");
            whole.useMuon(true);
        }
        TrainingSettings broken = whole;
        broken.output = m_folder->path("broken.safetensors");
        const TrainingResult result = run(whole, false);
        QCOMPARE(result.tokens, std::int64_t(10 * 8 * 32));
        QCOMPARE(result.step, std::int64_t(16 + 4));
        QCOMPARE(result.weights->averagedSteps, std::int64_t(4 + 4));
        for (const int stopAt : {3, 8, 9, 15, 18})
            QCOMPARE(run(broken, true, stopAt).step, std::int64_t(stopAt));
        const TrainingResult resumed = run(broken, true);
        QCOMPARE(resumed.step, result.step);
        compareFiles(whole, broken);
        // A training that is complete stays as it is.
        run(broken, true);
        compareFiles(whole, broken);
    }

    void documentsInAnotherOrderAreAnotherTraining() {
        TrainingSettings segments = m_folder->small("segments.safetensors"),
                         documents = m_folder->small("documents.safetensors");
        documents.order = TextOrder::Documents;
        run(segments, false);
        run(documents, false);
        QVERIFY(tensor(segments.output, "head.weight") != tensor(documents.output, "head.weight"));
    }

    // The better of the last weights and their mean becomes the model; until the end it has the last ones.
    // Small steps each better the model; of steps that are too large the mean is better than the last, but
    // not at every rate: how a training swings depends on rounding, so on the processor. The first rate at
    // which it comes out as wanted will do; what is claimed of a training must hold at every one.
    void modelHasTheWeightsThatValidateBetter_data() {
        QTest::addColumn<QList<float>>("learningRates");
        QTest::addColumn<bool>("isMeanBetter");
        QTest::newRow("each step better than the one before") << QList<float>{2e-3f} << false;
        QTest::newRow("steps that are too large") << QList<float>{0.08f, 0.12f, 0.18f, 0.25f, 0.4f} << true;
    }
    void modelHasTheWeightsThatValidateBetter() {
        QFETCH(QList<float>, learningRates);
        QFETCH(bool, isMeanBetter);
        bool isWanted = false;
        for (qsizetype i = 0; i < learningRates.size() && !isWanted; ++i) {
            const auto choice = choiceAt(learningRates[i]);
            if (QTest::currentTestFailed())
                return;
            isWanted = choice.isMeanBetter() == isMeanBetter;
        }
        QVERIFY2(isWanted, "at no rate was it the weights of this row");
    }

    void logGoesOnWithTheTraining() {
        TrainingSettings s = changing("model.safetensors");
        s.checkpointSeconds = 0; // a row after every step
        run(s, false, 9);
        run(s, true);
        const auto rows = readTrainingLog(s.logPath());
        QVERIFY2(rows.has_value(), rows ? "" : rows.error().message.c_str());
        QCOMPARE(rows->size(), std::size_t(20));
        const BatchSchedule batches = s.batches();
        for (std::size_t i = 0; i < rows->size(); ++i) {
            QCOMPARE(rows->at(i).step, std::int64_t(i) + 1);
            QCOMPARE(rows->at(i).tokens, batches.tokensBefore(std::int64_t(i) + 1));
            QVERIFY(i == 0 || rows->at(i).seconds >= rows->at(i - 1).seconds);
        }
        QVERIFY(rows->back().validationBitsPerByte.has_value());
    }

    // A log that cannot be written any more ends the training in one sentence; the checkpoint has all steps.
    // Here a pipe whose reader leaves, as a disk cannot be filled for the log alone.
    void logThatFailsStopsWithACheckpoint() {
        TrainingSettings s = m_folder->small("model.safetensors");
        s.checkpointSeconds = 1000;
        s.validateEvery = 1; // a report after every step
        s.log = m_folder->path("log.csv");
        std::signal(SIGPIPE, SIG_IGN);
        QCOMPARE(::mkfifo(s.log.c_str(), 0600), 0);
        const int reader = ::open(s.log.c_str(), O_RDONLY | O_NONBLOCK);
        QVERIFY(reader >= 0);
        const auto result = train(s, false, m_pool,
                                  [&](const TrainingReport& r) {
                                      if (r.step == 4)
                                          ::close(reader);
                                  },
                                  {});
        QVERIFY(!result.has_value());
        QCOMPARE(result.error().code, ErrorCode::WriteFailed);
        QVERIFY(result.error().message.find("log.csv: the log could not be written") != std::string::npos);
        QCOMPARE(readTrainingProgress(checkpointPath(s.output))->step, std::int64_t(4));
    }

    void wrongSettingsAreNamed() {
        const auto messageOf = [&](const TrainingSettings& settings) {
            const auto result = train(settings, false, m_pool, [](const TrainingReport&) {}, {});
            return result ? QString() : QString::fromStdString(result.error().message);
        };
        TrainingSettings s = changing("model.safetensors");
        s.batchGrowth = {{0.2, 3}};
        QVERIFY(messageOf(s).contains("sequences (3) must be a multiple"));
        for (const std::vector<BatchStage>& wrong :
             {std::vector<BatchStage>{{0.4, 2}, {0.2, 4}}, {{0.2, 4}, {0.4, 2}}, {{0.2, 8}}, {{1, 4}}}) {
            s.batchGrowth = wrong;
            QVERIFY2(messageOf(s).contains("grow"), qPrintable(messageOf(s)));
        }
        s = changing("model.safetensors");
        s.validation.clear();
        QVERIFY(messageOf(s).contains("--validation"));
        s = changing("model.safetensors");
        s.validateEvery = 0;
        QVERIFY(messageOf(s).contains("validate_every must be an integer from 1"));
    }

private:
    // Trains at that rate and checks that what was chosen is what is in the model.
    WeightChoice choiceAt(float learningRate) {
        WeightChoice choice;
        [&] {
            TrainingSettings s = m_folder->small("model.safetensors");
            s.learningRate = s.finalLearningRate = learningRate;
            s.averageLast = 0.3;
            s.tokens = 20 * 4 * 32;
            s.checkpointSeconds = 0; // a checkpoint after every step
            std::vector<double> sum;
            std::vector<float> last;
            int steps = 0;
            std::string said;
            const auto result = train(s, false, m_pool,
                                      [&](const TrainingReport& r) {
                                          if (r.note.find("kept") != std::string::npos)
                                              said = r.note;
                                          if (r.step == 0)
                                              return;
                                          last = tensor(checkpointPath(s.output), "parameters");
                                          QVERIFY(isModelOf(s, "head.weight", last));
                                          if (r.step <= 14)
                                              return;
                                          sum.resize(last.size());
                                          for (std::size_t i = 0; i < sum.size(); ++i)
                                              sum[i] += last[i];
                                          ++steps;
                                      },
                                      {});
            QVERIFY2(result.has_value(), result ? "" : result.error().message.c_str());
            QCOMPARE(steps, 6);
            const auto mean = tensor(checkpointPath(s.output), "average");
            QCOMPARE(mean.size(), sum.size());
            for (std::size_t i = 0; i < mean.size(); ++i)
                QVERIFY2(
                    std::abs(mean[i] - sum[i] / steps) <= 1e-6 * std::max(1.0, std::abs(sum[i] / steps)),
                    qPrintable(QString("%1 at %2 instead of %3").arg(mean[i]).arg(i).arg(sum[i] / steps)));
            choice = *result->weights;
            const bool isMeanBetter = choice.meanBitsPerByte < choice.lastBitsPerByte;
            QCOMPARE(choice.isMeanBetter(), isMeanBetter);
            QVERIFY(isModelOf(s, "head.weight", isMeanBetter ? mean : last));
            QVERIFY2(said.find(isMeanBetter ? "the mean is kept" : "the last ones are kept") !=
                         std::string::npos,
                     said.c_str());
            const auto model = Checkpoint::open(s.output);
            QCOMPARE(model->metadata().at("inkgate.training_weights"), toJson(choice));
        }();
        return choice;
    }

    // 2 sequences for 8 steps, 4 for 8, 8 for 4 and the remainder: 20 steps, 8 of which are averaged.
    TrainingSettings changing(const char* output) const {
        TrainingSettings s = m_folder->small(output);
        s.sequences = 8;
        s.microBatch = 1;
        s.tokens = 10 * 8 * 32;
        s.batchGrowth = {{0.2, 2}, {0.6, 4}};
        s.order = TextOrder::Documents;
        s.averageLast = 0.6;
        s.weightDecaySchedule = WeightDecaySchedule::Linear;
        s.decay = LearningRateDecay::Linear;
        return s;
    }

    // To the end, or to a step.
    TrainingResult run(TrainingSettings settings, bool resume, int stopAt = 0) {
        if (stopAt > 0)
            settings.checkpointSeconds = 0; // a report after every step, from which to stop
        std::stop_source stop;
        auto result = train(
            settings, resume, m_pool,
            [&](const TrainingReport& r) {
                if (stopAt > 0 && r.step >= stopAt)
                    stop.request_stop();
            },
            stop.get_token());
        if (!result)
            qFatal("%s", result.error().message.c_str());
        return *result;
    }

    static std::vector<float> tensor(const std::filesystem::path& path, const char* name) {
        const auto file = Checkpoint::open(path);
        if (!file || file->find(name) == nullptr)
            qFatal("%s has no %s", path.c_str(), name);
        const auto values = file->readFloat32(name, file->find(name)->shape);
        return {values->data(), values->data() + values->size()};
    }

    // Whether the model's tensor is that of `parameters`, of all tensors, as far as bfloat16 tells.
    static bool isModelOf(TrainingSettings settings, const char* name, const std::vector<float>& parameters) {
        if (!settings.complete(*makeByteTokenizer(), 2))
            return false;
        const ParameterLayout layout(settings.shape);
        const Parameter& p = *layout.find(name);
        const std::vector<float> found = tensor(settings.output, name);
        for (std::size_t i = 0; i < p.size; ++i)
            if (std::abs(found[i] - parameters[p.offset + i]) > 0.004f * std::abs(parameters[p.offset + i]))
                return false;
        return true;
    }

    static void compareFiles(const TrainingSettings& a, const TrainingSettings& b) {
        const auto model = Checkpoint::open(a.output), other = Checkpoint::open(b.output);
        QVERIFY(model.has_value() && other.has_value());
        QCOMPARE(*other->fingerprint(), *model->fingerprint());
        QCOMPARE(other->metadata().at("inkgate.training_weights"),
                 model->metadata().at("inkgate.training_weights"));
        // Moments, states and the mean among them.
        const auto point = Checkpoint::open(checkpointPath(a.output)),
                   otherPoint = Checkpoint::open(checkpointPath(b.output));
        QCOMPARE(*otherPoint->fingerprint(), *point->fingerprint());
    }

    std::unique_ptr<fixture::TextFolder> m_folder;
    ThreadPool m_pool{2};
};

QTEST_GUILESS_MAIN(TrainingCourseTest)
#include "course_test.moc"
