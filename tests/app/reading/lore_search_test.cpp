// Which lore fires, where it was found, and that no expression can keep the search from ending.
#include "app/reading/lore_keys.h"
#include "app/reading/lore_search.h"

#include <QElapsedTimer>
#include <QTest>

using namespace app;

namespace {

LoreEntry entry(const QString& name, const QStringList& keys) {
    LoreEntry entry;
    entry.name = name;
    entry.text = name;
    entry.keys = keys;
    return entry;
}

Lorebook bookOf(const QList<LoreEntry>& entries) { return {entries, {}}; }

// Names of what fires.
QString fired(const Lorebook& book, const QString& story) {
    QStringList names;
    for (const LoreHit& hit : findLore(book, story).fired)
        names.append(book.entries[hit.entry].name);
    return names.join(u' ');
}

} // namespace

class LoreSearchTest : public QObject {
    Q_OBJECT

private slots:
    void keysAreReadFromALine_data() {
        QTest::addColumn<QString>("line");
        QTest::addColumn<QStringList>("keys");
        QTest::newRow("words") << "ferry, boat man ,,bell" << QStringList{"ferry", "boat man", "bell"};
        QTest::newRow("a comma in an expression") << "/a{1,2}, b/i, c" << QStringList{"/a{1,2}, b/i", "c"};
        QTest::newRow("a slash in an expression") << "/a\\/b/, c" << QStringList{"/a\\/b/", "c"};
        QTest::newRow("an expression that does not end") << "/ferr(y, boat" << QStringList{"/ferr(y", "boat"};
        QTest::newRow("quoted") << "\"Smith, John\", ferry" << QStringList{"Smith, John", "ferry"};
        QTest::newRow("a slash is no expression") << "and/or, //" << QStringList{"and/or", "//"};
        QTest::newRow("nothing") << " , " << QStringList{};
    }
    void keysAreReadFromALine() {
        QFETCH(QString, line);
        QFETCH(QStringList, keys);
        QCOMPARE(keysFromLine(line), keys);
        QCOMPARE(keysFromLine(lineOfKeys(keys)), keys);
    }

    void badExpressionsHaveASentence() {
        QVERIFY(problemOfKey(QStringLiteral("/ferr(y|ies)/")).isEmpty());
        QVERIFY(problemOfKey(QStringLiteral("ferr(")).isEmpty()); // a keyword
        const QString problem = problemOfKey(QStringLiteral("/ferr(y/"));
        QVERIFY2(problem.contains(QStringLiteral("/ferr(y/")) &&
                     problem.contains(QStringLiteral("character 7")),
                 qPrintable(problem));
        Lorebook book =
            bookOf({entry(QStringLiteral("Bad"), {QStringLiteral("/(/"), QStringLiteral("ferry")})});
        const LoreFinds finds = findLore(book, QStringLiteral("The ferry"));
        QCOMPARE(finds.fired.size(), 1); // the other key still works
        QCOMPARE(finds.faults.size(), 1);
        QCOMPARE(finds.faults[0].problem, problemOfKey(QStringLiteral("/(/")));
    }

    void keywordsAreWholeWordsUnlessToldOtherwise() {
        LoreEntry ann = entry(QStringLiteral("Ann"), {QStringLiteral("Ann")});
        QCOMPARE(fired(bookOf({ann}), QStringLiteral("She met Anna.")), QString());
        QCOMPARE(fired(bookOf({ann}), QStringLiteral("She met ann’s sister, Anna.")), QStringLiteral("Ann"));
        ann.matchesCase = true;
        QCOMPARE(fired(bookOf({ann}), QStringLiteral("She met ann.")), QString());
        ann.matchesWords = false;
        QCOMPARE(fired(bookOf({ann}), QStringLiteral("She met Anna.")), QStringLiteral("Ann"));
        // Scripts whose words stand side by side.
        const LoreEntry cat = entry(QStringLiteral("Cat"), {QString::fromUtf8("猫")});
        QCOMPARE(fired(bookOf({cat}), QString::fromUtf8("吾輩は猫である")), QStringLiteral("Cat"));
    }

    void theFindNearestToTheEndIsTold() {
        const QString story = QStringLiteral("The ferry came. A ferry left, and the FERRY sank. Ferryman.");
        const Lorebook book =
            bookOf({entry(QStringLiteral("F"), {QStringLiteral("came"), QStringLiteral("ferry")})});
        const LoreHit hit = findLore(book, story).fired.value(0);
        QCOMPARE(hit.key, QStringLiteral("ferry"));
        QCOMPARE(hit.position, story.indexOf(QStringLiteral("FERRY")));
        QCOMPARE(hit.length, 5);
        const Lorebook patterns = bookOf({entry(QStringLiteral("F"), {QStringLiteral("/\\bfer+y\\b/")})});
        QCOMPARE(findLore(patterns, story).fired.value(0).position, hit.position);
    }

