#include "tests/ui/support/desk.h"
#include "ui/compare/compare_view.h"
#include "ui/editor/story_editor.h"
#include "ui/keys/shortcut_set.h"
#include "ui/preferences/keys_page.h"
#include "ui/preferences/preferences_dialog.h"
#include "ui/window/actions.h"

#include <QAction>
#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSpinBox>
#include <QTest>
#include <QTextDocument>
#include <QToolBar>
#include <QTreeWidget>

using namespace ui;

namespace {

const QKeySequence kFree(QStringLiteral("Ctrl+Shift+F9"));

struct PreferencesDesk : test::Desk {
    PreferencesDesk()
        : Desk(QStringLiteral("Once upon a time")) {
        window->actions().preferences->trigger();
    }
    PreferencesDialog& dialog() { return *window->findChild<PreferencesDialog*>(); }
    template <class Widget> Widget& part(const char* name) {
        auto* const found = dialog().findChild<Widget*>(QLatin1String(name));
        if (found == nullptr)
            qFatal("no %s", name);
        return *found;
    }
    ShortcutSet& keys() { return window->shortcuts(); }
    QAction& retry() { return *window->actions().retry; }
    void press(int key, Qt::KeyboardModifiers modifiers) {
        part<QLineEdit>("keysRecorder").setFocus();
        QTest::keyClick(&part<QLineEdit>("keysRecorder"), static_cast<Qt::Key>(key), modifiers);
    }
    void openKeysOf(const char* command) {
        dialog().showPage(3);
        if (!dialog().keysPage().choose(QLatin1String(command)))
            qFatal("no command %s", command);
    }
    QString message() { return part<QLabel>("keysMessage").text(); }
    void openWindowAnew() {
        window.reset();
        window = std::make_unique<MainWindow>(context);
        window->show();
    }
};

} // namespace

class PreferencesTest : public QObject {
    Q_OBJECT

private slots:
    void openByTheirKey() {
        test::Desk desk(QStringLiteral("Once"));
        QTest::keyClick(&desk.window->editor(), Qt::Key_Comma, Qt::ControlModifier);
        auto* const dialog = desk.window->findChild<PreferencesDialog*>();
        QVERIFY(dialog != nullptr && dialog->isVisible());
        QVERIFY(!dialog->isModal());
        QApplication::setActiveWindow(dialog);
        QTest::keyClick(dialog, Qt::Key_Escape);
        QVERIFY(!dialog->isVisible());
    }

    void appearanceIsInForceAtOnce() {
        PreferencesDesk desk;
        const auto choose = [&desk](const char* name, const QVariant& data) {
            auto& box = desk.part<QComboBox>(name);
            box.setCurrentIndex(box.findData(data));
            emit box.activated(box.currentIndex());
        };
        choose("preferredTheme", static_cast<int>(app::Theme::Dark));
        QCOMPARE(QApplication::palette().color(QPalette::Window), darkColours().window);
        choose("preferredTheme", static_cast<int>(app::Theme::Light));
        QCOMPARE(QApplication::palette().color(QPalette::Window), lightColours().window);
        desk.part<QSpinBox>("preferredSize").setValue(17);
        QCOMPARE(desk.window->editor().document()->defaultFont().pointSize(), 17);
        const int before = desk.window->editor().viewport()->width();
        desk.part<QSpinBox>("preferredMeasure").setValue(50);
        QVERIFY(desk.window->editor().viewport()->width() < before);
        QCOMPARE(desk.parts.preferences.appearance().measure, 50);
        auto& face = desk.part<QComboBox>("preferredFace");
        QVERIFY(face.count() > 1);
        choose("preferredFace", face.itemData(1));
        QCOMPARE(desk.window->editor().document()->defaultFont().family(), face.itemText(1));
        desk.part<QCheckBox>("preferredOrigins").click();
        QVERIFY(!desk.parts.preferences.appearance().showOrigins);
        QVERIFY(!desk.window->actions().showOrigins->isChecked());
        desk.part<QCheckBox>("preferredToolBar").click();
        QVERIFY(desk.window->findChild<QToolBar*>()->isVisible());
    }

