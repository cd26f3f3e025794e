// A voice is fitted in the background: it tells how far it is, stops, goes on, and says what is wrong.
#include "app/voice/voice_files.h"
#include "app/voice/voice_fit.h"
#include "engine/model/model.h"
#include "tests/app/support/small_models.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace app;

class VoiceFitTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QVERIFY(writeSmallModels(m_folder.path()));
        while (m_text.size() < 12'000)
            m_text += QStringLiteral("The rain in Spain stays mainly in the plain. ");
    }

    void fitsInTheBackground() {
        VoiceFit fit(voices(), QThread::InheritPriority);
        QSignalSpy progressed(&fit, &VoiceFit::progressed), finished(&fit, &VoiceFit::finished);
        QVERIFY(fit.start(request(QStringLiteral("Mine"))));
        QVERIFY(fit.isRunning());
        QVERIFY(!fit.start(request(QStringLiteral("Another")))); // one at a time
        QVERIFY(finished.wait(60'000));
        QVERIFY(!fit.isRunning());
        const auto outcome = finished.first().first().value<VoiceOutcome>();
        QVERIFY2(outcome.kind == VoiceOutcome::Kind::Ready, qPrintable(outcome.message + outcome.details));
        QVERIFY(outcome.betterByPercent > 0);
        QCOMPARE(gateLabel(outcome.gate), QStringLiteral("Mine"));
        QCOMPARE(voicesOf(voices(), base()), QStringList{outcome.gate});
        QVERIFY(engine::Model::load(base().toStdString(), outcome.gate.toStdString(), {}).has_value());
        QVERIFY(progressed.count() > 2);
        QVERIFY(fit.progress().heldOutLosses.size() > 2);
        QVERIFY(fit.progress().heldOutLosses.last().y() < fit.progress().heldOutLosses.first().y());
        QVERIFY(std::abs(fit.progress().betterByPercent - outcome.betterByPercent) < 1e-9);
    }

    void goesOnWhereItWasStopped() {
        const auto stopped =
            stopAfter(request(QStringLiteral("Stopped")), 3); // the base's, and two of the gate
        QVERIFY(stopped.has_value());
        VoiceFit fit(voices(), QThread::InheritPriority);
        QSignalSpy finished(&fit, &VoiceFit::finished), progressed(&fit, &VoiceFit::progressed);
        QVERIFY(fit.start(request(QStringLiteral("Stopped"))));
        QVERIFY(finished.wait(60'000));
        QVERIFY(progressed.first().first().value<VoiceProgress>().share > 0); // not from the beginning
        const auto ended = finished.takeFirst().first().value<VoiceOutcome>();
        QCOMPARE(ended.kind, VoiceOutcome::Kind::Ready);
        QVERIFY(ended.betterByPercent >= stopped->betterByPercent);
    }

    // A voice that is complete is the writer's: no other text may take its name.
    void aVoiceIsNotReplaced() {
        const VoiceRequest first = request(QStringLiteral("Kept"));
        const VoiceOutcome kept = outcomeOf(first);
        QCOMPARE(kept.kind, VoiceOutcome::Kind::Ready);
        const QByteArray before = contentOf(kept.gate);
        VoiceRequest other = first;
        other.text = QString(m_text).replace(QLatin1String("rain"), QLatin1String("snow"));
        const VoiceOutcome refused = outcomeOf(other);
        QCOMPARE(refused.kind, VoiceOutcome::Kind::Failed);
        QVERIFY2(refused.message.contains(QStringLiteral("“Kept”")), qPrintable(refused.message));
        QCOMPARE(contentOf(kept.gate), before);
    }

    // Neither may one that was stopped, if it has learned something; a checkpoint that is broken is no
    // hindrance where nothing was.
    void whatWasBegunWithAnotherTextIsNotGoneOnWith() {
        VoiceRequest begun = request(QStringLiteral("Begun"));
        QVERIFY(stopAfter(begun, 3)); // the base's loss, and two of the gate
        begun.text = QString(m_text).replace(QLatin1String("rain"), QLatin1String("snow"));
        QVERIFY(outcomeOf(begun).message.contains(QStringLiteral("another text")));
        const QString unborn = voiceFile(voices(), base(), QStringLiteral("Unborn"));
        QFile broken(unborn + QStringLiteral(".checkpoint"));
        QVERIFY(broken.open(QIODevice::WriteOnly) && broken.write("{}") > 0);
        broken.close();
        QCOMPARE(outcomeOf(request(QStringLiteral("Unborn"))).kind, VoiceOutcome::Kind::Ready);
    }

    void leavingStopsIt() {
        auto fit = std::make_unique<VoiceFit>(voices());
        QVERIFY(fit->start(request(QStringLiteral("Left"))));
        fit.reset();
    }

    void readsFiles() {
        QFile file(m_folder.filePath("mine.txt"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(m_text.toUtf8());
        file.close();
        VoiceRequest fromFile = request(QStringLiteral("From a file"));
        fromFile.text.clear();
        fromFile.files = {file.fileName()};
        QCOMPARE(outcomeOf(fromFile).kind, VoiceOutcome::Kind::Ready);
    }

    void saysWhatIsWrong_data() {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("says");
        QTest::newRow("too little") << "text"
                                    << "1,800 words";
        QTest::newRow("too little in a file") << "small file"
                                              << "1,800 words";
        QTest::newRow("a model with a gate") << "gated"
                                             << "a gate of its own";
        QTest::newRow("a folder that can't be written") << "folder"
                                                        << "Choose another name";
        QTest::newRow("no such file") << "file"
                                      << "nothing.txt";
        QTest::newRow("no such model") << "model"
                                       << "no model";
        QTest::newRow("no name") << "name"
                                 << "Choose another name";
    }
    void saysWhatIsWrong() {
        QFETCH(QString, what);
        QFETCH(QString, says);
        VoiceRequest bad = request(QStringLiteral("Bad"));
        QString folder = voices();
        if (what == QLatin1String("text"))
            bad.text = QStringLiteral("Two hundred bytes of text.");
        else if (what == QLatin1String("small file")) {
            bad.text.clear();
            bad.files = {m_folder.filePath("small.txt")};
            QFile small(bad.files.first());
            QVERIFY(small.open(QIODevice::WriteOnly) && small.write("A few words.") > 0);
        } else if (what == QLatin1String("gated"))
            bad.model = m_folder.filePath("gated.safetensors");
        else if (what == QLatin1String("folder"))
            folder = QStringLiteral("/proc/voices");
        else if (what == QLatin1String("file"))
            bad.files = {m_folder.filePath("nothing.txt")};
        else if (what == QLatin1String("model"))
            bad.model = m_folder.filePath("no model");
        else
            bad.name = QStringLiteral("/");
        const VoiceOutcome outcome = outcomeOf(bad, folder);
        QCOMPARE(outcome.kind, VoiceOutcome::Kind::Failed);
        QVERIFY2(outcome.message.contains(says), qPrintable(outcome.message));
        QVERIFY(outcome.gate.isEmpty());
    }

private:
    QString voices() const { return m_folder.filePath("voices"); }
    QString base() const { return smallBase(m_folder.path()).model; }
    VoiceRequest request(const QString& name) const { return {base(), m_text, {}, name}; }

    VoiceOutcome outcomeOf(const VoiceRequest& request) const { return outcomeOf(request, voices()); }
    static VoiceOutcome outcomeOf(const VoiceRequest& request, const QString& folder) {
        VoiceFit fit(folder, QThread::InheritPriority);
        QSignalSpy finished(&fit, &VoiceFit::finished);
        if (!fit.start(request) || !finished.wait(60'000))
            return {};
        return finished.first().first().value<VoiceOutcome>();
    }

    // Stops when so many held-out losses are there; nothing if it did not stop.
    std::optional<VoiceOutcome> stopAfter(const VoiceRequest& request, int losses) const {
        VoiceFit fit(voices(), QThread::InheritPriority);
        QSignalSpy finished(&fit, &VoiceFit::finished);
        connect(&fit, &VoiceFit::progressed, &fit, [&fit, losses](const VoiceProgress& progress) {
            if (progress.heldOutLosses.size() == losses)
                fit.stop();
        });
        if (!fit.start(request) || !finished.wait(60'000))
            return std::nullopt;
        const auto outcome = finished.first().first().value<VoiceOutcome>();
        const bool isStopped = outcome.kind == VoiceOutcome::Kind::Stopped && fit.progress().share < 1;
        return isStopped ? std::optional(outcome) : std::nullopt;
    }

    static QByteArray contentOf(const QString& path) {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    QTemporaryDir m_folder;
    QString m_text;
};

QTEST_GUILESS_MAIN(VoiceFitTest)
#include "voice_fit_test.moc"
