#include "app/notes/scene_notes.h"
#include "app/project/project_controller.h"
#include "tests/ui/support/desk.h"
#include "ui/editor/document_mirror.h"
#include "ui/editor/story_editor.h"
#include "ui/find/find_bar.h"
#include "ui/find/text_search.h"
#include "ui/outline/outline_dock.h"
#include "ui/outline/scene_panel.h"
#include "ui/window/actions.h"
#include "ui/window/message_bar.h"

#include <QAction>
#include <QCheckBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTest>

using namespace ui;
using app::TextRange;

namespace {

const QString kText = QStringLiteral("The cat saw the other cat.\nTHE END, category.");

struct FindDesk : test::Desk {
    FindDesk()
        : Desk(kText)
        , bar(window->findBar())
        , pattern(bar.findChild<QLineEdit*>(QStringLiteral("findPattern")))
        , replacement(bar.findChild<QLineEdit*>(QStringLiteral("findReplacement"))) {}
    void type(const QString& text) {
        pattern->clear();
        QTest::keyClicks(pattern, text);
    }
    [[nodiscard]] QString selected() const { return window->editor().textCursor().selectedText(); }
    [[nodiscard]] int selectionStart() const { return window->editor().textCursor().selectionStart(); }

    FindBar& bar;
    QLineEdit* pattern;
    QLineEdit* replacement;
};

} // namespace

class FindTest : public QObject {
    Q_OBJECT

private slots:
    void findsAll_data() {
        QTest::addColumn<QString>("pattern");
        QTest::addColumn<bool>("isRegex");
        QTest::addColumn<bool>("isCaseSensitive");
        QTest::addColumn<bool>("isWholeWord");
        QTest::addColumn<QList<qsizetype>>("positions");
        using Positions = QList<qsizetype>;
        QTest::newRow("plain") << "cat" << false << false << false << Positions{4, 22, 36};
        QTest::newRow("whole word") << "cat" << false << false << true << Positions{4, 22};
        QTest::newRow("any case") << "the" << false << false << true << Positions{0, 12, 27};
        QTest::newRow("case") << "the" << false << true << true << Positions{12};
        QTest::newRow("signs are no pattern") << "cat." << false << false << false << Positions{22};
        QTest::newRow("pattern") << "c.t" << true << false << false << Positions{4, 22, 36};
        QTest::newRow("line start") << "^the" << true << false << false << Positions{0, 27};
        QTest::newRow("empty matches are none") << "x*" << true << false << false << Positions{};
        QTest::newRow("nothing") << "" << false << false << false << Positions{};
    }
    void findsAll() {
        QFETCH(QString, pattern);
        QFETCH(bool, isRegex);
        QFETCH(bool, isCaseSensitive);
        QFETCH(bool, isWholeWord);
        QFETCH(QList<qsizetype>, positions);
        QList<qsizetype> found;
        for (const TextRange& match :
             findAll(kText, {pattern, isRegex, isCaseSensitive, isWholeWord}).matches) {
            found.append(match.position);
        }
        QCOMPARE(found, positions);
    }

    void mistakeInAPatternIsSaid() {
        const SearchResult result = findAll(kText, {QStringLiteral("(cat"), true, false, false});
        QVERIFY(result.matches.isEmpty());
        QVERIFY(!result.problem.isEmpty());
    }

    void replacementFillsInBrackets() {
        const SearchQuery query{QStringLiteral("(\\w+) cat"), true, false, false};
        const SearchResult result = findAll(kText, query);
        const Replacer replacer(query, QStringLiteral("$1 dog\\n[$0]\\$"));
        QCOMPARE(replacer.replacementFor(kText, result.matches[0]),
                 std::optional(QStringLiteral("The dog\n[The cat]$")));
        const Replacer plain({QStringLiteral("cat"), false, false, false}, QStringLiteral("$1"));
        QCOMPARE(plain.replacementFor(kText, {4, 3}), std::optional(QStringLiteral("$1")));
        QVERIFY(!plain.replacementFor(kText, {5, 3}));
    }

