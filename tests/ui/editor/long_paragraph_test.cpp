// long_paragraph_test.cpp: paragraphs of any length can be written in. The page shows them in several blocks;
// the story, the cursor, the clipboard and the counts know nothing of it.
#include "tests/ui/support/page.h"
#include "ui/editor/document_mirror.h"
#include "ui/editor/origin_highlighter.h"
#include "ui/editor/word_counter.h"

#include <QClipboard>
#include <QRandomGenerator>
#include <QScrollBar>
#include <QTextLayout>

using namespace app;
using test::Page;
using ui::DocumentMirror;
using ui::SoftBreaks;

namespace {

QString base64(int length) {
    QString text;
    QRandomGenerator random(3);
    while (text.size() < length) {
        text +=
            QLatin1Char("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"[random.bounded(62)]);
    }
    return text;
}

QString words(int length) {
    QString text;
    for (int i = 0; text.size() < length; ++i) {
        text += QStringLiteral("word%1 ").arg(i * 31 % 97);
    }
    return text;
}

QString emoji(int count) {
    return QStringLiteral("\U0001F468\u200D\U0001F469\u200D\U0001F467e\u0301").repeated(count);
}

int longestBlock(const Page& page) {
    int longest = 0;
    for (QTextBlock block = page.editor.document()->firstBlock(); block.isValid(); block = block.next()) {
        longest = std::max(longest, block.length() - 1);
    }
    return longest;
}

} // namespace

class LongParagraphTest : public QObject {
    Q_OBJECT

private slots:
    void placesOnThePageAndInTheStory() {
        SoftBreaks breaks;
        breaks.insert(10);
        breaks.insert(21); // the story's unit 20
        QCOMPARE(breaks.toStory(10), 10);
        QCOMPARE(breaks.toStory(11), 10);
        QCOMPARE(breaks.toStory(22), 20);
        QCOMPARE(breaks.toPage(10), 11);
        QCOMPARE(breaks.toPage(10, SoftBreaks::Side::EndOfBlock), 10);
        QCOMPARE(breaks.toPage(20), 22);
        QCOMPARE(breaks.toPage(20, SoftBreaks::Side::EndOfBlock), 21);
        for (qsizetype place = 0; place < 40; ++place) {
            QCOMPARE(breaks.toStory(breaks.toPage(place)), place);
            QCOMPARE(breaks.toStory(breaks.toPage(place, SoftBreaks::Side::EndOfBlock)), place);
        }
        breaks.replace(5, 2, 4);
        QCOMPARE(breaks.places(), (QList<qsizetype>{12, 23}));
        breaks.replace(12, 1, 0);
        QCOMPARE(breaks.places(), (QList<qsizetype>{22}));
        breaks.insert(3);
        QCOMPARE(breaks.places(), (QList<qsizetype>{3, 23}));
        breaks.replace(0, 50, 3);
        QCOMPARE(breaks.count(), 0);
    }

    void aLongParagraphIsShownInBlocks_data() {
        QTest::addColumn<QString>("text");
        QTest::newRow("no space") << base64(30000);
        QTest::newRow("words") << words(30000);
        QTest::newRow("emoji") << emoji(3000);
        QTest::newRow("between others")
            << QStringLiteral("One.\n") + base64(9000) + QStringLiteral("\n\nTwo.\n") + words(9000);
        QTest::newRow("just short enough") << base64(DocumentMirror::kLongestBlock);
    }
    void aLongParagraphIsShownInBlocks() {
        QFETCH(QString, text);
        Page page(text);
        QVERIFY(longestBlock(page) <= DocumentMirror::kLongestBlock);
        QCOMPARE(page.shown(), text);
        QCOMPARE(page.editor.wordCounter().words(), ui::countWords(text));
        const bool isLong = text.size() > DocumentMirror::kLongestBlock;
        QCOMPARE(page.editor.mirror().breaks().count() > 0, isLong);
        for (const qsizetype place : page.editor.mirror().breaks().places()) {
            const qsizetype inStory = page.editor.mirror().toStory(static_cast<int>(place));
            QVERIFY(!text[inStory].isLowSurrogate() && text[inStory] != QChar(0x301) &&
                    text[inStory] != QChar(0x200d));
        }
        page.editor.selectAll();
        page.editor.copy();
        QCOMPARE(QApplication::clipboard()->text(), text);
    }

