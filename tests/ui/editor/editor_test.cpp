#include "app/document/characters.h"
#include "tests/ui/support/desk.h"
#include "tests/ui/support/page.h"
#include "ui/editor/document_mirror.h"
#include "ui/editor/origin_highlighter.h"
#include "ui/editor/story_editor.h"
#include "ui/editor/word_counter.h"
#include "ui/theme/colours.h"

#include <QApplication>
#include <QClipboard>
#include <QRandomGenerator>
#include <QScrollBar>
#include <QTest>
#include <QTextBlock>
#include <QTextLayout>

using namespace ui;
using app::Document;
using app::Origin;
using app::SpannedText;

namespace {

struct Page : test::Page {
    using test::Page::Page;
    void putCursor(int position, int anchor = -1) {
        QTextCursor cursor = editor.textCursor();
        cursor.setPosition(anchor >= 0 ? anchor : position);
        cursor.setPosition(position, QTextCursor::KeepAnchor);
        editor.setTextCursor(cursor);
    }
};

QString novel(int paragraphs, int words) {
    QString text;
    for (int p = 0; p < paragraphs; ++p) {
        for (int w = 0; w < words; ++w) {
            text += QStringLiteral("word%1 ").arg((p * 31 + w * 7) % 89);
        }
        text += u'\n';
    }
    return text;
}

} // namespace

class EditorTest : public QObject {
    Q_OBJECT

private slots:
    void typingReachesTheStory() {
        Page page;
        QTest::keyClicks(&page.editor, QStringLiteral("Once upon"));
        QTest::keyClick(&page.editor, Qt::Key_Return);
        QTest::keyClicks(&page.editor, QStringLiteral("a time"));
        QCOMPARE(page.story.text(), QStringLiteral("Once upon\na time"));
        QTest::keyClick(&page.editor, Qt::Key_Backspace);
        QCOMPARE(page.story.text(), QStringLiteral("Once upon\na tim"));
    }

    void shiftReturnIsAPlainParagraph() {
        Page page(QStringLiteral("ab"));
        page.putCursor(1);
        QTest::keyClick(&page.editor, Qt::Key_Return, Qt::ShiftModifier);
        QCOMPARE(page.story.text(), QStringLiteral("a\nb"));
        QCOMPARE(page.editor.document()->blockCount(), 2);
    }

    void pastingKeepsWordsAndDropsFormats() {
        Page page(QStringLiteral("ab"));
        page.putCursor(1);
        QApplication::clipboard()->setText(QStringLiteral("one\r\ntwo\u00a0three"));
        page.editor.paste();
        QCOMPARE(page.story.text(), QStringLiteral("aone\ntwo\u00a0threeb"));
        QCOMPARE(page.shown(), page.story.text());
    }

