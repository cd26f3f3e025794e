#include "app/preferences/preferences.h"

#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace app;

class PreferencesTest : public QObject {
    Q_OBJECT

private slots:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_path = m_folder->filePath(QStringLiteral("inkgate.ini"));
    }

    void everythingIsRememberedBetweenStarts() {
        const Appearance appearance{Theme::Dark, QStringLiteral("Vollkorn"), 17, 60, false};
        GenerationOptions generation;
        generation.maxTokens = 77;
        generation.sampler.temperature = 1.5;
        SamplerOptions own;
        own.topK = 40;
        own.seed = 99;
        {
            QSettings settings(m_path, QSettings::IniFormat);
            Preferences preferences(settings);
            QVERIFY(preferences.isFirstStart());
            preferences.markStarted();
            preferences.setAppearance(appearance);
            preferences.setGeneration(generation);
            preferences.setModel({QStringLiteral("/models/big.safetensors"), QStringLiteral("none")});
            preferences.setAddedModels({QStringLiteral("/models/big.safetensors")});
            QVERIFY(preferences.savePreset(QStringLiteral("Mine"), own));
            preferences.addRecentFile(QStringLiteral("/a.inkgate"));
            preferences.setLastProject(QStringLiteral("/a.inkgate"));
            preferences.setWindow("geometry", "state");
            preferences.setKeysOf(QStringLiteral("retry"), QStringList{QStringLiteral("Ctrl+J")});
            preferences.setKeysOf(QStringLiteral("branch"), QStringList());
            preferences.setKeysOf(QStringLiteral("undo"), QStringList{QStringLiteral("Ctrl+U")});
            preferences.setKeysOf(QStringLiteral("undo"), std::nullopt);
        }
        QSettings settings(m_path, QSettings::IniFormat);
        const Preferences preferences(settings);
        QVERIFY(!preferences.isFirstStart());
        QCOMPARE(preferences.appearance(), appearance);
        QCOMPARE(preferences.generation(), generation);
        QCOMPARE(preferences.model(),
                 (ModelChoice{QStringLiteral("/models/big.safetensors"), QStringLiteral("none")}));
        QCOMPARE(preferences.addedModels().size(), 1);
        own.seed = 0; // not part of a preset
        QVERIFY(preferences.samplerPresets().contains(SamplerPreset{QStringLiteral("Mine"), own, false}));
        QCOMPARE(preferences.recentFiles(), QStringList{QStringLiteral("/a.inkgate")});
        QCOMPARE(preferences.lastProject(), QStringLiteral("/a.inkgate"));
        QCOMPARE(preferences.windowGeometry(), QByteArray("geometry"));
        QCOMPARE(preferences.windowState(), QByteArray("state"));
        QCOMPARE(preferences.keysOf(QStringLiteral("retry")), QStringList{QStringLiteral("Ctrl+J")});
        QCOMPARE(preferences.keysOf(QStringLiteral("branch")), QStringList()); // a command without keys
        QVERIFY(!preferences.keysOf(QStringLiteral("undo")));                  // the usual ones
    }

    void withoutSettingsThereAreSensibleOnes() {
        QSettings settings(m_path, QSettings::IniFormat);
        const Preferences preferences(settings);
        QCOMPARE(preferences.appearance(), Appearance());
        QCOMPARE(preferences.generation(), GenerationOptions());
        QCOMPARE(preferences.model(), (ModelChoice{QStringLiteral("tales"), QStringLiteral("gated")}));
    }

    void nonsenseInTheFileIsHarmless() {
        {
            QSettings settings(m_path, QSettings::IniFormat);
            settings.setValue("appearance/theme", "purple");
            settings.setValue("appearance/fontSize", 10'000);
            settings.setValue("appearance/measure", -3);
            settings.setValue("generation/options", "{]");
            settings.setValue("generation/presets", "[1, {}, {\"name\": 5}]");
        }
        QSettings settings(m_path, QSettings::IniFormat);
        const Preferences preferences(settings);
        QCOMPARE(preferences.appearance().theme, Theme::System);
        QVERIFY(preferences.appearance().fontSize <= 72);
        QCOMPARE(preferences.appearance().measure, 45);
        QCOMPARE(preferences.generation(), GenerationOptions());
        for (const SamplerPreset& preset : preferences.samplerPresets())
            QVERIFY(preset.isBuiltIn);
    }

    void builtInPresetsStay() {
        QSettings settings(m_path, QSettings::IniFormat);
        Preferences preferences(settings);
        const QList<SamplerPreset> before = preferences.samplerPresets();
        QCOMPARE(before.first().options, SamplerOptions());
        QVERIFY(!preferences.savePreset(before.first().name, {}));
        QVERIFY(!preferences.savePreset(QStringLiteral("  "), {}));
        QVERIFY(!preferences.deletePreset(before.first().name));
        QVERIFY(preferences.savePreset(QStringLiteral("B"), {}) &&
                preferences.savePreset(QStringLiteral("A"), {}) &&
                preferences.savePreset(QStringLiteral("B"), {}));
        QCOMPARE(preferences.samplerPresets().size(), before.size() + 2);
        QVERIFY(preferences.deletePreset(QStringLiteral("A")) &&
                preferences.deletePreset(QStringLiteral("B")));
        QCOMPARE(preferences.samplerPresets(), before);
    }

    void recentFilesAreFewAndNewestFirst() {
        QSettings settings(m_path, QSettings::IniFormat);
        Preferences preferences(settings);
        for (int i = 0; i < 15; ++i)
            preferences.addRecentFile(QStringLiteral("/story%1.inkgate").arg(i));
        preferences.addRecentFile(QStringLiteral("/story9.inkgate"));
        QCOMPARE(preferences.recentFiles().size(), 10);
        QCOMPARE(preferences.recentFiles().first(), QStringLiteral("/story9.inkgate"));
        QCOMPARE(preferences.recentFiles().count(QStringLiteral("/story9.inkgate")), 1);
        preferences.removeRecentFile(QStringLiteral("/story9.inkgate"));
        QCOMPARE(preferences.recentFiles().size(), 9);
    }

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_path;
};

QTEST_GUILESS_MAIN(PreferencesTest)
#include "preferences_test.moc"
