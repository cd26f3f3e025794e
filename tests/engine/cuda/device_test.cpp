// A real GPU, where there is one: the whole selftest on it.
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTest>

class DeviceTest : public QObject {
    Q_OBJECT

private slots:
    void passesTheSelftest() {
        QProcess inspection;
        inspection.start(qEnvironmentVariable("INKGATE_CLI"), {"inspect", "--devices", "--json"});
        QVERIFY(inspection.waitForFinished());
        const QJsonObject found = QJsonDocument::fromJson(inspection.readAllStandardOutput()).object();
        const QJsonArray devices = found[QStringLiteral("cuda")].toArray();
        QString reason = found[QStringLiteral("cuda_reason")].toString();
        bool isUsable = false;
        for (const auto& device : devices) {
            isUsable |= device.toObject()[QStringLiteral("usable")].toBool();
            reason += device.toObject()[QStringLiteral("reason")].toString();
        }
        if (!isUsable)
            QSKIP(qPrintable(QStringLiteral("no GPU to test: ") + reason));

        QProcess selftest;
        selftest.setProcessChannelMode(QProcess::MergedChannels);
        selftest.start(qEnvironmentVariable("INKGATE_CLI"), {"selftest", "--device", "cuda"});
        QVERIFY(selftest.waitForFinished(550'000));
        QVERIFY2(selftest.exitCode() == 0, selftest.readAll().constData());
    }
};

QTEST_GUILESS_MAIN(DeviceTest)
#include "device_test.moc"
