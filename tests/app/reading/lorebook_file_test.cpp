// Lorebooks as files: our own there and back, those of other programs, and broken ones.
#include "app/reading/lorebook_file.h"

#include <QTest>

using namespace app;

namespace {

Lorebook sample() {
    LoreEntry ferry;
    ferry.name = QStringLiteral("Ferry");
    ferry.text = QString::fromUtf8("An old scow,\ndrawn along a chain. Ünïcödé \U0001F6A3");
    ferry.keys = {QStringLiteral("ferry"), QStringLiteral("/rows? (over|across), then/"),
                  QStringLiteral("Smith, John")};
    ferry.group = QStringLiteral("places");
    ferry.isOn = false;
    ferry.isAlways = true;
    ferry.matchesCase = true;
    ferry.matchesWords = false;
    ferry.rangeWords = 77;
    ferry.place = LorePlace::Note;
    return {{ferry, LoreEntry{QStringLiteral("Plain"), QStringLiteral("Text"), {QStringLiteral("k")}, {}}},
            {{QStringLiteral("places"), 2}}};
}

} // namespace

class LorebookFileTest : public QObject {
    Q_OBJECT

private slots:
    void whatIsWrittenIsRead() {
        const auto read = readLorebook(writeLorebook(sample()), QStringLiteral("a.json"));
        QVERIFY2(read, qPrintable(read ? QString() : read.error()));
        QCOMPARE(read->book, sample());
        QVERIFY(read->notice.isEmpty());
    }