    void typingFindsAndKeysGoRound() {
        FindDesk desk;
        desk.window->actions().find->trigger();
        QVERIFY(desk.bar.isVisible());
        QTRY_VERIFY(desk.pattern->hasFocus());
        QTextCursor cursor = desk.window->editor().textCursor();
        cursor.setPosition(0);
        desk.window->editor().setTextCursor(cursor);
        desk.type(QStringLiteral("cat"));
        QTRY_COMPARE(desk.selectionStart(), 4);
        QCOMPARE(desk.bar.matchCount(), 3);
        QCOMPARE(desk.window->editor().marks(StoryEditor::Mark::Match).size(), 3);
        desk.window->actions().findNext->trigger();
        QCOMPARE(desk.selectionStart(), 22);
        desk.window->actions().findNext->trigger();
        desk.window->actions().findNext->trigger();
        QCOMPARE(desk.selectionStart(), 4);
        desk.window->actions().findPrevious->trigger();
        QCOMPARE(desk.selectionStart(), 36);
        QCOMPARE(desk.bar.findChild<QLabel*>(QStringLiteral("findCount"))->text(), QStringLiteral("3 of 3"));
    }

    void escapeClosesTheBarAndItsMarks() {
        FindDesk desk;
        desk.window->actions().find->trigger();
        desk.type(QStringLiteral("cat"));
        QTRY_COMPARE(desk.bar.matchCount(), 3);
        QTest::keyClick(desk.pattern, Qt::Key_Escape);
        QVERIFY(!desk.bar.isVisible());
        QVERIFY(desk.window->editor().marks(StoryEditor::Mark::Match).isEmpty());
        QTRY_VERIFY(desk.window->editor().hasFocus());
    }

    void editsMoveTheMatches() {
        FindDesk desk;
        desk.window->actions().find->trigger();
        desk.type(QStringLiteral("END"));
        QTRY_COMPARE(desk.bar.matchCount(), 1);
        desk.parts.document.applyReplacements({{{0, 0}, QStringLiteral("END. ")}});
        QTRY_COMPARE(desk.bar.matchCount(), 2);
    }

    void replacesOneThenGoesOn() {
        FindDesk desk;
        desk.window->actions().replace->trigger();
        desk.type(QStringLiteral("cat"));
        QTRY_COMPARE(desk.bar.matchCount(), 3);
        desk.replacement->setText(QStringLiteral("dog"));
        desk.window->editor().showRange({4, 3});
        QTest::keyClick(desk.replacement, Qt::Key_Return);
        QCOMPARE(desk.parts.document.text(),
                 QStringLiteral("The dog saw the other cat.\nTHE END, category."));
        QTRY_COMPARE(desk.selectionStart(), 22);
        QCOMPARE(desk.selected(), QStringLiteral("cat"));
    }

    void replaceAllIsOneUndoStep() {
        FindDesk desk;
        desk.window->actions().replace->trigger();
        desk.bar.findChild<QCheckBox*>(QStringLiteral("findRegex"))->setChecked(true);
        desk.type(QStringLiteral("(\\w+) cat\\b"));
        QTRY_COMPARE(desk.bar.matchCount(), 2);
        desk.replacement->setText(QStringLiteral("$1 big dog"));
        QTest::mouseClick(desk.bar.findChild<QPushButton*>(QStringLiteral("findReplaceAll")), Qt::LeftButton);
        const QString replaced = QStringLiteral("The big dog saw the other big dog.\nTHE END, category.");
        QCOMPARE(desk.parts.document.text(), replaced);
        QCOMPARE(desk.page(), replaced);
        desk.window->actions().undo->trigger();
        QCOMPARE(desk.parts.document.text(), kText);
        QCOMPARE(desk.page(), kText);
        QVERIFY(!desk.parts.document.canUndo());
    }

