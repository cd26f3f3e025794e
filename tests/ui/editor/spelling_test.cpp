// Spelling with the real window: underlines, F7, the menus, languages; with dictionaries of our own.
#include "app/spelling/spelling.h"
#include "tests/ui/support/desk.h"
#include "ui/editor/story_editor.h"
#include "ui/spelling/spelling_desk.h"
#include "ui/spelling/spelling_marks.h"
#include "ui/spelling/spelling_menu.h"
#include "ui/theme/theme.h"
#include "ui/window/actions.h"
#include "ui/window/message_bar.h"
#include "ui/window/status_line.h"

#include <QAction>
#include <QApplication>
#include <QContextMenuEvent>
#include <QDir>
#include <QFile>
#include <QMenu>
#include <QPushButton>
#include <QScrollBar>
#include <QTest>

using namespace ui;
using Mark = StoryEditor::Mark;

namespace {

const QString kDictionaries = QStringLiteral(INKGATE_TEST_DATA_DIR "/spelling");

// A window whose dictionaries are those of the tests, or none.
struct SpellingBench : test::Desk {
    explicit SpellingBench(const QString& text, const QStringList& dictionaries = {QStringLiteral("en_US")})
        : Desk(text) {
        install(dictionaries);
        if (!dictionaries.isEmpty() && !becomesReady())
            qFatal("the dictionary did not open");
    }
    void install(const QStringList& dictionaries) {
        const QString target = folder.filePath(QStringLiteral("dictionaries"));
        QDir().mkpath(target);
        for (const QString& name : dictionaries)
            for (const auto* const ending : {".aff", ".dic"})
                QFile::copy(kDictionaries + u'/' + name + QLatin1String(ending),
                            target + u'/' + name + QLatin1String(ending));
        parts.spelling.lookAgain();
    }
    [[nodiscard]] bool becomesReady() {
        return QTest::qWaitFor([this] { return parts.spelling.state() == app::Spelling::State::Ready; });
    }
    void key(Qt::Key key, Qt::KeyboardModifiers modifiers = {}) {
        QTest::keyClick(&window->editor(), key, modifiers);
    }
    [[nodiscard]] QStringList underlined() const {
        QStringList words;
        for (const app::TextRange& range : window->editor().marks(Mark::Misspelled))
            words.append(parts.document.text().mid(range.position, range.length));
        return words;
    }
    // The menu of F7.
    [[nodiscard]] SpellingMenu* menu() {
        SpellingMenu* found = nullptr;
        (void)QTest::qWaitFor([&] {
            found = qobject_cast<SpellingMenu*>(QApplication::activePopupWidget());
            return found != nullptr;
        });
        return found;
    }
    static QAction* entry(const QMenu& menu, const QString& words) {
        for (QAction* const action : menu.actions())
            if (action->text().remove(u'&').startsWith(words))
                return action;
        return nullptr;
    }
    [[nodiscard]] QString text() const { return parts.document.text(); }
    [[nodiscard]] QString message() const { return window->messages().message(); }
};

} // namespace

class SpellingUiTest : public QObject {
    Q_OBJECT

private slots:
    void misspelledWordsAreUnderlined() {
        SpellingBench bench(QStringLiteral("The hous and the *rian*. Don’t walk, wel-known captain."));
        QTRY_COMPARE(bench.underlined(),
                     (QStringList{QStringLiteral("hous"), QStringLiteral("rian"), QStringLiteral("wel")}));
        // A wave of a colour of its own, and not a change of the text's own format.
        bool isWave = false;
        for (const auto& selection : bench.window->editor().extraSelections())
            isWave =
                isWave || (selection.format.underlineStyle() == QTextCharFormat::WaveUnderline &&
                           selection.format.underlineColor() == bench.window->theme().colours().warningInk);
        QVERIFY(isWave);
    }

    void theWordThatIsBeingWrittenIsLeftAlone() {
        SpellingBench bench(QStringLiteral("The "));
        bench.window->editor().placeCursor(4);
        QTest::keyClicks(&bench.window->editor(), QStringLiteral("hous"));
        QTest::qWait(300);
        QCOMPARE(bench.underlined(), QStringList());
        QTest::keyClicks(&bench.window->editor(), QStringLiteral(" "));
        QTRY_COMPARE(bench.underlined(), QStringList{QStringLiteral("hous")});
        // Back into it: written in again, it is left alone again; only looked at, it stays underlined.
        bench.key(Qt::Key_Left);
        QTest::qWait(200);
        QCOMPARE(bench.underlined(), QStringList{QStringLiteral("hous")});
        QTest::keyClicks(&bench.window->editor(), QStringLiteral("x"));
        QTRY_COMPARE(bench.underlined(), QStringList());
        bench.key(Qt::Key_Home);
        QTRY_COMPARE(bench.underlined(), QStringList{QStringLiteral("housx")});
    }