    void anExpressionMatchesInsideOfOneLine() {
        const Lorebook book = bookOf({entry(QStringLiteral("E"), {QStringLiteral("/^The .* bell$/")})});
        QCOMPARE(fired(book, QStringLiteral("Once.\nThe old bell\nEnd.")), QStringLiteral("E"));
        QCOMPARE(fired(book, QStringLiteral("The old\nbell")), QString());
    }

    void theRangeIsInWords() {
        LoreEntry ferry = entry(QStringLiteral("F"), {QStringLiteral("ferry")});
        ferry.rangeWords = 5;
        QCOMPARE(fired(bookOf({ferry}), QStringLiteral("the ferry came over the river")),
                 QStringLiteral("F"));
        QCOMPARE(fired(bookOf({ferry}), QStringLiteral("the ferry came over the wide river")), QString());
    }

    void offAndAlwaysAndEmpty() {
        LoreEntry off = entry(QStringLiteral("Off"), {QStringLiteral("ferry")});
        off.isOn = false;
        LoreEntry always = entry(QStringLiteral("Always"), {});
        always.isAlways = true;
        LoreEntry empty = always;
        empty.text = QStringLiteral(" \n");
        const Lorebook book = bookOf({off, always, empty, entry(QStringLiteral("Without"), {})});
        QCOMPARE(fired(book, QStringLiteral("ferry")), QStringLiteral("Always"));
        QCOMPARE(findLore(book, QStringLiteral("ferry")).fired[0].key, QString());
    }

    void aGroupLetsInTheNearestOnes() {
        QList<LoreEntry> places{entry(QStringLiteral("Mill"), {QStringLiteral("mill")}),
                                entry(QStringLiteral("Ferry"), {QStringLiteral("ferry")}),
                                entry(QStringLiteral("Church"), {QStringLiteral("church")})};
        for (LoreEntry& place : places)
            place.group = QStringLiteral("places");
        Lorebook book = bookOf(places);
        const QString story = QStringLiteral("From the church to the mill, and then the ferry");
        QCOMPARE(fired(book, story), QStringLiteral("Mill Ferry Church"));
        book.setMost(QStringLiteral("places"), 1);
        QCOMPARE(fired(book, story), QStringLiteral("Ferry"));
        QCOMPARE(findLore(book, story).heldBack.size(), 2);
        book.setMost(QStringLiteral("places"), 2);
        QCOMPARE(fired(book, story), QStringLiteral("Mill Ferry")); // in the book's order
        book.entries[2].isAlways = true;
        QCOMPARE(fired(book, story), QStringLiteral("Ferry Church"));
        book.setMost(QStringLiteral("places"), 0);
        QVERIFY(book.groups.isEmpty());
    }

    // Each of these would need longer than the world has been there.
    void wildExpressionsAreGivenUp_data() {
        QTest::addColumn<QString>("key");
        QTest::newRow("nested stars") << "/(a+)+$/";
        QTest::newRow("alternatives") << "/(a|aa)+$/";
        QTest::newRow("nested twice") << "/((a*)*)*[qz]/";
        QTest::newRow("back references") << "/(a*)*\\1(a*)*\\2[qz]/";
        QTest::newRow("recursion") << "/(?:a(?R)?a|a)+[qz]/";
    }
    void wildExpressionsAreGivenUp() {
        QFETCH(QString, key);
        LoreEntry wild = entry(QStringLiteral("Wild"), {key});
        wild.rangeWords = LoreEntry::kMostRangeWords;
        const LoreEntry ferry = entry(QStringLiteral("Ferry"), {QStringLiteral("ferry")});
        const QString story = (QString(30'000, u'a') + QStringLiteral("b a ferry\n")).repeated(3);
        QElapsedTimer timer;
        timer.start();
        const LoreFinds finds = findLore(bookOf({wild, ferry}), story);
        qInfo("%lld ms", static_cast<long long>(timer.elapsed()));
        QCOMPARE(finds.fired.size(), 1); // the others are found all the same
        QCOMPARE(finds.faults.size(), 1);
        QVERIFY2(finds.faults[0].problem.contains(key), qPrintable(finds.faults[0].problem));
    }

    // They try a lot in a long paragraph, and end.
    void ordinaryExpressionsAreNotGivenUp() {
        const QString story =
            QStringLiteral("the ferry came over the river and Nora rowed of old, ").repeated(60);
        for (const char* key : {"/the .* came .* over .* river[qz]/", "/(\\w+ )+[qz]/",
                                "/\\b(rows?|rowed) .* (of|across) .* old[qz]/"}) {
            LoreEntry wide = entry(QStringLiteral("Wide"), {QString::fromLatin1(key)});
            wide.rangeWords = 2000;
            const LoreFinds finds = findLore(bookOf({wide}), story);
            QVERIFY2(finds.faults.isEmpty() && finds.fired.isEmpty(), key);
        }
    }

    void stoppingEndsTheSearch() {
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(findLore(bookOf({entry(QStringLiteral("F"), {QStringLiteral("ferry")})}),
                         QStringLiteral("ferry"), stop.get_token())
                    .fired.isEmpty());
    }
};

QTEST_GUILESS_MAIN(LoreSearchTest)
#include "lore_search_test.moc"