    void readsSillyTavern() {
        const auto read = readLorebook(R"({"entries":{
            "10":{"uid":10,"key":["bell"],"keysecondary":["rope"],"comment":"Bell","content":"It rings.",
                  "constant":false,"selective":true,"order":50,"position":4,"disable":false,
                  "caseSensitive":null,"matchWholeWords":null,"group":"","groupOverride":false},
            "2":{"uid":2,"key":["ferry","/boat(s)?/i"],"keysecondary":[],"comment":"","content":"It floats.",
                 "constant":true,"selective":true,"order":100,"position":0,"disable":true,
                 "caseSensitive":true,"matchWholeWords":false,"group":"places","groupOverride":false}}})",
                                       QStringLiteral("a.json"));
        QVERIFY2(read, qPrintable(read ? QString() : read.error()));
        QCOMPARE(read->book.entries.size(), 2);
        const LoreEntry& bell = read->book.entries[0]; // the lower order is read first
        QCOMPARE(bell.name, QStringLiteral("Bell"));
        QCOMPARE(bell.text, QStringLiteral("It rings."));
        QVERIFY(bell.isOn && !bell.isAlways && bell.matchesWords && !bell.matchesCase);
        QCOMPARE(bell.place, LorePlace::Note);
        const LoreEntry& ferry = read->book.entries[1];
        QCOMPARE(ferry.name, QStringLiteral("ferry"));
        QCOMPARE(ferry.keys, QStringList({QStringLiteral("ferry"), QStringLiteral("/boat(s)?/i")}));
        QVERIFY(!ferry.isOn && ferry.isAlways && !ferry.matchesWords && ferry.matchesCase);
        QCOMPARE(ferry.place, LorePlace::Top);
        QCOMPARE(read->book.mostOf(QStringLiteral("places")), 1);        // such groups exclude each other
        QVERIFY2(read->notice.contains(u'1'), qPrintable(read->notice)); // of the second key
    }

    void readsNovelAi() {
        const auto read = readLorebook(R"({"lorebookVersion":5,"entries":[
            {"text":"Nora rows.","displayName":"Nora","keys":["nora"],"searchRange":1200,"enabled":true,
             "forceActivation":true,"category":"c1","contextConfig":{"insertionPosition":-4}},
            {"text":"A mill.","displayName":"Mill","keys":["mill"],"searchRange":1000,"enabled":false,
             "forceActivation":false,"category":"","contextConfig":{"insertionPosition":-1}}],
            "categories":[{"name":"People","id":"c1","enabled":true}],
            "settings":{"orderByKeyLocations":false}})",
                                       QStringLiteral("a.lorebook"));
        QVERIFY2(read, qPrintable(read ? QString() : read.error()));
        const LoreEntry& nora = read->book.entries.value(0);
        QCOMPARE(nora.name, QStringLiteral("Nora"));
        QCOMPARE(nora.rangeWords, 200);
        QCOMPARE(nora.group, QStringLiteral("People"));
        QVERIFY(nora.isAlways);
        QCOMPARE(nora.place, LorePlace::Note);
        QVERIFY(!read->book.entries.value(1).isOn);
        QVERIFY(read->book.groups.isEmpty());
    }

    void readsKoboldAi() {
        const auto list = readLorebook(R"([{"key":"ferry, boat","keysecondary":"","content":"It floats.",
            "comment":"The ferry","selective":false,"constant":false,"widisabled":false,
            "wigroup":"places"}])",
                                       QStringLiteral("a.json"));
        QVERIFY2(list, qPrintable(list ? QString() : list.error()));
        QCOMPARE(list->book.entries.value(0).keys,
                 QStringList({QStringLiteral("ferry"), QStringLiteral("boat")}));
        QCOMPARE(list->book.entries.value(0).group, QStringLiteral("places"));
        const auto story =
            readLorebook(R"({"gamestarted":true,"worldinfo":[{"key":"mill","content":"A mill."}]})",
                         QStringLiteral("a.json"));
        QVERIFY(story && story->book.entries.size() == 1);
    }

    void readsCharacterCards() {
        const auto read =
            readLorebook(R"({"spec":"chara_card_v2","data":{"name":"Nora","character_book":{"entries":[
            {"keys":["oar"],"secondary_keys":[],"content":"Ash wood.","name":"Oar","enabled":true,
             "insertion_order":10,"case_sensitive":false,"constant":false,"position":"before_char"}]}}})",
                         QStringLiteral("a.json"));
        QVERIFY(read && read->book.entries.value(0).name == QStringLiteral("Oar"));
    }

    void brokenFilesAreRefusedInOneSentence_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("says");
        const auto add = [](const char* name, const QByteArray& bytes, const char* says) {
            QTest::newRow(name) << bytes << QString::fromLatin1(says);
        };
        add("empty", "", "no lorebook");
        add("no JSON", "hello", "no lorebook");
        add("cut", writeLorebook(sample()).chopped(20), "no JSON any more");
        add("a number", "7", "no JSON any more");
        add("no entries", "{\"name\":1}", "no entries");
        add("entries are a number", "{\"entries\":3}", "no entries");
        add("an entry is a number", "{\"entries\":[3]}", "entry 1");
        add("an entry without text", "{\"entries\":[{\"text\":\"a\"},{\"keys\":[]}]}", "entry 2");
        add("a text that is a number", "{\"entries\":[{\"text\":3}]}", "entry 1");
        add("a key that is a number", "{\"entries\":[{\"text\":\"a\",\"keys\":[3]}]}", "entry 1");
        add("keys that are an object", "{\"entries\":[{\"text\":\"a\",\"keys\":{}}]}", "entry 1");
        add("a newer one", "{\"inkgateLorebook\":2,\"entries\":[]}", "newer Inkgate");
        add("groups that are none", "{\"entries\":[],\"groups\":[{\"name\":\"a\",\"most\":1.5}]}", "groups");
        add("too large", QByteArray(kMostLorebookBytes + 1, ' '), "too large");
        add("too many", "[" + QByteArray("{\"text\":\"\"},").repeated(kMostLoreEntries) + "{\"text\":\"\"}]",
            "too many");
    }
    void brokenFilesAreRefusedInOneSentence() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, says);
        const auto read = readLorebook(bytes, QStringLiteral("book.json"));
        QVERIFY(!read);
        QVERIFY2(read.error().contains(says) && read.error().contains(QStringLiteral("book.json")) &&
                     read.error().endsWith(u'.'),
                 qPrintable(read.error()));
    }

    void whatComesInStandsBehindWhatIsThere() {
        Lorebook book = sample();
        Lorebook added = sample();
        added.setMost(QStringLiteral("places"), 1);
        added.setMost(QStringLiteral("people"), 3);
        const Lorebook both = joined(book, added);
        QCOMPARE(both.entries, book.entries + added.entries);
        QCOMPARE(both.mostOf(QStringLiteral("places")), 2);
        QCOMPARE(both.mostOf(QStringLiteral("people")), 3);
    }
};

QTEST_GUILESS_MAIN(LorebookFileTest)
#include "lorebook_file_test.moc"
