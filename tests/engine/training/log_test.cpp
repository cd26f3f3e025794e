// log_test.cpp: the log of a training: rows, resuming, full disks, files of others.
#include "engine/training/run/training_log.h"

#include "tests/engine/training/text_folder.h"

#include <QTest>

using namespace engine;

class TrainingLogTest : public QObject {
    Q_OBJECT

private slots:
    void rowsComeBack() {
        write({report(10, 3.5), report(20, 3.25, 1.5)}, 0);
        QCOMPARE(m_folder.read("log.csv"),
                 QByteArray("step,tokens,training_nats_per_token,validation_bits_per_byte,learning_rate,"
                            "gradient_norm,tokens_per_second,seconds\n"
                            "10,1280,3.50000,,1.0000e-03,0.75,100.5,10.0\n"
                            "20,2560,3.25000,1.50000,1.0000e-03,0.75,100.5,20.0\n"));
        const auto rows = readTrainingLog(m_folder.path("log.csv"));
        QVERIFY(rows.has_value());
        QCOMPARE(rows->size(), std::size_t(2));
        QVERIFY(!rows->front().validationBitsPerByte);
        QCOMPARE(*rows->back().validationBitsPerByte, 1.5);
        QCOMPARE(rows->back().tokens, std::int64_t(2560));
    }

    // The checkpoint was of step 20; what came behind it is done again.
    void resumedTrainingHasEachRowOnce() {
        write({report(10, 3), report(20, 2), report(30, 1)}, 0);
        write({report(25, 1.5), report(35, 1)}, 20);
        const auto rows = readTrainingLog(m_folder.path("log.csv"));
        QVERIFY(rows.has_value());
        std::vector<std::int64_t> steps;
        for (const TrainingLogRow& row : *rows)
            steps.push_back(row.step);
        QCOMPARE(steps, (std::vector<std::int64_t>{10, 20, 25, 35}));
        QCOMPARE(rows->at(2).seconds, 20.0 + 25.0); // goes on from that of step 20
        write({report(5, 3)}, 0);                   // a new training begins anew
        QCOMPARE(readTrainingLog(m_folder.path("log.csv"))->size(), std::size_t(1));
    }

    void piecesOfALineAreLeftOut() {
        write({report(10, 3), report(20, 2)}, 0);
        const QByteArray whole = m_folder.read("log.csv");
        QVERIFY(m_folder.write("log.csv", whole + "30,3840,1.0"));
        QCOMPARE(readTrainingLog(m_folder.path("log.csv"))->size(), std::size_t(2));
        QVERIFY(m_folder.write("log.csv", whole + QByteArray(5, '\0') + "\n30,3840\n"));
        QCOMPARE(readTrainingLog(m_folder.path("log.csv"))->size(), std::size_t(2));
        write({report(30, 1)}, 30);
        QCOMPARE(readTrainingLog(m_folder.path("log.csv"))->size(), std::size_t(3));
    }

    void lossesThatAreNoNumbersComeBack() {
        write({report(10, std::nan(""))}, 0);
        const auto rows = readTrainingLog(m_folder.path("log.csv"));
        QVERIFY(rows.has_value() && rows->size() == 1 && std::isnan(rows->front().loss));
    }

    void filesOfOthersAreLeftAlone() {
        QVERIFY(m_folder.write("log.csv", "name,price\nbread,2\n"));
        for (const std::int64_t step : {0, 20}) {
            const auto log = TrainingLog::open(m_folder.path("log.csv"), step);
            QVERIFY(!log.has_value());
            QVERIFY(log.error().message.find("log.csv") != std::string::npos);
            QVERIFY(log.error().message.find("--log") != std::string::npos);
        }
        QCOMPARE(m_folder.read("log.csv"), QByteArray("name,price\nbread,2\n"));
        QCOMPARE(readTrainingLog(m_folder.path("log.csv")).error().code, ErrorCode::FileDamaged);
        QCOMPARE(readTrainingLog(m_folder.path("absent.csv")).error().code, ErrorCode::FileNotFound);
    }

    void fullDiskIsSaid() {
        if (!QFile::exists("/dev/full"))
            QSKIP("needs /dev/full");
        const auto log = TrainingLog::open("/dev/full", 0);
        QVERIFY(!log.has_value());
        QCOMPARE(log.error().code, ErrorCode::WriteFailed);
        QVERIFY(log.error().message.find("/dev/full") != std::string::npos);
        QCOMPARE(TrainingLog::open(m_folder.path("absent/log.csv"), 0).error().code, ErrorCode::WriteFailed);
    }

private:
    static TrainingReport report(std::int64_t step, double loss, std::optional<double> validation = {}) {
        TrainingReport r;
        r.step = step;
        r.tokens = step * 128;
        r.loss = loss;
        r.gradientNorm = 0.75;
        r.learningRate = 1e-3;
        r.tokensPerSecond = 100.5;
        r.seconds = static_cast<double>(step);
        r.validationBitsPerByte = validation;
        return r;
    }
    void write(const std::vector<TrainingReport>& reports, std::int64_t step) const {
        auto log = TrainingLog::open(m_folder.path("log.csv"), step);
        QVERIFY2(log.has_value(), log ? "" : log.error().message.c_str());
        for (const TrainingReport& r : reports)
            QVERIFY(log->add(r).has_value());
    }

    fixture::TextFolder m_folder;
};

QTEST_GUILESS_MAIN(TrainingLogTest)
#include "log_test.moc"