    void whatIsChangedElsewhereIsShown() {
        PreferencesDesk desk;
        desk.window->actions().largerText->trigger();
        QCOMPARE(desk.part<QSpinBox>("preferredSize").value(), desk.parts.preferences.appearance().fontSize);
        desk.setLength(77);
        QCOMPARE(desk.part<QSpinBox>("preferredLength").value(), 77);
    }

    void suggestionsAndSpellingAreThoseOfTheWindow() {
        PreferencesDesk desk;
        desk.dialog().showPage(2);
        desk.part<QDoubleSpinBox>("preferredPause").setValue(2.5);
        desk.part<QSpinBox>("preferredSuggestion").setValue(24);
        QCOMPARE(desk.parts.preferences.ghost(), (app::GhostOptions{2.5, 24}));
        desk.parts.preferences.setGhost({0, 8});
        QCOMPARE(desk.part<QSpinBox>("preferredSuggestion").value(), 8);
        QCOMPARE(desk.part<QDoubleSpinBox>("preferredPause").text(), QStringLiteral("Only when asked for"));
        auto& spelling = desk.part<QCheckBox>("preferredSpelling");
        const QAction& inMenu = *desk.window->actions().showMisspelled;
        for (int click = 0; click < 2; ++click) {
            spelling.click();
            QCOMPARE(spelling.isChecked(), inMenu.isChecked());
        }
    }

    void writingReachesTheNextRun() {
        PreferencesDesk desk;
        desk.part<QSpinBox>("preferredLength").setValue(3);
        auto& pace = desk.part<QComboBox>("preferredPace");
        pace.setCurrentIndex(2);
        emit pace.activated(2);
        desk.part<QSpinBox>("preferredWordsPerMinute").setValue(1900);
        QVERIFY(desk.continueStory());
        const app::GenerationOptions options = desk.parts.runs.run(desk.parts.runs.currentRun())->options;
        QCOMPARE(options.maxTokens, 3);
        QCOMPARE(options.wordsPerMinute, 1900.0);
    }

    // What the window says of keys is what the keys are, also where they were changed or taken away.
    void textsNameTheKeysThatThereAre() {
        PreferencesDesk desk;
        const Actions& actions = desk.window->actions();
        if (!actions.showAttempts->isChecked())
            actions.showAttempts->trigger();
        actions.find->trigger();
        auto* const empty = desk.window->findChild<QLabel*>(QStringLiteral("attemptsEmpty"));
        auto* const write = desk.window->findChild<QPushButton*>(QStringLiteral("writeAlternatives"));
        auto* const next = desk.window->findChild<QPushButton*>(QStringLiteral("findNextButton"));
        QVERIFY(empty && write && next);
        const auto description = [&desk] { return desk.window->editor().accessibleDescription(); };
        QVERIFY2(empty->text().contains(QStringLiteral("Ctrl+Enter writes the first one; Alt+Enter writes")),
                 qPrintable(empty->text()));
        QVERIFY2(write->toolTip().endsWith(QStringLiteral("(Alt+Enter)")), qPrintable(write->toolTip()));
        QVERIFY2(next->toolTip().endsWith(QStringLiteral("(F3)")), qPrintable(next->toolTip()));
        QVERIFY2(description().contains(QStringLiteral("Ctrl+Enter lets")), qPrintable(description()));

        desk.keys().setKeys(*actions.continueStory, {kFree});
        desk.keys().setKeys(*actions.alternatives, {});
        desk.keys().setKeys(*actions.findNext, {});
        QVERIFY2(empty->text().contains(
                     QStringLiteral("Ctrl+Shift+F9 writes the first one; “Alternatives” writes")),
                 qPrintable(empty->text()));
        QVERIFY2(write->toolTip().endsWith(QStringLiteral("you take one")), qPrintable(write->toolTip()));
        QCOMPARE(next->toolTip(), QStringLiteral("The next match"));
        QVERIFY2(description().contains(QStringLiteral("Ctrl+Shift+F9 lets")), qPrintable(description()));
    }

