#include "engine/text/banned_phrases.h"

#include <QTest>

using engine::BannedPhrases;

class BannedPhrasesTest : public QObject {
    Q_OBJECT

private slots:
    void findsPhrasesHoweverTheyAreWritten_data() {
        QTest::addColumn<QString>("phrase");
        QTest::addColumn<QString>("marked"); // "|": where it begins; "~": where it may begin
        QTest::newRow("plain") << "down her spine"
                               << "a shiver |down her spine";
        QTest::newRow("case") << "down her spine"
                              << "a shiver |Down HER sPine.";
        QTest::newRow("other letters") << "Ödes Élan"
                                       << "|ödes éLAN";
        QTest::newRow("spaces") << " down  her\nspine "
                                << "a |down\n\n her\u00A0spine";
        QTest::newRow("quotes") << "it's \"so\""
                                << "|it’s “so”";
        QTest::newRow("inside a word") << "art"
                                       << "start parts smart";
        QTest::newRow("going on") << "shiver"
                                  << "a |shivers";
        QTest::newRow("begun") << "down her spine"
                               << "a shiver ~down he";
        QTest::newRow("begun, then a space") << "down her spine"
                                             << "a shiver ~down  ";
        QTest::newRow("given up") << "down her spine"
                                  << "a shiver down his";
        QTest::newRow("again") << "in in the end"
                               << "in ~in in";
        QTest::newRow("found again") << "in in the end"
                                     << "in |in in the end";
        QTest::newRow("no word") << "—"
                                 << "so|—";
        QTest::newRow("nothing") << "  "
                                 << "so  ";
    }

    void findsPhrasesHoweverTheyAreWritten() {
        QFETCH(QString, phrase);
        QFETCH(QString, marked);
        const std::string text = QString(marked).remove(u'|').remove(u'~').toStdString();
        const auto bytes = [&](QChar mark) {
            const qsizetype place = marked.indexOf(mark);
            return place < 0 ? BannedPhrases::kNone : marked.first(place).toStdString().size();
        };
        const auto found = BannedPhrases({phrase.toStdString()}).find(text, 0);
        QCOMPARE(found.begin, bytes(u'|'));
        if (found.begin == BannedPhrases::kNone)
            QCOMPARE(found.possible, bytes(u'~'));
    }

    void whatIsCompleteBeforeDoesNotCount() {
        const BannedPhrases phrases({"the end", "end of"});
        QCOMPARE(phrases.find("the end of", 10).begin, BannedPhrases::kNone);
        QCOMPARE(phrases.find("the end of", 7).begin, std::size_t{4});
        QCOMPARE(phrases.find("the end of", 6).begin, std::size_t{0}); // complete first
    }
};

QTEST_GUILESS_MAIN(BannedPhrasesTest)
#include "banned_phrases_test.moc"
