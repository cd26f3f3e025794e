#include "app/assistant/assistant_service.h"
#include "tests/app/support/small_models.h"
#include "tests/ui/support/desk.h"
#include "ui/sidebar/model_panel.h"
#include "ui/sidebar/option_row.h"
#include "ui/sidebar/sampler_panel.h"
#include "ui/sidebar/sidebar_dock.h"
#include "ui/sidebar/stop_strings.h"
#include "ui/window/message_bar.h"

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QSignalSpy>
#include <QSlider>
#include <QTest>
#include <QToolButton>

#include <limits>

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

    void endsWordsAndPaceReachTheNextRun() {
        test::Desk desk(QStringLiteral("Once"));
        const auto choose = [&](const char* name, int index) {
            auto* const box = part<QComboBox>(desk, name);
            box->setCurrentIndex(index);
            emit box->activated(index); // as a click does
        };
        choose("stopAt", 2);
        part<QCheckBox>(desk, "endsWithSentence")->setChecked(false);
        part<QPlainTextEdit>(desk, "banned")->setPlainText(QStringLiteral("a shiver\nin the end"));
        part<QPlainTextEdit>(desk, "biases")
            ->setPlainText(QStringLiteral("sea = 2,5\nnothing\n the=-inf\nmuch = 400"));
        choose("pace", 2);
        part<QDoubleSpinBox>(desk, "wordsPerMinute")->setValue(400);
        QVERIFY(desk.continueStory());
        const app::GenerationOptions options = desk.parts.runs.run(desk.parts.runs.currentRun())->options;
        QCOMPARE(options.stopAt, app::StopAt::Paragraph);
        QVERIFY(!options.endsWithSentence);
        QCOMPARE(options.bannedPhrases,
                 QStringList({QStringLiteral("a shiver"), QStringLiteral("in the end")}));
        const double never = -std::numeric_limits<double>::infinity();
        QCOMPARE(options.biases,
                 (QList<app::WordBias>{{QStringLiteral("sea"), 2.5}, {QStringLiteral("the"), never}}));
        QCOMPARE(biasesFrom(textOfBiases(options.biases)).values, options.biases);
        // The first line without a meaning is named.
        const auto* const problem = part<QLabel>(desk, "biasesProblem");
        QVERIFY(!problem->isHidden());
        QVERIFY2(problem->text().endsWith(QLatin1String("nothing")), qPrintable(problem->text()));
        part<QPlainTextEdit>(desk, "biases")->setPlainText(QStringLiteral("sea = 2"));
        QVERIFY(problem->isHidden());
        QCOMPARE(options.wordsPerMinute, 400.0);
        choose("pace", 0);
        QCOMPARE(desk.parts.writer.options().wordsPerMinute, 0.0);
    }

    void stopTokensReachTheNextRun() {
        test::Desk desk(QStringLiteral("Once"));
        auto* const ids = part<QLineEdit>(desk, "stopTokens");
        QTest::keyClicks(ids, QStringLiteral("7000, x 12"));
        const auto* const problem = part<QLabel>(desk, "stopTokensProblem");
        QVERIFY(problem->text().endsWith(QLatin1String(": x")) && !problem->isHidden());
        part<QDoubleSpinBox>(desk, "dryRange")->setValue(0);
        part<QDoubleSpinBox>(desk, "length")->setValue(3);
        QVERIFY(desk.continueStory());
        const app::GenerationOptions options = desk.parts.runs.run(desk.parts.runs.currentRun())->options;
        QCOMPARE(options.stopTokens, (QList<int>{7000, 12}));
        QCOMPARE(options.sampler.dryRange, 0);
        desk.parts.writer.setOptions({});
        QVERIFY(ids->text().isEmpty() && problem->isHidden());
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

    // A point and a comma are the same, in a window of whatever language; nothing typed becomes another
    // number.
    void pointAndCommaBothBeginDecimals_data() {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<int>("decimals");
        QTest::addColumn<double>("value");
        QTest::newRow("point") << QStringLiteral("0.7") << 2 << 0.7;
        QTest::newRow("comma") << QStringLiteral("0,7") << 2 << 0.7;
        QTest::newRow("comma, no zero") << QStringLiteral(",85") << 2 << 0.85;
        QTest::newRow("three decimals") << QStringLiteral("0,996") << 3 << 0.996;
        QTest::newRow("one and zeros") << QStringLiteral("1.00") << 2 << 1.0;
        QTest::newRow("whole") << QStringLiteral("250") << 0 << 250.0;
        QTest::newRow("groups") << QStringLiteral("8,192") << 0 << 8192.0;
        QTest::newRow("groups with points") << QStringLiteral("1.500") << 0 << 1500.0;
        QTest::newRow("a fraction of a token") << QStringLiteral("10.2") << 0 << 10.0;
        QTest::newRow("the same with a comma") << QStringLiteral("10,2") << 0 << 10.0;
    }
    void pointAndCommaBothBeginDecimals() {
        QFETCH(QString, typed);
        QFETCH(int, decimals);
        QFETCH(double, value);
        for (const QLocale::Language language :
             {QLocale::English, QLocale::German, QLocale::French, QLocale::Arabic}) {
            for (const bool isPasted : {false, true}) {
                OptionRow row(QStringLiteral("&Name"), QStringLiteral("help"),
                              {0, 9000, 0.05, decimals, false});
                row.setSuffix(QStringLiteral(" tokens"));
                row.box()->setLocale(QLocale(language));
                row.setValue(3);
                row.show();
                row.box()->setFocus();
                row.box()->selectAll();
                if (isPasted) {
                    QApplication::clipboard()->setText(typed);
                    row.box()->findChild<QLineEdit*>()->paste();
                } else {
                    QTest::keyClicks(row.box(), typed);
                }
                QTest::keyClick(row.box(), Qt::Key_Return);
                QCOMPARE(row.value(), value);
            }
        }
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

    void anAddedModelIsChosenAndLoaded() {
        test::Desk desk(QStringLiteral("Once"));
        QVERIFY(app::writeSmallModels(desk.folder.path()));
        const QString file = desk.folder.filePath(QStringLiteral("base.safetensors"));
        QSignalSpy loaded(&desk.parts.assistant, &app::AssistantService::modelLoaded);
        desk.models.add(file);
        QVERIFY(loaded.wait());
        QCOMPARE(part<QComboBox>(desk, "model")->currentData().toString(), file);
        QCOMPARE(desk.parts.writer.modelChoice().model, file);
        QVERIFY(desk.window->messages().message().isEmpty());
    }

    void aModelThatCannotBeUsedSaysWhyAtOnce() {
        test::Desk desk(QStringLiteral("Once"));
        QFile file(desk.folder.filePath(QStringLiteral("page.gguf")));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("<html>") > 0);
        file.close();
        const app::ModelChoice before = desk.parts.writer.modelChoice();
        desk.models.add(file.fileName());
        QTRY_VERIFY(!desk.window->messages().message().isEmpty());
        QCOMPARE(desk.parts.writer.modelChoice(), before);
        QCOMPARE(part<QComboBox>(desk, "model")->findData(file.fileName()), -1);
        QVERIFY(desk.continueStory()); // the model in use is still of use
    }

    void aModelIsTakenOffTheListByKey() {
        test::Desk desk(QStringLiteral("Once"));
        QVERIFY(app::writeSmallModels(desk.folder.path()));
        const QString first = desk.folder.filePath(QStringLiteral("base.safetensors"));
        QVERIFY(QDir(desk.folder.path()).mkdir(QStringLiteral("other")));
        const QString second = desk.folder.filePath(QStringLiteral("other/base.safetensors"));
        QVERIFY(QFile::copy(first, second));
        auto* const model = part<QComboBox>(desk, "model");
        for (const QString& file : {first, second}) {
            desk.models.add(file);
            QTRY_COMPARE(model->currentData().toString(), file);
        }
        QVERIFY(model->itemText(0) != model->itemText(1)); // of one name
        QVERIFY(part<QPushButton>(desk, "removeModel")->isEnabled());
        model->setFocus();
        QTest::keyClick(model, Qt::Key_Delete);
        QCOMPARE(desk.models.addedPaths(), QStringList{first});
        QCOMPARE(desk.parts.writer.modelChoice().model, first); // the next one takes its place
        QVERIFY(QFile::exists(second));
        QTest::mouseClick(part<QPushButton>(desk, "removeModel"), Qt::LeftButton);
        QVERIFY(desk.models.addedPaths().isEmpty());
    }

    // With every section open the column is longer than the window.
    void theScrollBarCutsNothing() {
        test::Desk desk;
        for (auto* const heading :
             desk.window->sidebar().findChildren<QToolButton*>(QStringLiteral("sectionHeading"))) {
            heading->setChecked(true);
        }
        auto* const scroll = desk.window->sidebar().findChild<QScrollArea*>();
        QTRY_VERIFY(scroll->verticalScrollBar()->isVisible());
        QTRY_VERIFY2(
            scroll->widget()->width() <= scroll->viewport()->width(),
            qPrintable(
                QStringLiteral("%1 in %2").arg(scroll->widget()->width()).arg(scroll->viewport()->width())));
        QTRY_VERIFY(scroll->widget()->minimumSizeHint().width() <= scroll->viewport()->width());
    }
};

QTEST_MAIN(SidebarTest)
#include "sidebar_test.moc"
