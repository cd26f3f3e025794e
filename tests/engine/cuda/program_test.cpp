// inkgate-cli with a device, which is emulated: the selftest, the same story as on the processor, its gates
// in the trace, and what it says where no device can be used.
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QProcessEnvironment>
#include <QTemporaryDir>
#include <QTest>

class ProgramTest : public QObject {
    Q_OBJECT

private:
    struct Ended {
        int status = -1;
        QByteArray output, errors;
        [[nodiscard]] QJsonObject json() const { return QJsonDocument::fromJson(output).object(); }
    };
    static Ended run(const QStringList& arguments, const QString& plugin = QStringLiteral(EMULATED_PLUGIN)) {
        QProcess program;
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("INKGATE_CUDA_PLUGIN"), plugin);
        program.setProcessEnvironment(environment);
        program.start(qEnvironmentVariable("INKGATE_CLI"), arguments);
        if (!program.waitForFinished(550'000))
            program.kill();
        return {program.exitCode(), program.readAllStandardOutput(), program.readAllStandardError()};
    }
    static QStringList story(const QString& device) {
        return {QStringLiteral("generate"),     QStringLiteral("--json"),
                QStringLiteral("--device"),     device,
                QStringLiteral("--gate"),       QStringLiteral("gated"),
                QStringLiteral("--prompt"),     QStringLiteral("Once upon a"),
                QStringLiteral("--max-tokens"), QStringLiteral("6"),
                QStringLiteral("--seed"),       QStringLiteral("7")};
    }

private slots:
    void passesTheSelftest() {
        const Ended ended = run({"selftest", "--json", "--quick", "--only",
                                 "embedding,tokenShift,adaptiveGate"}); // all of them: cuda_operations_test
        QVERIFY2(ended.status == 0, ended.errors.constData());
        QVERIFY(ended.json()[QStringLiteral("passed")].toInt() > 10);
        QCOMPARE(ended.json()[QStringLiteral("failed")].toInt(), 0);
    }

    void tellsTheStoryOfTheProcessor() {
        QTemporaryDir folder;
        const Ended device =
            run(story(QStringLiteral("cuda"))
                << QStringLiteral("--trace") << folder.filePath(QStringLiteral("device.sqlite")));
        const Ended processor =
            run(story(QStringLiteral("cpu"))
                << QStringLiteral("--trace") << folder.filePath(QStringLiteral("cpu.sqlite")));
        QVERIFY2(device.status == 0, device.errors.constData());
        QVERIFY2(processor.status == 0, processor.errors.constData());
        QCOMPARE(device.json()[QStringLiteral("token_ids")], processor.json()[QStringLiteral("token_ids")]);
        QCOMPARE(device.json()[QStringLiteral("token_ids")].toArray().size(), 6);
        QVERIFY(QFileInfo(folder.filePath(QStringLiteral("device.sqlite"))).size() > 0);
    }

    void describesTheDevice() {
        const Ended ended = run({"inspect", "--devices", "--json"});
        QCOMPARE(ended.status, 0);
        const QJsonArray devices = ended.json()[QStringLiteral("cuda")].toArray();
        QCOMPARE(devices.size(), 1);
        QVERIFY(devices[0].toObject()[QStringLiteral("usable")].toBool());
    }

    void saysWhyThereIsNoDevice() {
        const QString nowhere = QStringLiteral("/nowhere/libinkgate_cuda.so");
        const Ended devices = run({"inspect", "--devices"}, nowhere);
        QCOMPARE(devices.status, 0);
        QVERIFY(devices.output.contains("not used"));
        const Ended wanted = run(story(QStringLiteral("cuda")), nowhere);
        QCOMPARE(wanted.status, 1);
        QCOMPARE(wanted.errors.count('\n'), 1);
        QVERIFY(wanted.errors.contains("CUDA library"));
        const Ended automatic = run(story(QStringLiteral("auto")), nowhere);
        QVERIFY2(automatic.status == 0, automatic.errors.constData());
    }
};

QTEST_GUILESS_MAIN(ProgramTest)
#include "program_test.moc"
