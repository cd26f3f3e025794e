#include "app/structure/outline_edits.h"

#include "app/document/document.h"
#include "app/structure/outline_rows.h"

#include <QTest>

using namespace app;

namespace {

// The model's words are in upper case, so that origins can be told.
SpannedText story(const QString& text) {
    QList<Span> spans;
    for (qsizetype i = 0; i < text.size(); ++i)
        appendSpan(spans,
                   text[i].isUpper() ? Span{1, Origin::Generated, 7, 1000 + i} : Span{1, Origin::Typed});
    return *SpannedText::fromSpans(text, spans);
}

bool areOriginsWhole(const SpannedText& text) {
    for (qsizetype i = 0; i < text.size(); ++i)
        if (text.text()[i].isUpper() && text.spanAt(i)->span.origin != Origin::Generated)
            return false;
    return true;
}

Outline outlineOf(const SpannedText& text) {
    Outline outline;
    outline.parse(text.text());
    return outline;
}

// The text that the edits lead to; checked to be one undo step that brings everything back.
QString done(const QString& text, const OutlineEdits& edits, bool areWordsOld = true) {
    if (!edits)
        return QStringLiteral("nothing");
    Document document;
    document.reset(story(text));
    const SpannedText before = document.content();
    if (!document.applyEdits(*edits) || (areWordsOld && !areOriginsWhole(document.content())))
        return QStringLiteral("refused");
    const QString after = document.text();
    document.undo();
    if (document.content() != before || document.canUndo())
        return QStringLiteral("not undone");
    document.redo();
    return document.text() == after ? after : QStringLiteral("not redone");
}

const QString kBook =
    QStringLiteral("Begin\n\n# one\n\nAAA\n\n***\n\nBBB\n\n***\n\nCCC\n\n# two\n\nDDD\n\n## low\n\n"
                   "EEE\n\n# three\n\nFFF");

} // namespace

class OutlineEditsTest : public QObject {
    Q_OBJECT

private slots:
    void movesChapters() {
        const SpannedText text = story(kBook);
        const Outline outline = outlineOf(text); // heads: one 0, breaks 1 2, two 3, low 4, three 5
        const auto move = [&](qsizetype head, qsizetype before) {
            return done(kBook, moveChapter(text, outline, head, before));
        };
        QCOMPARE(move(3, 0),
                 QStringLiteral("Begin\n\n# two\n\nDDD\n\n## low\n\nEEE\n\n# one\n\nAAA\n\n***\n\nBBB\n\n***"
                                "\n\nCCC\n\n# three\n\nFFF"));
        QCOMPARE(move(0, 6),
                 QStringLiteral("Begin\n\n# two\n\nDDD\n\n## low\n\nEEE\n\n# three\n\nFFF\n\n# one\n\nAAA\n\n"
                                "***\n\nBBB\n\n***\n\nCCC"));
        QCOMPARE(move(5, 0),
                 QStringLiteral("Begin\n\n# three\n\nFFF\n\n# one\n\nAAA\n\n***\n\nBBB\n\n***\n\nCCC\n\n# two"
                                "\n\nDDD\n\n## low\n\nEEE"));
        QCOMPARE(move(4, 3),
                 QStringLiteral("Begin\n\n# one\n\nAAA\n\n***\n\nBBB\n\n***\n\nCCC\n\n## low\n\nEEE\n\n# two"
                                "\n\nDDD\n\n# three\n\nFFF"));
        QCOMPARE(move(3, 3), QStringLiteral("nothing"));
        QCOMPARE(move(3, 5), QStringLiteral("nothing"));
        QCOMPARE(move(1, 5), QStringLiteral("nothing")); // a scene break
        QCOMPARE(move(5, 4), QStringLiteral("nothing")); // it would part "low" from "two", so it stays behind
    }

    void movesScenes() {
        const SpannedText text = story(kBook);
        const Outline outline = outlineOf(text); // sections: A 1, B 2, C 3, D 4, E 5, F 6
        const auto move = [&](qsizetype section, qsizetype target, ScenePlace place) {
            return done(kBook, moveScene(text, outline, section, target, place));
        };
        const QString rest = QStringLiteral("\n\n# two\n\nDDD\n\n## low\n\nEEE\n\n# three\n\nFFF");
        QCOMPARE(move(3, 1, ScenePlace::Before),
                 QStringLiteral("Begin\n\n# one\n\nCCC\n\n***\n\nAAA\n\n***\n\nBBB") + rest);
        QCOMPARE(move(1, 3, ScenePlace::Behind),
                 QStringLiteral("Begin\n\n# one\n\nBBB\n\n***\n\nCCC\n\n***\n\nAAA") + rest);
        QCOMPARE(move(2, 3, ScenePlace::Behind),
                 QStringLiteral("Begin\n\n# one\n\nAAA\n\n***\n\nCCC\n\n***\n\nBBB") + rest);
        QCOMPARE(move(3, 2, ScenePlace::Before),
                 QStringLiteral("Begin\n\n# one\n\nAAA\n\n***\n\nCCC\n\n***\n\nBBB") + rest);
        QCOMPARE(
            move(1, 6, ScenePlace::Behind),
            QStringLiteral(
                "Begin\n\n# one\n\nBBB\n\n***\n\nCCC\n\n# two\n\nDDD\n\n## low\n\nEEE\n\n# three\n\nFFF\n\n"
                "***\n\nAAA"));
        QCOMPARE(
            move(2, 4, ScenePlace::Before),
            QStringLiteral(
                "Begin\n\n# one\n\nAAA\n\n***\n\nCCC\n\n# two\n\nBBB\n\n***\n\nDDD\n\n## low\n\nEEE\n\n# "
                "three\n\nFFF"));
        QCOMPARE(move(2, 2, ScenePlace::Before), QStringLiteral("nothing"));
        QCOMPARE(move(2, 1, ScenePlace::Behind), QStringLiteral("nothing"));
        QCOMPARE(move(4, 1, ScenePlace::Behind), QStringLiteral("nothing")); // the only one of its chapter
    }

