// clipboard_test.cpp: what is cut, copied, dragged or undone comes back as it was, character by character;
// Qt's text documents would change some of them.
#include "tests/ui/support/page.h"
#include "ui/editor/document_mirror.h"

#include <QClipboard>
#include <QDropEvent>
#include <QMimeData>

using namespace app;
using test::Page;

namespace {

const QString kSpecial =
    QStringLiteral("a\u00a0b\u202fc\u00add\u2028e\u2029f\ufffcg\th\u200bi\u2060j\u3000k\u200fl\ufeffm\rn"
                   "\U0001F468\u200D\U0001F469 e\u0301 \u2011 \u00ab x \u00bb\n\n  two  spaces  ");

void drop(ui::StoryEditor& editor, qsizetype place, Qt::DropAction action, const QString& text) {
    QTextCursor cursor(editor.document());
    cursor.setPosition(editor.mirror().toPage(place));
    QMimeData data;
    data.setText(text);
    const QPoint point = editor.cursorRect(cursor).center();
    QDragEnterEvent enters(point, action, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(editor.viewport(), &enters);
    QDropEvent drops(point, action, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(editor.viewport(), &drops);
}

} // namespace

class ClipboardTest : public QObject {
    Q_OBJECT

private slots:
    void cutAndPasteBringTheSameBack() {
        Page page(QStringLiteral("<") + kSpecial + QStringLiteral(">"));
        const QString before = page.story.text();
        page.select(1, before.size() - 1);
        page.editor.cut();
        QCOMPARE(page.story.text(), QStringLiteral("<>"));
        QCOMPARE(QApplication::clipboard()->text(), kSpecial);
        page.editor.paste();
        QCOMPARE(page.story.text(), before);
        page.editor.paste();
        QCOMPARE(page.story.text(), QStringLiteral("<") + kSpecial + kSpecial + QStringLiteral(">"));
        page.story.undo();
        page.story.undo();
        page.story.undo();
        QCOMPARE(page.story.text(), before);
        QCOMPARE(page.shown().size(), before.size());
    }

    void eachCharacterAlone() {
        for (const QChar unit : kSpecial) {
            if (unit.isSurrogate()) {
                continue;
            }
            Page page(QStringLiteral("x%1y").arg(unit));
            page.select(1, 2);
            page.editor.copy();
            page.select(3, 3);
            page.editor.paste();
            QCOMPARE(page.story.text(), QStringLiteral("x%1y%1").arg(unit));
            page.select(1, 2);
            page.editor.cut();
            QCOMPARE(page.story.text(), QStringLiteral("xy%1").arg(unit));
        }
    }

    void typingBesideThemChangesNothing() {
        for (const QChar unit : kSpecial) {
            if (unit.isSurrogate()) {
                continue;
            }
            Page page(QStringLiteral("x%1y").arg(unit));
            for (const qsizetype place : {0, 1, 2}) {
                page.select(2 * place, 2 * place);
                QTest::keyClicks(&page.editor, QStringLiteral("."));
            }
            QCOMPARE(page.story.text(), QStringLiteral(".x.%1.y").arg(unit));
            QCOMPARE(page.shown().size(), page.story.size());
        }
    }

    void pastedFromOutside_data() {
        QTest::addColumn<QString>("pasted");
        QTest::addColumn<QString>("text");
        QTest::newRow("windows") << QStringLiteral("one\r\ntwo\r\n") << QStringLiteral("one\ntwo\n");
        QTest::newRow("old mac") << QStringLiteral("one\rtwo") << QStringLiteral("one\ntwo");
        QTest::newRow("with a mark") << QStringLiteral("\ufeffone") << QStringLiteral("one");
        QTest::newRow("special") << kSpecial << QString(kSpecial).replace(u'\r', u'\n');
        QTest::newRow("frames of Qt")
            << QStringLiteral("a\ufdd0b\ufdd1c") << QStringLiteral("a\ufdd0b\ufdd1c");
    }
    void pastedFromOutside() {
        QFETCH(QString, pasted);
        QFETCH(QString, text);
        Page page(QStringLiteral("[]"));
        page.select(1, 1);
        QApplication::clipboard()->setText(pasted);
        page.editor.paste();
        QCOMPARE(page.story.text(), QStringLiteral("[") + text + QStringLiteral("]"));
        QCOMPARE(page.editor.cursorPlace(), 1 + text.size());
        page.select(1, 1 + text.size());
        page.editor.copy();
        QCOMPARE(QApplication::clipboard()->text(), text);
        QCOMPARE(page.editor.mirror().fills(), 2);
    }

    void formatsAreLeftBehind() {
        Page page;
        auto* data = new QMimeData;
        data->setHtml(QStringLiteral("<b>bold</b>"));
        data->setText(QStringLiteral("bold"));
        QApplication::clipboard()->setMimeData(data);
        page.editor.paste();
        QCOMPARE(page.story.text(), QStringLiteral("bold"));
        QCOMPARE(page.editor.textCursor().charFormat().fontWeight(), 0 + QFont().weight());
    }

    void droppedTextComesAsItIs() {
        Page page(QStringLiteral("one two three"));
        drop(page.editor, 3, Qt::CopyAction, kSpecial);
        QCOMPARE(page.story.text(), QStringLiteral("one") + QString(kSpecial).replace(u'\r', u'\n') +
                                        QStringLiteral(" two three"));
        QCOMPARE(page.shown().size(), page.story.size());
        page.story.undo();
        QCOMPARE(page.story.text(), QStringLiteral("one two three"));
    }

    void draggingInsideMovesInOneStep() {
        const QString word = QStringLiteral("\u00a0\u00adtwo\u2028");
        Page page(QStringLiteral("one ") + word + QStringLiteral(" three"));
        const QString before = page.story.text();
        page.select(4, 4 + word.size());
        page.editor.moveSelectionTo(0);
        QCOMPARE(page.story.text(), word + QStringLiteral("one  three"));
        QCOMPARE(page.editor.selectedText(), word);
        page.editor.moveSelectionTo(page.story.size());
        QCOMPARE(page.story.text(), QStringLiteral("one  three") + word);
        QCOMPARE(page.editor.selectedText(), word);
        page.story.undo();
        page.story.undo();
        QCOMPARE(page.story.text(), before);
        QVERIFY(!page.story.canUndo());
    }

    void anEmojiReplacedByItsSisterIsWhole() {
        Page page(QStringLiteral("Hi \U0001F600!"));
        QList<TextEdit> edits;
        connect(&page.story, &Document::changed, &page.story,
                [&](const DocumentChange& change) { edits.append(change.edit); });
        page.select(3, 5);
        page.editor.textCursor().insertText(QStringLiteral("\U0001F60E"));
        QCOMPARE(page.story.text(), QStringLiteral("Hi \U0001F60E!"));
        page.select(3, 5);
        QApplication::clipboard()->setText(QStringLiteral("\U0001F603"));
        page.editor.paste();
        QCOMPARE(page.story.text(), QStringLiteral("Hi \U0001F603!"));
        for (const TextEdit& edit : std::as_const(edits)) {
            QVERIFY(edit.inserted.isValidUtf16());
            QCOMPARE(edit.position, 3);
            QCOMPARE(edit.removedLength, 2);
        }
    }

    void whatChangesAreWholeCharacters() {
        // Both families begin and end with the same people.
        const QString first = QStringLiteral("\U0001F468\u200D\U0001F469\u200D\U0001F467");
        const QString second = QStringLiteral("\U0001F468\u200D\U0001F468\u200D\U0001F467");
        Page page(first);
        QList<TextEdit> edits;
        connect(&page.story, &Document::changed, &page.story,
                [&](const DocumentChange& change) { edits.append(change.edit); });
        page.select(0, first.size());
        page.editor.textCursor().insertText(second);
        QCOMPARE(page.story.text(), second);
        QCOMPARE(edits.size(), 1);
        QCOMPARE(edits[0].inserted, second);
    }
};

QTEST_MAIN(ClipboardTest)
#include "clipboard_test.moc"
