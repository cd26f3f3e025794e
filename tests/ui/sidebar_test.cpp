#include "tests/ui/support/desk.h"
#include "ui/sidebar/model_panel.h"
#include "ui/sidebar/option_row.h"
#include "ui/sidebar/sampler_panel.h"
#include "ui/sidebar/sidebar_dock.h"
#include "ui/sidebar/stop_strings.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSlider>
#include <QTest>

using namespace ui;

namespace {

template <class Widget> Widget* part(test::Desk& desk, const char* name) {
    return desk.window->sidebar().findChild<Widget*>(QLatin1String(name));
}

} // namespace

class SidebarTest : public QObject {
    Q_OBJECT

private slots:
    void whatIsTurnedReachesTheNextRun() {
        test::Desk desk(QStringLiteral("Once"));
        part<QDoubleSpinBox>(desk, "temperature")->setValue(1.25);
        part<QDoubleSpinBox>(desk, "length")->setValue(3);
        part<QPlainTextEdit>(desk, "stops")->setPlainText(QStringLiteral("THE END\n\\n\\n"));
        QVERIFY(desk.continueStory());
        const app::GenerationOptions options = desk.parts.runs.run(desk.parts.runs.currentRun())->options;
        QCOMPARE(options.sampler.temperature, 1.25);
        QCOMPARE(options.maxTokens, 3);
        QCOMPARE(options.stopStrings, QStringList({QStringLiteral("THE END"), QStringLiteral("\n\n")}));
    }

    void sliderAndBoxAreOne() {
        OptionRow row(QStringLiteral("&Name"), QStringLiteral("help"), {0, 2, 0.05, 2, true});
        auto* const slider = row.findChild<QSlider*>();
        row.setValue(1.0);
        QCOMPARE(slider->value(), 20);
        slider->setValue(30);
        QCOMPARE(row.value(), 1.5);
        // A value between the slider's steps stays as typed.
        row.box()->setValue(0.83);
        QCOMPARE(row.value(), 0.83);
        QCOMPARE(slider->value(), 17);
    }

    void presetSetsEverythingButTheSeed() {
        test::Desk desk;
        auto* const preset = part<QComboBox>(desk, "preset");
        const QList<app::SamplerPreset> presets = desk.parts.preferences.samplerPresets();
        QCOMPARE(preset->count(), presets.size());
        part<QCheckBox>(desk, "newSeed")->setChecked(false);
        auto* const seed = part<QLineEdit>(desk, "seed");
        seed->setText(QStringLiteral("18446744073709551615"));
        QTest::keyClick(seed, Qt::Key_Return);
        preset->setCurrentIndex(2);
        emit preset->activated(2);
        app::SamplerOptions expected = presets[2].options;
        expected.seed = std::numeric_limits<quint64>::max();
        QCOMPARE(desk.parts.writer.options().sampler, expected);
        // Turning a knob makes it one's own.
        part<QDoubleSpinBox>(desk, "temperature")->setValue(0.11);
        QCOMPARE(preset->currentIndex(), -1);
    }

    void seedOfTheLastRunCanBeKept() {
        test::Desk desk(QStringLiteral("Once"));
        QVERIFY(desk.continueStory());
        QCOMPARE(part<QLineEdit>(desk, "seed")->text(), QStringLiteral("1"));
        part<QCheckBox>(desk, "newSeed")->setChecked(false);
        QCOMPARE(desk.parts.writer.options().sampler.seed, quint64{1});
        QVERIFY(!desk.parts.writer.options().randomSeed);
        QVERIFY(desk.continueStory());
        QCOMPARE(desk.parts.runs.run(desk.parts.runs.currentRun())->options.sampler.seed, quint64{1});
    }

    void stopStringsComeBackAsTyped_data() {
        QTest::addColumn<QStringList>("stops");
        QTest::newRow("words") << QStringList{QStringLiteral("END"), QStringLiteral("The  End")};
        QTest::newRow("new line") << QStringList{QStringLiteral("\n\n"), QStringLiteral("a\nb")};
        QTest::newRow("backslashes") << QStringList{QStringLiteral("\\"), QStringLiteral("\\n"),
                                                    QStringLiteral("\\\n")};
        QTest::newRow("none") << QStringList();
    }
    void stopStringsComeBackAsTyped() {
        QFETCH(QStringList, stops);
        QCOMPARE(stopStringsFrom(textOfStopStrings(stops)), stops);
    }

    void optionsSetElsewhereAreShown() {
        test::Desk desk;
        app::GenerationOptions options;
        options.sampler.temperature = 1.4;
        options.maxTokens = 77;
        desk.parts.writer.setOptions(options);
        QCOMPARE(part<QDoubleSpinBox>(desk, "temperature")->value(), 1.4);
        QCOMPARE(part<QDoubleSpinBox>(desk, "length")->value(), 77.0);
    }

    void modelInUseIsShownAndItsGateUsedForComparing() {
        test::Desk desk;
        QCOMPARE(part<QComboBox>(desk, "model")->currentText(), QStringLiteral("tales"));
        QCOMPARE(desk.window->sidebar().modelPanel().gateForComparing(), QStringLiteral("gated"));
        desk.parts.writer.setModelChoice({QStringLiteral("tales"), QStringLiteral("none")});
        QVERIFY(
            desk.window->sidebar().modelPanel().gateForComparing().isEmpty()); // its files are not known here
    }
};

QTEST_MAIN(SidebarTest)
#include "sidebar_test.moc"