    void manyMatchesAreMarkedAroundTheCursor() {
        FindDesk desk;
        desk.parts.document.reset(
            app::SpannedText(QStringLiteral("cat ").repeated(3000), app::Origin::Typed));
        desk.window->actions().find->trigger();
        desk.type(QStringLiteral("cat"));
        QTRY_COMPARE(desk.bar.matchCount(), 3000);
        desk.window->editor().showRange({4 * 2000, 3});
        const auto marks = desk.window->editor().extraSelections();
        QVERIFY(marks.size() < 1000);
        const DocumentMirror& mirror = desk.window->editor().mirror();
        QVERIFY(std::any_of(marks.begin(), marks.end(), [&](const QTextEdit::ExtraSelection& mark) {
            return mirror.toStory(mark.cursor.selectionStart()) == 4 * 2000;
        }));
    }

    void selectedWordsComeIntoTheBar() {
        FindDesk desk;
        desk.window->editor().showRange({16, 5});
        desk.window->actions().find->trigger();
        QCOMPARE(desk.pattern->text(), QStringLiteral("other"));
    }

    // With the box, notes of scenes are searched and replaced as well.
    void everywhereIncludesNotes() {
        FindDesk desk;
        app::SceneNotes& notes = desk.parts.project.notes();
        notes.setSynopsis(0, QStringLiteral("A cat"));
        notes.setText(0, QStringLiteral("Which cat? The old cat."));
        desk.window->actions().replace->trigger();
        auto* const everywhere = desk.bar.findChild<QCheckBox*>(QStringLiteral("findEverywhere"));
        const auto* const count = desk.bar.findChild<QLabel*>(QStringLiteral("findCount"));
        QVERIFY(everywhere->isVisible());
        desk.type(QStringLiteral("cat"));
        QTRY_COMPARE(desk.bar.matchCount(), 3);
        everywhere->setChecked(true);
        QTRY_COMPARE(desk.bar.matchCount(), 6);
        // Behind the last one of the story come those of the notes, then the story again.
        desk.window->editor().placeCursor(30);
        desk.bar.findNext();
        QCOMPARE(count->text(), QStringLiteral("3 of 6"));
        desk.bar.findNext();
        QCOMPARE(count->text(), QStringLiteral("4 of 6"));
        QVERIFY(desk.window->outline().isVisible());
        desk.bar.findNext();
        desk.bar.findNext();
        QCOMPARE(count->text(), QStringLiteral("6 of 6"));
        const QTextCursor found = desk.window->outline().scene().text().textCursor();
        QCOMPARE(found.selectionStart(), 19);
        QCOMPARE(found.selectedText(), QStringLiteral("cat"));
        desk.bar.findNext();
        QCOMPARE(count->text(), QStringLiteral("1 of 6"));
        desk.bar.findPrevious();
        QCOMPARE(count->text(), QStringLiteral("6 of 6"));

        desk.replacement->setText(QStringLiteral("dog"));
        QTest::mouseClick(desk.bar.findChild<QPushButton*>(QStringLiteral("findReplaceAll")), Qt::LeftButton);
        QCOMPARE(notes.synopsis(0), QStringLiteral("A dog"));
        QCOMPARE(notes.text(0), QStringLiteral("Which dog? The old dog."));
        QVERIFY(desk.parts.document.text().startsWith(QStringLiteral("The dog saw the other dog.")));
        // The text has its undo; the notes have theirs in the message.
        desk.parts.document.undo();
        QCOMPARE(desk.parts.document.text(), kText);
        for (QPushButton* const button : desk.window->messages().findChildren<QPushButton*>())
            if (button->isVisible() && button->text().contains(QStringLiteral("ndo")))
                button->click();
        QCOMPARE(notes.text(0), QStringLiteral("Which cat? The old cat."));
        QCOMPARE(notes.synopsis(0), QStringLiteral("A cat"));
    }
};

QTEST_MAIN(FindTest)
#include "find_test.moc"