    void wordsOfTheModelAreCheckedTheSame() {
        SpellingBench bench(QStringLiteral("The sea"));
        bench.key(Qt::Key_End, Qt::ControlModifier);
        QVERIFY(bench.continueStory());
        QTRY_VERIFY(!bench.underlined().isEmpty()); // the scripted model's words are not in the dictionary
        for (const QString& word : bench.underlined())
            QVERIFY(test::Desk::said(1, 8).contains(word));
    }

    void aKeyLooksAtWhatIsInSightOnly() {
        QString long_;
        while (long_.size() < 200'000)
            long_ += QStringLiteral("the old house and hous ");
        SpellingBench bench(long_);
        bench.window->editor().placeCursor(100'000);
        QTRY_VERIFY(!bench.underlined().isEmpty());
        QTest::qWait(300);
        const SpellingMarks& marks = bench.window->spelling().marks();
        const qint64 before = marks.unitsVisited();
        constexpr int kKeys = 20;
        for (int i = 0; i < kKeys; ++i)
            QTest::keyClicks(&bench.window->editor(), QStringLiteral("a"));
        QTest::qWait(300);
        const qint64 sight = bench.window->editor().rangeInSight().length;
        QVERIFY(sight > 500 && sight < 8000);
        QVERIFY2(marks.unitsVisited() - before <= (kKeys + 5) * sight,
                 qPrintable(QString::number(marks.unitsVisited() - before)));
    }

    void scrollingUnderlinesWhatComesIntoSight() {
        QString text;
        for (int i = 0; i < 400; ++i)
            text += QStringLiteral("the old house\n");
        SpellingBench bench(text + QStringLiteral("the hous"));
        bench.window->editor().verticalScrollBar()->setValue(0);
        QTest::qWait(300);
        QVERIFY(bench.underlined().isEmpty());
        bench.window->editor().verticalScrollBar()->setValue(
            bench.window->editor().verticalScrollBar()->maximum());
        QTRY_COMPARE(bench.underlined(), QStringList{QStringLiteral("hous")});
    }

    void f7GoesFromWordToWord() {
        SpellingBench bench(QStringLiteral("The hous.\n\nThe don’tt rian."));
        bench.window->editor().placeCursor(0);
        bench.key(Qt::Key_F7);
        SpellingMenu* menu = bench.menu();
        QVERIFY(menu != nullptr);
        QCOMPARE(bench.window->editor().selectedText(), QStringLiteral("hous"));
        QCOMPARE(menu->activeAction()->text(), QStringLiteral("house"));
        QTest::keyClick(menu, Qt::Key_Return);
        QCOMPARE(bench.text(), QStringLiteral("The house.\n\nThe don’tt rian."));
        bench.parts.document.undo(); // one step
        QCOMPARE(bench.text(), QStringLiteral("The hous.\n\nThe don’tt rian."));
        bench.parts.document.redo();
        bench.key(Qt::Key_F7);
        menu = bench.menu();
        QVERIFY(menu != nullptr);
        QCOMPARE(bench.window->editor().selectedText(), QStringLiteral("don’tt"));
        // The replacement has the apostrophe of the text.
        QVERIFY(SpellingBench::entry(*menu, QStringLiteral("don't")) != nullptr);
        // F7 in the menu goes on.
        QTest::keyClick(menu, Qt::Key_F7);
        QTRY_COMPARE(bench.window->editor().selectedText(), QStringLiteral("rian"));
        menu = bench.menu();
        QVERIFY(menu != nullptr);
        QTest::keyClick(menu, Qt::Key_Escape);
        QCOMPARE(bench.text(), QStringLiteral("The house.\n\nThe don’tt rian."));
        // Round the end.
        bench.key(Qt::Key_F7);
        QTRY_COMPARE(bench.window->editor().selectedText(), QStringLiteral("don’tt"));
        menu = bench.menu();
        QVERIFY(menu != nullptr);
        SpellingBench::entry(*menu, QStringLiteral("don't"))->trigger();
        menu->close();
        QVERIFY(bench.text().contains(QStringLiteral("don’t ")));
    }

    void aTextWithoutFaultsSaysSo() {
        SpellingBench bench(QStringLiteral("The old house."));
        bench.key(Qt::Key_F7);
        QTRY_COMPARE(bench.window->statusLine().activity(), QStringLiteral("no misspelled word"));
    }

    void wordsAreAddedAndIgnoredAndBothCanBeTakenBack() {
        SpellingBench bench(QStringLiteral("Anselm walked. Anselm’s gloaming."));
        bench.window->editor().placeCursor(0);
        bench.key(Qt::Key_F7);
        SpellingMenu* menu = bench.menu();
        QVERIFY(menu != nullptr);
        SpellingBench::entry(*menu, QStringLiteral("Add “Anselm”"))->trigger();
        menu->close();
        QTRY_COMPARE(bench.underlined(), QStringList{QStringLiteral("gloaming")});
        const QString file = bench.folder.filePath(QStringLiteral("words.txt"));
        QTRY_VERIFY(QFile::exists(file));
        bench.key(Qt::Key_F7);
        menu = bench.menu();
        QVERIFY(menu != nullptr);
        SpellingBench::entry(*menu, QStringLiteral("Ignore “gloaming”"))->trigger();
        menu->close();
        QTRY_COMPARE(bench.underlined(), QStringList());
        QCOMPARE(bench.parts.project.spelling().ignored, QStringList{QStringLiteral("gloaming")});
        // In the project, which another start opens.
        QVERIFY(bench.parts.waitUntilSaved());
        bench.window->findChild<QPushButton*>(QStringLiteral("messageAction"))->click();
        QTRY_COMPARE(bench.underlined(), QStringList{QStringLiteral("gloaming")});
        QVERIFY(bench.parts.project.spelling().ignored.isEmpty());
    }

    void theContextMenuHasSuggestions() {
        SpellingBench bench(QStringLiteral("The hous and more"));
        QTRY_VERIFY(bench.underlined().contains(QStringLiteral("hous")));
        StoryEditor& editor = bench.window->editor();
        editor.placeCursor(6);
        // The right button alone opens nothing here, and once went round for ever.
        QTest::mouseClick(editor.viewport(), Qt::RightButton, {}, editor.cursorRect().center());
        QTest::mouseClick(&editor, Qt::RightButton, {}, QPoint(3, 3));
        QContextMenuEvent event(QContextMenuEvent::Keyboard, QPoint(), QPoint());
        QApplication::sendEvent(editor.viewport(), &event);
        auto* const menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
        QVERIFY(menu != nullptr);
        QTRY_VERIFY(SpellingBench::entry(*menu, QStringLiteral("house")) != nullptr);
        QVERIFY(SpellingBench::entry(*menu, QStringLiteral("Add “hous”")) != nullptr);
        QVERIFY(SpellingBench::entry(*menu, QStringLiteral("Continue")) != nullptr); // all else is there, too
        SpellingBench::entry(*menu, QStringLiteral("house"))->trigger();
        menu->close();
        QCOMPARE(bench.text(), QStringLiteral("The house and more"));
    }

    void withoutADictionaryItIsOffAndSaid() {
        SpellingBench bench(QStringLiteral("The hous"), {});
        QTRY_COMPARE(bench.parts.spelling.state(), app::Spelling::State::NoDictionary);
        QVERIFY(!bench.window->actions().showMisspelled->isChecked());
        QVERIFY(bench.underlined().isEmpty());
        QVERIFY(bench.message().isEmpty()); // nobody asked
        bench.key(Qt::Key_F7);
        QTRY_VERIFY2(bench.message().contains(QStringLiteral("hunspell-en-us")), qPrintable(bench.message()));
        bench.window->actions().showMisspelled->trigger();
        QVERIFY(!bench.window->actions().showMisspelled->isChecked());
        // Installed, the next F7 finds it, and the message is gone.
        bench.install({QStringLiteral("en_US")});
        bench.key(Qt::Key_F7);
        SpellingMenu* const menu = bench.menu();
        QVERIFY(menu != nullptr);
        menu->close();
        QVERIFY(bench.message().isEmpty());
        QVERIFY(bench.window->actions().showMisspelled->isChecked());
    }

    void languagesAreChosenByStory() {
        SpellingBench bench(QStringLiteral("die Straße house"),
                            {QStringLiteral("en_US"), QStringLiteral("de_DE")});
        QTRY_COMPARE(bench.underlined(), (QStringList{QStringLiteral("die"), QStringLiteral("Straße")}));
        QMenu& menu = *bench.window->actions().spellingLanguage;
        emit menu.aboutToShow();
        QAction* const german = menu.findChild<QAction*>(QStringLiteral("de_DE"));
        QVERIFY(german != nullptr);
        QCOMPARE(german->text(), QStringLiteral("German (Germany)"));
        QVERIFY(menu.findChild<QAction*>(QStringLiteral("en_US"))->isChecked());
        german->trigger();
        QTRY_COMPARE(bench.underlined(), QStringList{QStringLiteral("house")});
        QCOMPARE(bench.parts.project.spelling().language, QStringLiteral("de_DE"));
    }

    void itCanBeTurnedOff() {
        SpellingBench bench(QStringLiteral("The hous"));
        QTRY_COMPARE(bench.underlined().size(), 1);
        QVERIFY(bench.window->actions().showMisspelled->isChecked());
        bench.window->actions().showMisspelled->trigger();
        QTRY_VERIFY(bench.underlined().isEmpty());
        QVERIFY(!bench.parts.preferences.isSpellingOn());
        bench.key(Qt::Key_F7); // wanted, then
        SpellingMenu* const menu = bench.menu();
        QVERIFY(menu != nullptr);
        menu->close();
        QVERIFY(bench.parts.preferences.isSpellingOn());
    }
};

QTEST_MAIN(SpellingUiTest)
#include "spelling_test.moc"