    void undoAndRedoAreTheStorys() {
        Page page(QStringLiteral("Start."));
        page.putCursor(6);
        QTest::keyClicks(&page.editor, QStringLiteral("More"));
        QTest::keyClick(&page.editor, Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(page.story.text(), QStringLiteral("Start."));
        QCOMPARE(page.shown(), page.story.text());
        QTest::keyClick(&page.editor, Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(page.story.text(), QStringLiteral("Start.More"));
        QCOMPARE(page.shown(), page.story.text());
    }

    void formatsOfThePageAreNoEdits() {
        Page page(QStringLiteral("One.\nTwo."));
        const quint64 before = page.story.revision();
        app::Appearance appearance;
        appearance.fontSize = 20;
        page.editor.setTypography(typographyFor(appearance));
        page.editor.setColours(darkColours());
        page.editor.setOriginsShown(false);
        QCOMPARE(page.story.revision(), before);
        QVERIFY(!page.story.canUndo());
    }

    void bothStayEqualUnderRandomEdits() {
        Page page(novel(6, 8));
        QRandomGenerator random(11);
        for (int i = 0; i < 400; ++i) {
            const int size = static_cast<int>(page.story.size());
            // No cursor stands inside a pair of surrogates.
            const auto whole = [&](int place) {
                return app::splitsPair(page.story.text(), place) ? place - 1 : place;
            };
            const int at = whole(static_cast<int>(random.bounded(size + 1)));
            const int length = whole(at + static_cast<int>(random.bounded(std::min(6, size - at + 1)))) - at;
            static const QString kPieces[] = {QStringLiteral("x"), QStringLiteral("\n"),
                                              QStringLiteral("two\nlines "), QString(),
                                              QStringLiteral("\U0001F980")};
            const QString& piece = kPieces[random.bounded(5)];
            switch (random.bounded(4)) {
            case 0: page.story.applyReplacements({{{at, length}, piece}}); break;
            case 1: page.story.undo(); break;
            default: {
                page.putCursor(at + length, at);
                page.editor.textCursor().insertText(piece);
            }
            }
            QCOMPARE(page.shown(), page.story.text());
        }
        QCOMPARE(page.editor.mirror().fills(), 2); // empty at first, then the text: never out of step
    }

    void carriageReturnsDoNotPartThem() {
        Page page(QStringLiteral("one"));
        page.story.applyReplacements({{{3, 0}, QStringLiteral("\r\ntwo\rthree")}});
        QCOMPARE(page.shown().size(), page.story.size());
        page.putCursor(static_cast<int>(page.story.size()));
        QTest::keyClicks(&page.editor, QStringLiteral("!"));
        QVERIFY(page.story.text().endsWith(u'!'));
    }

    void streamedTextLeavesCursorAndSelectionAlone() {
        Page page(QStringLiteral("One two three."));
        page.putCursor(7, 4); // "two"
        QVERIFY(page.story.beginGeneration(1, page.story.size()));
        page.story.appendGenerated(1, QStringLiteral(" And on"));
        QCOMPARE(page.editor.textCursor().selectedText(), QStringLiteral("two"));
        // Typing elsewhere goes on while text comes in.
        page.putCursor(0);
        QTest::keyClicks(&page.editor, QStringLiteral("X"));
        page.story.appendGenerated(1, QStringLiteral(" it went."));
        QCOMPARE(page.story.text(), QStringLiteral("XOne two three. And on it went."));
        QCOMPARE(page.editor.textCursor().position(), 1);
        QCOMPARE(page.shown(), page.story.text());
    }

    void selectionThatEndsWhereTextComesInDoesNotGrow() {
        Page page(QStringLiteral("One two"));
        page.putCursor(7, 4);
        QVERIFY(page.story.beginGeneration(1, 7));
        page.story.appendGenerated(1, QStringLiteral(" three"));
        QCOMPARE(page.editor.textCursor().selectedText(), QStringLiteral("two"));
    }

    void plainCursorGoesAlongWithTheText() {
        Page page(QStringLiteral("One"));
        page.putCursor(3);
        QVERIFY(page.story.beginGeneration(1, 3));
        page.story.appendGenerated(1, QStringLiteral(" two"));
        QCOMPARE(page.editor.textCursor().position(), 7);
    }

    void viewFollowsOnlyIfThePlaceWasInSight() {
        Page page(novel(60, 30));
        QScrollBar* const bar = page.editor.verticalScrollBar();
        page.putCursor(static_cast<int>(page.story.size()));
        page.editor.ensureCursorVisible();
        QTRY_VERIFY(bar->maximum() > 0);
        bar->setValue(bar->maximum());
        QVERIFY(page.story.beginGeneration(1, page.story.size()));
        const int before = bar->value();
        page.story.appendGenerated(1, novel(12, 30));
        QVERIFY(bar->value() > before);
        QVERIFY(page.editor.viewport()->rect().intersects(page.editor.cursorRect()));
        // Scrolled away, the view stays.
        bar->setValue(100);
        page.story.appendGenerated(1, novel(12, 30));
        QCOMPARE(bar->value(), 100);
    }

    void textThatComesInAboveDoesNotMoveWhatIsInSight() {
        Page page(novel(60, 30));
        QScrollBar* const bar = page.editor.verticalScrollBar();
        page.editor.ensureCursorVisible();
        QVERIFY(page.story.beginGeneration(1, 20));
        bar->setValue(bar->maximum() / 2);
        const auto topLine = [&] {
            QTextCursor cursor = page.editor.cursorForPosition(QPoint(5, 60));
            cursor.movePosition(QTextCursor::StartOfLine);
            cursor.movePosition(QTextCursor::EndOfLine, QTextCursor::KeepAnchor);
            return cursor.selectedText();
        };
        const QString before = topLine();
        page.story.appendGenerated(1, novel(9, 30));
        QCOMPARE(topLine(), before);
    }

    void generatedWordsAreColouredAndThatCanBeTurnedOff() {
        Page page(QStringLiteral("Typed."));
        QVERIFY(page.story.beginGeneration(1, 6));
        page.story.appendGenerated(1, QStringLiteral(" Made."));
        page.story.endGeneration(1);
        const auto inkAt = [&](int position) {
            for (const auto& range : page.editor.document()->firstBlock().layout()->formats()) {
                if (position >= range.start && position < range.start + range.length) {
                    return range.format.foreground().color();
                }
            }
            return QColor();
        };
        QCOMPARE(inkAt(8), lightColours().generatedInk);
        QVERIFY(!inkAt(2).isValid());
        // The writer's words inside the model's have an ink of their own.
        page.putCursor(9);
        QTest::keyClicks(&page.editor, QStringLiteral("x"));
        QCOMPARE(inkAt(9), lightColours().editedInk);
        page.editor.setOriginsShown(false);
        QVERIFY(!inkAt(8).isValid());
    }

    void keystrokeInANovelLooksAtItsParagraphOnly() {
        Page page(novel(2500, 40)); // 100,000 words
        QCOMPARE(page.editor.wordCounter().words(), 100'000);
        page.putCursor(static_cast<int>(page.story.size() / 2));
        const qint64 counted = page.editor.wordCounter().blocksVisited();
        const qint64 coloured = page.editor.highlighter().blocksVisited();
        const int fills = page.editor.mirror().fills();
        constexpr int kKeys = 50;
        for (int i = 0; i < kKeys; ++i) {
            QTest::keyClick(&page.editor, i % 6 == 5 ? Qt::Key_Space : Qt::Key_A);
        }
        QVERIFY(page.editor.wordCounter().blocksVisited() - counted <= 2 * kKeys);
        QVERIFY(page.editor.highlighter().blocksVisited() - coloured <= 2 * kKeys);
        QCOMPARE(page.editor.mirror().fills(), fills);
    }

    void wordsAreCountedAsTheTextChanges_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("words");
        QTest::newRow("empty") << QString() << 0;
        QTest::newRow("blank") << QStringLiteral(" \n\n ") << 0;
        QTest::newRow("apostrophe, hyphen") << QStringLiteral("Don’t you, well-known sir?") << 4;
        QTest::newRow("dash parts") << QStringLiteral("one — two—three") << 3;
        QTest::newRow("numbers") << QStringLiteral("In 1851 she was 22.") << 5;
        QTest::newRow("accents") << QStringLiteral("naïve cafe\u0301") << 2;
    }
    void wordsAreCountedAsTheTextChanges() {
        QFETCH(QString, text);
        QFETCH(int, words);
        QCOMPARE(countWords(text), words);
    }

    void wordCountFollowsEveryEdit() {
        Page page(QStringLiteral("One two.\nThree four five.\nSix."));
        QCOMPARE(page.editor.wordCounter().words(), 6);
        page.putCursor(20, 4); // joins paragraphs
        QTest::keyClick(&page.editor, Qt::Key_Delete);
        QCOMPARE(page.editor.wordCounter().words(), countWords(page.story.text()));
        page.story.undo();
        QCOMPARE(page.editor.wordCounter().words(), 6);
        page.story.reset(SpannedText(QStringLiteral("Just two"), Origin::Typed));
        QCOMPARE(page.editor.wordCounter().words(), 2);
    }

    void letterUnderTheMouseIsFound() {
        Page page(QStringLiteral("Hello there."));
        QTextCursor cursor(page.editor.document());
        for (const int position : {0, 4, 11}) {
            cursor.setPosition(position);
            const QRect left = page.editor.cursorRect(cursor);
            QCOMPARE(page.editor.positionUnder(left.center() + QPoint(3, 0)),
                     std::optional<qsizetype>(position));
        }
        QVERIFY(!page.editor.positionUnder(QPoint(600, 400)));
    }

    void aNewEmptyPageHasACaretAndNoWords() {
        Page page(QStringLiteral("Six words stood on this page."));
        int words = -1;
        connect(&page.editor, &StoryEditor::wordsChanged, &page.editor, [&](int count) { words = count; });
        page.story.reset(SpannedText());
        QCoreApplication::processEvents();
        QCOMPARE(words, 0);
        QCOMPARE(page.editor.document()->firstBlock().layout()->lineCount(), 1);
        const QRect caret = page.editor.cursorRect();
        QVERIFY(page.editor.viewport()->rect().contains(caret.center()));
        QTest::keyClicks(&page.editor, QStringLiteral("x"));
        QCOMPARE(page.editor.cursorRect().top(), caret.top());
        QCOMPARE(words, 1);
    }

    void clickBesideTheColumnMovesTheCursor() {
        Page page(QStringLiteral("First line.\nSecond line."));
        page.putCursor(0);
        QTextCursor second(page.editor.document());
        second.setPosition(12);
        const int y =
            page.editor.viewport()->mapTo(&page.editor, page.editor.cursorRect(second).center()).y();
        QTest::mouseClick(&page.editor, Qt::LeftButton, {}, QPoint(3, y));
        QCOMPARE(page.editor.textCursor().position(), 12);
    }
};

QTEST_MAIN(EditorTest)
#include "editor_test.moc"
