#include "engine/text/sentence_end.h"

#include <QTest>

using engine::findSentenceEnd;
using engine::SentenceEnd;

class SentenceEndTest : public QObject {
    Q_OBJECT

private slots:
    // "|": the first end; "~": one that is open still.
    void findsTheFirstEnd_data() {
        QTest::addColumn<QString>("marked");
        const char* const rows[] = {
            "He left.| She stayed.",
            "He left!| She stayed.",
            "He left?!| She stayed.",
            "He left.~",
            "He left.~ ",
            "He left.|\n",
            "He left|\n\nShe",
            "\n\nHe left.| She",
            "“He left.”| “Did he?”",
            "\"He left.\"| Mary nodded.",
            "\"He left.\"~",
            "“Where?” she asked.| Nobody",
            "“Stop!” — he cried out.| Nobody",
            "Mr. Smith left.| He",
            "Dr. and Mrs. Brown left.| He",
            "J. R. Smith left.| He",
            "Take a fruit, e.g. Apples, home.| He",
            "In the U.S. Army he rose.| He",
            "It cost 3.14 crowns.| He",
            "It cost 3.14.| He",
            "No.| I will not.",
            "It was I.| She",
            "Well... maybe not.| He",
            "Well… maybe not.| He",
            "Well... I know that.| He",
            "Well...~ I",
            "Well...| It rained.",
            "See www.example.org now.| He",
            "He left.*| She",
            "(He left.)| She",
            "他走了。|她",
            "他走了。」|她",
            "他走了。~",
            "本当？！|はい",
            "Ушёл он.| Она",
            "Что? — спросил он.| Она",
            "«Il part.»| Elle",
            "No end here",
        };
        for (const char* const row : rows)
            QTest::newRow(row) << QString::fromUtf8(row);
    }

    void findsTheFirstEnd() {
        QFETCH(QString, marked);
        const std::string text = QString(marked).remove(u'|').remove(u'~').toStdString();
        const auto bytes = [&](QChar mark) {
            const qsizetype place = marked.indexOf(mark);
            return place < 0 ? SentenceEnd::kNone : marked.first(place).toStdString().size();
        };
        const SentenceEnd found = findSentenceEnd(text, 0);
        QCOMPARE(found.end, bytes(u'|'));
        if (marked.contains(u'~'))
            QCOMPARE(found.possible, bytes(u'~'));
    }

    void whatLiesBeforeDoesNotCount() {
        const std::string text = "He left. She stayed. It";
        QCOMPARE(findSentenceEnd(text, 8).end, std::size_t{8});
        QCOMPARE(findSentenceEnd(text, 9).end, std::size_t{20});
        QCOMPARE(findSentenceEnd("Mr. Smith", 3).end, SentenceEnd::kNone);
        const std::string lines = "\"Who?\"\n\n\"I do not know. It is late\"\nHe";
        QCOMPARE(findSentenceEnd(lines, 14).end, std::string("\"Who?\"\n\n\"I do not know.").size());
        QCOMPARE(findSentenceEnd(lines, 26).end, lines.size() - 3); // the line's
        QCOMPARE(findSentenceEnd("One\ntwo and", 8).end, SentenceEnd::kNone);
    }
};

QTEST_GUILESS_MAIN(SentenceEndTest)
#include "sentence_end_test.moc"
