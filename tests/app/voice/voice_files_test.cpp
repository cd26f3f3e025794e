// Voices lie by their base, wherever that is; their names are safe as file names.
#include "app/voice/voice_files.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

using namespace app;

class VoiceFilesTest : public QObject {
    Q_OBJECT

private slots:
    void belongToTheirBase() {
        const QString base = write("models/big.safetensors", 1000),
                      other = write("models/small.safetensors", 1000);
        QVERIFY(voicesOf(folder(), base).isEmpty());
        const QString mine = voiceFile(folder(), base, QStringLiteral("Mine"));
        QVERIFY(QFile(mine).open(QIODevice::WriteOnly));
        QVERIFY(QFile(voiceFile(folder(), base, QStringLiteral("Another"))).open(QIODevice::WriteOnly));
        const QStringList voices = voicesOf(folder(), base);
        QCOMPARE(voices.size(), 2);
        QCOMPARE(voices.last(), mine);
        QCOMPARE(gateLabel(voices.first()), QStringLiteral("Another"));
        QVERIFY(voicesOf(folder(), other).isEmpty());
        QVERIFY(QDir().mkpath(m_folder.filePath("moved")));
        const QString moved = m_folder.filePath("moved/big.safetensors");
        QVERIFY(QFile::rename(base, moved));
        QCOMPARE(voicesOf(folder(), moved), voices);
        QVERIFY(voicesOf({}, moved).isEmpty());
    }

    void embeddedBasesHaveTheirFoldersName() {
        const QString tales = write("tales/base.safetensors", 10),
                      sagas = write("sagas/base.safetensors", 10);
        QVERIFY(QFile(voiceFile(folder(), tales, QStringLiteral("Mine"))).open(QIODevice::WriteOnly));
        QCOMPARE(voicesOf(folder(), tales).size(), 1);
        QVERIFY(voicesOf(folder(), sagas).isEmpty());
    }

    void namesAreSafe_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("stem");
        QTest::newRow("plain") << "Voice of Änne"
                               << "Voice of Änne";
        QTest::newRow("folders") << "../../etc/passwd"
                                 << "etcpasswd";
        QTest::newRow("controls") << "a\nb\tc"
                                  << "abc";
        QTest::newRow("spaces") << "  x  "
                                << "x";
        QTest::newRow("long") << QString(300, u'x') << QString(60, u'x');
    }
    void namesAreSafe() {
        QFETCH(QString, name);
        const QString base = write("models/big.safetensors", 1000);
        const QString file = voiceFile(folder(), base, name);
        QCOMPARE(QFileInfo(file).dir(), QFileInfo(voiceFile(folder(), base, QStringLiteral("x"))).dir());
        QTEST(QFileInfo(file).completeBaseName(), "stem");
    }

    void whatIsNoNameIsRefused() {
        const QString base = write("models/big.safetensors", 1000);
        for (const char* name : {"", "   ", "/", "..", "\n"})
            QVERIFY2(voiceFile(folder(), base, QLatin1String(name)).isEmpty(), name);
    }

    void otherGatesKeepTheirNames() {
        QCOMPARE(gateLabel(QStringLiteral("gated")), QStringLiteral("gated"));
        QCOMPARE(gateLabel(QStringLiteral("none")), QStringLiteral("none"));
    }

private:
    QString folder() const { return m_folder.filePath("voices"); }
    QString write(const char* name, int bytes) const {
        const QString path = m_folder.filePath(QLatin1String(name));
        QDir().mkpath(QFileInfo(path).path());
        QFile file(path);
        if (file.open(QIODevice::WriteOnly))
            file.write(QByteArray(bytes, 'x'));
        return path;
    }

    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(VoiceFilesTest)
#include "voice_files_test.moc"
