// `inkgate-cli fit-gate` as a writer uses it: a gate that fits its base and no other, and one sentence for
// each thing that is wrong.
#include "tests/engine/cli/command.h"
#include "tests/engine/cli/tiny_models.h"

#include <QFile>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

using support::runCommand;

class FitGateTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QVERIFY(support::writeTinyModels(m_folder.path()));
        QByteArray text;
        while (text.size() < 12'000)
            text += "The rain in Spain stays mainly in the plain.\n";
        write("mine.txt", text);
        write("short.txt", text.left(200));
        write("empty.txt", {});
    }

    void fitsAndIsUsed() {
        const QString gate = path("voice.safetensors");
        const auto fitted = fit("mine.txt", {"--out", gate, "--passes", "1", "--json"});
        QVERIFY2(fitted.status == 0, fitted.err.constData());
        QCOMPARE(fitted.json()["complete"].toBool(), true);
        QVERIFY(fitted.json()["better_by_percent"].toDouble() > 0);
        QVERIFY(fitted.json()["loss_after"].toDouble() < fitted.json()["loss_before"].toDouble());
        const QStringList use{"evaluate", "--model", "tiny", "--text", path("mine.txt"), "--json"};
        const auto base = runCommand(use, m_folder.path());
        const auto gated = runCommand(use + QStringList{"--gate", gate}, m_folder.path());
        QVERIFY2(gated.status == 0, gated.err.constData());
        QVERIFY(gated.json()["bits_per_byte"].toDouble() < base.json()["bits_per_byte"].toDouble());
        // A base that differs in a single value is another base.
        QFile other(QString::fromStdString(support::tinyBase(m_folder.path()).string()));
        QVERIFY(other.copy(path("other.safetensors")));
        QFile changed(path("other.safetensors"));
        QVERIFY(changed.open(QIODevice::ReadWrite) && changed.seek(changed.size() - 1) &&
                changed.putChar('\x11'));
        changed.close();
        const auto refused =
            runCommand({"generate", "--model", path("other.safetensors"), "--gate", gate, "--prompt", "a"},
                       m_folder.path());
        QVERIFY(refused.isOneLineFailure());
        QVERIFY2(refused.err.contains("another base model"), refused.err.constData());
    }

    void saysInPlainWords() {
        const auto fitted = fit("mine.txt", {"--out", path("plain.safetensors"), "--passes", "1"});
        QVERIFY2(fitted.status == 0, fitted.err.constData());
        QVERIFY2(fitted.out.contains("guesses your next word better by"), fitted.out.constData());
    }

    void adaptersAreTheControl() {
        const auto fitted = fit("mine.txt", {"--out", path("gate.safetensors"), "--passes", "1", "--control",
                                             "low-rank", "--json"});
        QVERIFY2(fitted.status == 0, fitted.err.constData());
        const QJsonObject control = fitted.json()["control"].toObject();
        QVERIFY(control["better_by_percent"].toDouble() > 0);
        const double size = control["parameters"].toDouble() / fitted.json()["parameters"].toDouble();
        QVERIFY2(size > 0.9 && size < 1.1, qPrintable(QString::number(size)));
        QVERIFY(!QFile::exists(path("gate.safetensors.control"))); // it is measured only
        QVERIFY(!QFile::exists(path("gate.safetensors.control.checkpoint")));
    }

    void whatIsWrongIsSaid_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("says");
        const QStringList out{"--out", path("out.safetensors")};
        QTest::newRow("empty text") << "empty.txt" << out << QByteArray("0 bytes");
        QTest::newRow("200 bytes") << "short.txt" << out << QByteArray("200 bytes");
        QTest::newRow("no text") << "nothing.txt" << out << QByteArray("nothing.txt");
        QTest::newRow("unknown gate")
            << "mine.txt" << out + QStringList{"--gate", "wide"} << QByteArray("wide");
        QTest::newRow("tables") << "mine.txt" << out + QStringList{"--gate", "row-routing"}
                                << QByteArray("choose another gate");
        QTest::newRow("no gate") << "mine.txt" << out + QStringList{"--gate", "none"} << QByteArray("none");
        QTest::newRow("nothing to resume")
            << "mine.txt" << out + QStringList{"--resume"} << QByteArray("checkpoint");
        QTest::newRow("full disk") << "mine.txt" << QStringList{"--out", "/dev/full"}
                                   << QByteArray("/dev/full");
        QTest::newRow("no folder") << "mine.txt" << QStringList{"--out", "/no such folder/x"}
                                   << QByteArray("/no such folder/x");
    }
    void whatIsWrongIsSaid() {
        QFETCH(QString, text);
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, says);
        const auto failed = fit(text, arguments + QStringList{"--passes", "1"});
        QVERIFY2(failed.isOneLineFailure(), (failed.out + failed.err).constData());
        QVERIFY2(failed.err.contains(says), failed.err.constData());
    }

private:
    QString path(const QString& name) const { return m_folder.filePath(name); }
    void write(const QString& name, const QByteArray& text) {
        QFile file(path(name));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(text) == text.size());
    }
    support::CommandResult fit(const QString& text, const QStringList& arguments) const {
        return runCommand(QStringList{"fit-gate", "--model", "tiny", "--text", path(text)} + arguments,
                          m_folder.path());
    }

    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(FitGateTest)
#include "fit_gate_test.moc"