    void movesScenesOfAStoryWithoutChapters() {
        const QString book = QStringLiteral("AAA\n\n* * *\n\nBBB\n\n* * *\n\nCCC\n");
        const SpannedText text = story(book);
        const Outline outline = outlineOf(text);
        QCOMPARE(done(book, moveScene(text, outline, 2, 0, ScenePlace::Before)),
                 QStringLiteral("CCC\n\n* * *\n\nAAA\n\n* * *\n\nBBB\n"));
        QCOMPARE(done(book, moveScene(text, outline, 0, 1, ScenePlace::Behind)),
                 QStringLiteral("BBB\n\n* * *\n\nAAA\n\n* * *\n\nCCC\n"));
    }

    void splits() {
        const auto split = [](const QString& book, qsizetype at) {
            const SpannedText text = story(book);
            return done(book, splitScene(text, outlineOf(text), at));
        };
        QCOMPARE(split("aa bb\n\ncc", 3), QStringLiteral("aa\n\n* * *\n\nbb\n\ncc"));
        QCOMPARE(split("aa bb\n\ncc", 5), QStringLiteral("aa bb\n\n* * *\n\ncc"));
        QCOMPARE(split("aa\n\n---\n\nbb cc", 12), QStringLiteral("aa\n\n---\n\nbb\n\n---\n\ncc"));
        QCOMPARE(split("# one\n\naa bb", 7), QStringLiteral("nothing"));
        QCOMPARE(split("# one\n\naa bb", 12), QStringLiteral("nothing"));
        QCOMPARE(split("# one\n\naa bb", 3), QStringLiteral("nothing"));
        QCOMPARE(split("", 0), QStringLiteral("nothing"));
    }

    void beginsChapters() {
        const auto begin = [](const QString& book, qsizetype at) {
            const SpannedText text = story(book);
            return done(book, beginChapter(text, outlineOf(text), at, QStringLiteral("new")));
        };
        QCOMPARE(begin("aa bb", 3), QStringLiteral("aa\n\n# new\n\nbb"));
        QCOMPARE(begin("## one\n\naa bb", 11), QStringLiteral("## one\n\naa\n\n## new\n\nbb"));
        QCOMPARE(begin("aa bb\n", 6), QStringLiteral("aa bb\n\n# new\n\n"));
        QCOMPARE(begin("", 0), QStringLiteral("# new\n\n"));
        QCOMPARE(begin("aa\n\n# one\n\nbb", 2), QStringLiteral("aa\n\n# new\n\n# one\n\nbb"));
        QCOMPARE(begin("aa", 0), QStringLiteral("# new\n\naa"));
    }

    void merges() {
        const auto merge = [](const QString& book, qsizetype section) {
            const SpannedText text = story(book);
            return done(book, mergeWithPrevious(text, outlineOf(text), section));
        };
        QCOMPARE(merge("aa\n\n***\n\nbb", 1), QStringLiteral("aa\n\nbb"));
        QCOMPARE(merge("aa\n***\nbb", 1), QStringLiteral("aa\nbb"));
        QCOMPARE(merge("aa\n\n# one\n\nbb\n\n***\n\ncc", 1), QStringLiteral("aa\n\nbb\n\n***\n\ncc"));
        QCOMPARE(merge("# one\n\n***\n\nbb", 2), QStringLiteral("# one\n\nbb"));
        QCOMPARE(merge("# one\n\nbb", 1), QStringLiteral("bb"));
        QCOMPARE(merge("aa\n\n***\n", 1), QStringLiteral("aa\n"));
        QCOMPARE(merge("aa", 0), QStringLiteral("nothing"));
    }

    void renames() {
        const auto rename = [](const QString& book, const QString& title) {
            const SpannedText text = story(book);
            return done(book, renameHeading(text, outlineOf(text), 0, title), false);
        };
        QCOMPARE(rename("## one\n\naa", " The\nferry "), QStringLiteral("## The ferry\n\naa"));
        QCOMPARE(rename("Chapter 1\n\naa", "Chapter 1: home"), QStringLiteral("Chapter 1: home\n\naa"));
        QCOMPARE(rename("Chapter 1\n\naa", "Home"), QStringLiteral("# Home\n\naa"));
        QCOMPARE(rename("# one\n", "one"), QStringLiteral("nothing"));
        QCOMPARE(rename("# one\n", " "), QStringLiteral("nothing"));
    }

    void rowsAreATree() {
        const QString book =
            QStringLiteral("Before it\n\nPart One\n\nChapter 1\n\nA b c\n\n***\n\nD e\n\nChapter 2\n\nF\n");
        const SpannedText text = story(book);
        const QList<OutlineRow> rows = outlineRows(outlineOf(text), book);
        QStringList drawn;
        for (const OutlineRow& row : rows)
            drawn.append(
                QStringLiteral("%1 %2 %3 %4").arg(row.parent).arg(row.section).arg(row.words).arg(row.title));
        QCOMPARE(drawn, (QStringList{"-1 0 2 ", "-1 1 6 Part One", "1 2 5 Chapter 1", "2 2 3 A b c",
                                     "2 3 2 D e", "1 4 1 Chapter 2"}));
        QCOMPARE(rowOfSection(rows, 2), 3);
        QCOMPARE(rowOfSection(rows, 1), 1);
        QCOMPARE(rowOfSection(rows, 4), 5);
    }
};

QTEST_GUILESS_MAIN(OutlineEditsTest)
#include "outline_edits_test.moc"