    void keystrokesLookAtOneBlock() {
        Page page(base64(200'000));
        page.editor.placeCursor(100'000);
        const qint64 counted = page.editor.wordCounter().blocksVisited();
        const qint64 coloured = page.editor.highlighter().blocksVisited();
        const int fills = page.editor.mirror().fills();
        QTest::keyClicks(&page.editor, QStringLiteral("abcdefghij"));
        QVERIFY(page.editor.wordCounter().blocksVisited() - counted <= 20);
        QVERIFY(page.editor.highlighter().blocksVisited() - coloured <= 20);
        QCOMPARE(page.editor.mirror().fills(), fills);
        QCOMPARE(page.story.text().mid(100'000, 10), QStringLiteral("abcdefghij"));
        QCOMPARE(page.editor.cursorPlace(), 100'010);
        QCOMPARE(page.shown(), page.story.text());
    }

    void aBlockThatIsTypedTooLongIsBroken() {
        Page page(base64(DocumentMirror::kLongestBlock - 3));
        page.editor.placeCursor(1000);
        QTest::keyClicks(&page.editor, QStringLiteral("123456"));
        QTRY_VERIFY(longestBlock(page) <= DocumentMirror::kLongestBlock);
        QCOMPARE(page.shown(), page.story.text());
        QCOMPARE(page.editor.cursorPlace(), 1006);
    }

    void pastedAndStreamedTextIsBroken() {
        Page page(QStringLiteral("[]"));
        const QString text = base64(50'000);
        page.editor.placeCursor(1);
        QApplication::clipboard()->setText(text);
        page.editor.paste();
        QCOMPARE(page.story.text(), QStringLiteral("[") + text + QStringLiteral("]"));
        QCOMPARE(page.shown(), page.story.text());
        QVERIFY(longestBlock(page) <= DocumentMirror::kLongestBlock);
        QCOMPARE(page.editor.cursorPlace(), 1 + text.size());
        page.story.undo();
        QCOMPARE(page.shown(), QStringLiteral("[]"));
        QCOMPARE(page.editor.mirror().breaks().count(), 0);
        QVERIFY(page.story.beginGeneration(1, 1));
        for (int i = 0; i < 300; ++i) {
            page.story.appendGenerated(1, text.mid(i * 60, 60));
        }
        QCOMPARE(page.shown(), page.story.text());
        QVERIFY(longestBlock(page) <= DocumentMirror::kLongestBlock);
        QCOMPARE(page.editor.mirror().fills(), 2);
    }

    // The cursor does not stop between the two blocks, and nothing is erased but characters.
    void keysGoOverABreak() {
        Page page(base64(10'000));
        const QString text = page.story.text();
        const int place = static_cast<int>(page.editor.mirror().breaks().places().first());
        const qsizetype inStory = page.editor.mirror().toStory(place);
        page.editor.placeCursor(inStory - 2);
        for (int i = 1; i <= 4; ++i) {
            QTest::keyClick(&page.editor, Qt::Key_Right);
            QCOMPARE(page.editor.cursorPlace(), inStory - 2 + i);
        }
        for (int i = 1; i <= 4; ++i) {
            QTest::keyClick(&page.editor, Qt::Key_Left);
            QCOMPARE(page.editor.cursorPlace(), inStory + 2 - i);
        }
        for (int i = 1; i <= 4; ++i) {
            QTest::keyClick(&page.editor, Qt::Key_Right, Qt::ShiftModifier);
            QCOMPARE(page.editor.selectedRange(), (TextRange{inStory - 2, i}));
        }
        QCOMPARE(page.editor.selectedText(), text.mid(inStory - 2, 4));
        page.editor.placeCursor(inStory);
        QTest::keyClick(&page.editor, Qt::Key_Backspace);
        QCOMPARE(page.story.text(), QString(text).remove(inStory - 1, 1));
        page.editor.placeCursor(inStory - 1);
        QTest::keyClick(&page.editor, Qt::Key_Left);
        QTest::keyClick(&page.editor, Qt::Key_Right);
        QTest::keyClick(&page.editor, Qt::Key_Delete);
        QCOMPARE(page.story.text(), QString(text).remove(inStory - 1, 2));
        page.story.undo();
        page.story.undo();
        QCOMPARE(page.story.text(), text);
        QCOMPARE(page.shown(), text);
    }

    void returnsAndDeletionsAcrossBreaks() {
        Page page(words(12'000));
        const auto place = [&] {
            return page.editor.mirror().toStory(
                static_cast<int>(page.editor.mirror().breaks().places().first()));
        };
        page.editor.placeCursor(place());
        QTest::keyClick(&page.editor, Qt::Key_Return);
        QCOMPARE(page.shown(), page.story.text());
        QCOMPARE(page.story.text().count(u'\n'), 1);
        QTest::keyClick(&page.editor, Qt::Key_Backspace);
        QCOMPARE(page.shown(), page.story.text());
        QCOMPARE(page.story.text(), words(12'000));
        const qsizetype at = place();
        page.select(at - 5, at + 7);
        QTest::keyClicks(&page.editor, QStringLiteral("x"));
        QCOMPARE(page.story.text(), words(12'000).replace(at - 5, 12, u'x'));
        QCOMPARE(page.shown(), page.story.text());
        page.editor.selectAll();
        QTest::keyClick(&page.editor, Qt::Key_Delete);
        QCOMPARE(page.story.text(), QString());
        QCOMPARE(page.editor.mirror().breaks().count(), 0);
        QCOMPARE(page.editor.wordCounter().words(), 0);
    }

    // Near what is in sight a break is where a line ends anyway, so the lines are as full as everywhere.
    void breaksInSightAreNotSeen_data() {
        QTest::addColumn<QString>("text");
        QTest::newRow("no space") << base64(20'000);
        QTest::newRow("words") << words(20'000);
        QTest::newRow("chinese") << QString(20'000, QChar(0x6771));
    }
    void breaksInSightAreNotSeen() {
        QFETCH(QString, text);
        Page page(text);
        const auto isFull = [&](qsizetype place) {
            const QTextBlock block = page.editor.document()->findBlock(static_cast<int>(place));
            const QTextLine last = block.layout()->lineAt(block.layout()->lineCount() - 1);
            return last.naturalTextWidth() > 0.8 * last.width();
        };
        const auto inSight = [&] {
            const int from = page.editor.cursorForPosition(QPoint(0, 0)).position();
            const int to =
                page.editor.cursorForPosition(QPoint(0, page.editor.viewport()->height())).position();
            QList<qsizetype> places;
            for (const qsizetype place : page.editor.mirror().breaks().places()) {
                if (place >= from && place <= to) {
                    places.append(place);
                }
            }
            return places;
        };
        const auto allFull = [&] {
            const QList<qsizetype> places = inSight();
            return !places.isEmpty() && std::all_of(places.begin(), places.end(), isFull);
        };
        page.editor.reveal(
            {page.editor.mirror().toStory(static_cast<int>(page.editor.mirror().breaks().places()[1])), 0});
        QTRY_VERIFY(allFull());
        QCOMPARE(page.shown(), text);
        // Whatever is typed before it, and however wide the page becomes.
        page.editor.placeCursor(page.editor.mirror().toStory(static_cast<int>(inSight().first())) - 200);
        QTest::keyClicks(&page.editor, QStringLiteral("and seven more"));
        QTRY_VERIFY(allFull());
        QCOMPARE(page.shown(), page.story.text());
    }

    void randomEditsKeepBothEqual() {
        Page page(words(6000) + u'\n' + emoji(900) + u'\n' + base64(9000));
        QRandomGenerator random(17);
        const QString pieces[] = {
            QStringLiteral("x"), QStringLiteral("\n"),          base64(6000), QString(), emoji(2),
            words(40),           QStringLiteral("\u00a0\u2028")};
        QList<TextEdit> edits;
        connect(&page.story, &Document::changed, &page.story,
                [&](const DocumentChange& change) { edits.append(change.edit); });
        QString file = page.story.text();
        for (int i = 0; i < 250; ++i) {
            const qsizetype size = page.story.size();
            const qsizetype at = page.story.content().snapped(random.bounded(static_cast<int>(size) + 1));
            const qsizetype end = page.story.content().snapped(
                at + random.bounded(std::min(i % 20 == 0 ? 5000 : 9, static_cast<int>(size - at) + 1)));
            const QString& piece = pieces[random.bounded(int(std::size(pieces)))];
            switch (random.bounded(6)) {
            case 0: page.story.applyReplacements({{{at, std::max<qsizetype>(0, end - at)}, piece}}); break;
            case 1: page.story.undo(); break;
            case 2: page.story.insertGenerated(i + 1, at, piece); break;
            case 3: {
                page.select(at, std::max(at, end));
                QApplication::clipboard()->setText(piece);
                page.editor.paste();
                break;
            }
            case 4: {
                page.editor.placeCursor(at);
                QTest::keyClick(&page.editor, i % 2 == 0 ? Qt::Key_Backspace : Qt::Key_Delete);
                break;
            }
            default: {
                page.select(at, std::max(at, end));
                page.editor.textCursor().insertText(piece);
            }
            }
            if (i % 10 == 0) {
                QTest::qWait(0); // breaks what has grown
                QVERIFY(longestBlock(page) <= DocumentMirror::kLongestBlock);
            }
            if (i % 50 == 25) {
                QTest::qWait(200); // aligns
            }
            QCOMPARE(page.shown(), page.story.text());
            QCOMPARE(page.editor.wordCounter().words(), ui::countWords(page.story.text()));
            for (const TextEdit& edit : std::as_const(edits)) {
                QVERIFY(edit.inserted.isValidUtf16());
                file.replace(edit.position, edit.removedLength, edit.inserted);
            }
            edits.clear();
            QCOMPARE(file, page.story.text());
        }
        QCOMPARE(page.editor.mirror().fills(), 2);
    }
};

QTEST_MAIN(LongParagraphTest)
#include "long_paragraph_test.moc"