    void newKeysWorkAtOnceAndAfterANewStart() {
        PreferencesDesk desk;
        desk.openKeysOf("retry");
        desk.press(Qt::Key_F9, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(desk.retry().shortcuts(), QList{kFree});
        QVERIFY2(desk.retry().toolTip().endsWith(QStringLiteral("(Ctrl+Shift+F9)")),
                 qPrintable(desk.retry().toolTip()));
        QVERIFY(desk.message().contains(QStringLiteral("Ctrl+Shift+F9")));
        desk.dialog().close();
        QApplication::setActiveWindow(desk.window.get());
        QVERIFY(QTest::qWaitForWindowActive(desk.window.get()));
        desk.window->editor().setFocus();
        QVERIFY(desk.continueStory());
        QApplication::setActiveWindow(desk.window.get());
        QTest::keyClick(&desk.window->editor(), Qt::Key_F9, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(desk.waitForIdle());
        QCOMPARE(desk.page(), QStringLiteral("Once upon a time") + test::Desk::said(2, 8));

        desk.openWindowAnew();
        QCOMPARE(desk.retry().shortcuts(), QList{kFree});
        desk.keys().reset(desk.retry());
        QCOMPARE(desk.retry().shortcut(), QKeySequence(QStringLiteral("Ctrl+R")));
        desk.openWindowAnew();
        QCOMPARE(desk.retry().shortcut(), QKeySequence(QStringLiteral("Ctrl+R")));
    }

    void keysInUseAreNamedAndCanBeTaken() {
        PreferencesDesk desk;
        desk.openKeysOf("branch");
        desk.press(Qt::Key_R, Qt::ControlModifier);
        QCOMPARE(desk.message(), QStringLiteral("Ctrl+R is already used by “Try again”."));
        QCOMPARE(desk.window->actions().branch->shortcut(), QKeySequence(QStringLiteral("Ctrl+B")));
        auto& take = desk.part<QPushButton>("keysTake");
        QVERIFY(take.isVisible());
        take.click();
        QCOMPARE(desk.window->actions().branch->shortcut(), QKeySequence(QStringLiteral("Ctrl+R")));
        QVERIFY(desk.retry().shortcuts().isEmpty());
        desk.part<QPushButton>("keysResetAll").click();
        QCOMPARE(desk.window->actions().branch->shortcut(), QKeySequence(QStringLiteral("Ctrl+B")));
        QCOMPARE(desk.retry().shortcut(), QKeySequence(QStringLiteral("Ctrl+R")));
    }

    void keysThatCannotBeAreRefused_data() {
        QTest::addColumn<int>("key");
        QTest::addColumn<int>("modifiers");
        QTest::addColumn<QString>("because");
        const auto row = [](const char* name, int key, Qt::KeyboardModifiers modifiers, const char* because) {
            QTest::newRow(name) << key << static_cast<int>(modifiers) << QString::fromLatin1(because);
        };
        row("a letter", Qt::Key_A, Qt::NoModifier, "is for writing");
        row("a capital letter", Qt::Key_A, Qt::ShiftModifier, "is for writing");
        row("Return", Qt::Key_Return, Qt::NoModifier, "is for writing");
        row("a word to the left", Qt::Key_Left, Qt::ControlModifier, "moves the cursor");
        row("end of the text", Qt::Key_End, Qt::ControlModifier, "moves the cursor");
        row("a menu's letter", Qt::Key_F, Qt::AltModifier, "opens the menu");
    }
    void keysThatCannotBeAreRefused() {
        QFETCH(int, key);
        QFETCH(int, modifiers);
        QFETCH(QString, because);
        PreferencesDesk desk;
        desk.openKeysOf("retry");
        desk.press(key, Qt::KeyboardModifiers(modifiers));
        QVERIFY2(desk.message().contains(because), qPrintable(desk.message()));
        QCOMPARE(desk.retry().shortcut(), QKeySequence(QStringLiteral("Ctrl+R")));
    }

    void bothEnterKeysGoTogether() {
        PreferencesDesk desk;
        desk.openKeysOf("retry");
        desk.press(Qt::Key_Return, Qt::ControlModifier);
        QVERIFY2(desk.message().contains(QStringLiteral("Continue the story")), qPrintable(desk.message()));
        desk.press(Qt::Key_Return, Qt::ControlModifier | Qt::AltModifier);
        QCOMPARE(desk.retry().shortcuts().size(), 2);
    }

    void aCommandCanBeWithoutKeys() {
        PreferencesDesk desk;
        desk.openKeysOf("retry");
        desk.part<QPushButton>("keysRemove").click();
        QVERIFY(desk.retry().shortcuts().isEmpty());
        QVERIFY(!desk.retry().toolTip().contains(u'('));
        desk.openWindowAnew();
        QVERIFY(desk.retry().shortcuts().isEmpty());
    }

    void commandsAreFoundByWordsAndKeys() {
        PreferencesDesk desk;
        desk.dialog().showPage(3);
        const auto found = [&desk](const QString& words) {
            desk.part<QLineEdit>("keysSearch").setText(words);
            QStringList names;
            for (QTreeWidgetItemIterator it(&desk.part<QTreeWidget>("keysList")); *it != nullptr; ++it)
                if ((*it)->parent() != nullptr && !(*it)->isHidden())
                    names.append((*it)->text(0));
            return names;
        };
        QCOMPARE(found(QStringLiteral("try ag")), QStringList{QStringLiteral("Try again")});
        QCOMPARE(found(QStringLiteral("f11")).size(), 1);
        QVERIFY(found(QStringLiteral("no such thing")).isEmpty());
        QVERIFY(found(QString()).size() > 40);
    }

    void aCommandThatComesLaterIsListedAndTakesKeys() {
        PreferencesDesk desk;
        auto* const action = new QAction(QStringLiteral("&Something new"), desk.window.get());
        action->setObjectName(QStringLiteral("somethingNew"));
        desk.window->actions().menus[4]->addAction(action);
        desk.window->addAction(action);
        desk.keys().setKeys(*action, {kFree});
        QCOMPARE(action->shortcuts(), QList{kFree});
        QCOMPARE(desk.keys().holder(kFree, desk.retry()), action);
        const auto commands = desk.keys().commands();
        const auto found = std::ranges::find(commands, action, &ShortcutSet::Command::action);
        QVERIFY(found != commands.end());
        QCOMPARE(found->group, QStringLiteral("View"));
    }

    void aNewCommandGivesWayToTheWritersKeys() {
        PreferencesDesk desk;
        desk.keys().setKeys(desk.retry(), {kFree});
        auto* const action = new QAction(QStringLiteral("&Something new"), desk.window.get());
        action->setObjectName(QStringLiteral("somethingNew"));
        action->setShortcut(kFree);
        desk.window->addAction(action);
        QVERIFY(action->shortcuts().isEmpty());
        QCOMPARE(desk.retry().shortcuts(), QList{kFree});
    }

    // An action without a name would have keys that nobody can change.
    void everyCommandCanBeChanged() {
        PreferencesDesk desk;
        const auto commands = desk.keys().commands();
        for (const QMenu* const menu : desk.window->actions().menus)
            for (const QAction* const action : menu->actions())
                if (!action->isSeparator() && action->menu() == nullptr)
                    QVERIFY2(std::ranges::find(commands, action, &ShortcutSet::Command::action) !=
                                 commands.end(),
                             qPrintable(action->text()));
    }
};

QTEST_MAIN(PreferencesTest)
#include "preferences_test.moc"
