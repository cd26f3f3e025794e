// text_decoding_test.cpp: texts of every usual encoding are read as what they say; damaged ones stay what
// they were, with the place told.
#include "engine/text/text_decoding.h"

#include <QByteArray>
#include <QString>
#include <QTest>

#include <iconv.h>

#include <string>

using namespace engine;

namespace {

// What a program that saves in `encoding` writes; the converter is the system's, the choice of it is what is
// under test.
std::string encoded(const std::string& text, const char* encoding) {
    const iconv_t converter = iconv_open(encoding, "UTF-8");
    if (converter == reinterpret_cast<iconv_t>(-1))
        qFatal("the system does not know %s", encoding);
    std::string in = text, out(4 * text.size() + 16, '\0');
    char* from = in.data();
    char* to = out.data();
    std::size_t left = in.size(), room = out.size();
    if (iconv(converter, &from, &left, &to, &room) != 0)
        qFatal("the sample cannot be written in %s", encoding);
    iconv(converter, nullptr, nullptr, &to, &room);
    iconv_close(converter);
    out.resize(out.size() - room);
    return out;
}

const std::string kRussian = "Однажды утром, когда солнце ещё не взошло, старый рыбак вышел к морю и увидел "
                             "на берегу странную лодку. В лодке "
                             "лежала девочка и спала, укрытая рваным плащом.\n";
const std::string kUkrainian = "Одного ранку, коли сонце ще не зійшло, старий рибалка вийшов до моря і "
                               "побачив на березі дивний човен. Її очі були "
                               "відкриті.\n";
const std::string kJapanese = "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。\n";
const std::string kChinese =
    "有一天早上，太阳还没有升起的时候，老渔夫走到海边，看见沙滩上有一只奇怪的小船。\n";
const std::string kTraditional =
    "有一天早上，太陽還沒有升起的時候，老漁夫走到海邊，看見沙灘上有一隻奇怪的小船。\n";
const std::string kKorean =
    "어느 날 아침 해가 뜨기 전에 늙은 어부가 바닷가로 나가 모래밭에 이상한 배가 있는 것을 보았다.\n";
const std::string kGreek =
    "Ένα πρωί, πριν ανατείλει ο ήλιος, ο γέρος ψαράς βγήκε στη θάλασσα και είδε μια παράξενη βάρκα.\n";
const std::string kHebrew = "בוקר אחד, לפני שזרחה השמש, יצא הדייג הזקן אל הים וראה על החוף סירה מוזרה.\n";
const std::string kArabic =
    "في صباح أحد الأيام قبل شروق الشمس خرج الصياد العجوز إلى البحر ورأى على الشاطئ قاربا غريبا.\n";
const std::string kThai = "เช้าวันหนึ่งก่อนที่ดวงอาทิตย์จะขึ้น ชาวประมงชราเดินออกไปที่ทะเล"
                          "และเห็นเรือประหลาดลำหนึ่ง\n";
const std::string kPolish = "Pewnego ranka, zanim wzeszło słońce, stary rybak wyszedł nad morze i zobaczył "
                            "na brzegu dziwną łódź. Podszedł "
                            "bliżej i zatrzymał się.\n";
const std::string kTurkish = "Bir sabah güneş doğmadan önce yaşlı balıkçı denize indi ve kumsalda garip bir "
                             "kayık gördü. Yaklaştı ve durdu.\n";
const std::string kGerman =
    "Eines Morgens ging der alte Fischer hinaus und sah ein merkwürdiges Boot – „müde“ blieb er stehen.\n";
// Its encoding writes accents after their letters, so the last letter waits for one until the end.
const std::string kVietnamese =
    "Sáng hôm ấy ông lão đánh cá ra biển và thấy một chiếc thuyền lạ. Ông lại gần rồi dừng bước, "
    "và tự hỏi chuyện gì đã xảy ra";

} // namespace

class TextDecodingTest : public QObject {
    Q_OBJECT

private slots:
    void encodingsAreFoundOut_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QByteArray>("encoding");
        const auto add = [](const std::string& text, const char* encoding) {
            QTest::addRow("%s %d", encoding, static_cast<int>(text.size()))
                << QString::fromStdString(text) << QByteArray(encoding);
        };
        add(kRussian, "KOI8-R");
        add(kRussian, "WINDOWS-1251");
        add(kRussian, "IBM866");
        add(kRussian, "ISO-8859-5");
        add("Привет, мир!\n", "KOI8-R");
        add("Привет, мир!\n", "WINDOWS-1251");
        add(kUkrainian, "KOI8-U");
        add(kUkrainian, "WINDOWS-1251");
        add(kJapanese, "CP932");
        add(kJapanese, "EUC-JP");
        add(kJapanese, "ISO-2022-JP");
        add("こんにちは世界\n", "CP932");
        add(kChinese, "GB18030");
        add("你好，世界。今天天气很好。\n", "GB18030");
        add(kTraditional, "BIG5");
        add(kKorean, "CP949");
        add(kGreek, "WINDOWS-1253");
        add(kHebrew, "WINDOWS-1255");
        add(kArabic, "WINDOWS-1256");
        add(kThai, "CP874");
        add(kPolish, "WINDOWS-1250");
        add(kPolish, "ISO-8859-2");
        add(kTurkish, "WINDOWS-1254");
        add(kVietnamese, "WINDOWS-1258");
        add(kGerman, "WINDOWS-1252");
        add("Größe – “x”\n", "WINDOWS-1252");
        add("naïve café\n", "WINDOWS-1252");
        add("¿Quién eres?\n", "WINDOWS-1252");
        add("à la carte, Noël\n", "WINDOWS-1252");
        add("Åsa bor på ön\n", "WINDOWS-1252");
        add("It was 20 °C — “cold”.\n", "WINDOWS-1252");
        // Without their marks.
        add("Once upon a time\n", "UTF-16LE");
        add("Once upon a time\n", "UTF-16BE");
        add(kRussian, "UTF-16LE");
        add(kChinese, "UTF-16BE");
        add("Größe 😀\n", "UTF-16LE");
    }
    void encodingsAreFoundOut() {
        QFETCH(QString, text);
        QFETCH(QByteArray, encoding);
        const auto decoded = decodeText(encoded(text.toStdString(), encoding.constData()));
        QVERIFY(decoded);
        QCOMPARE(QString::fromStdString(decoded->text), text);
        QCOMPARE(decoded->damages, std::size_t{0});
        QVERIFY(!decoded->isUtf8());
    }

    // Utf-8 is utf-8, however short and in whatever script.
    void utf8StaysUtf8_data() {
        QTest::addColumn<QString>("text");
        for (const std::string& text : {kRussian,
                                        kUkrainian,
                                        kJapanese,
                                        kChinese,
                                        kTraditional,
                                        kKorean,
                                        kGreek,
                                        kHebrew,
                                        kArabic,
                                        kThai,
                                        kPolish,
                                        kTurkish,
                                        kGerman,
                                        std::string(),
                                        std::string("a"),
                                        std::string("é"),
                                        std::string("😀"),
                                        std::string("Plain English.\n"),
                                        std::string("mixed 東京 and Köln 😀\n"),
                                        std::string("ÿ þ Ã©\n")})
            QTest::addRow("%s", text.substr(0, 24).c_str()) << QString::fromStdString(text);
    }
    void utf8StaysUtf8() {
        QFETCH(QString, text);
        const std::string bytes = text.toStdString();
        for (const std::string& mark : {std::string(), std::string("\xEF\xBB\xBF")}) {
            const auto decoded = decodeText(mark + bytes);
            QVERIFY(decoded);
            QVERIFY(decoded->isUtf8());
            QCOMPARE(QString::fromStdString(decoded->text), text);
            QCOMPARE(decoded->damages, std::size_t{0});
        }
    }

    void damagedUtf8IsMarkedAtItsPlace_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("damages");
        QTest::addColumn<int>("line");
        QTest::addColumn<int>("byteInLine");
        QTest::addColumn<int>("offset");
        QTest::newRow("a stray byte among English")
            << QByteArray("Once \xFF upon a time\n") << QStringLiteral("Once \uFFFD upon a time\n") << 1 << 1
            << 6 << 5;
        QTest::newRow("a Windows quote among utf-8")
            << QByteArray("M\xC3\xBCller, Gr\xC3\xBC\xC3\x9F"
                          "e\r\nstray \x92 here\r\n")
            << QStringLiteral("Müller, Grüße\nstray \uFFFD here\n") << 1 << 2 << 7 << 24;
        QTest::newRow("a cut character") << QByteArray("\xE6\x9D\xB1\xE4\xBA tokyo \xE4\xBA\xAC\n")
                                         << QStringLiteral("東\uFFFD tokyo 京\n") << 1 << 1 << 4 << 3;
        QTest::newRow("cut at the end")
            << QByteArray("K\xC3\xB6ln \xE6\x9D") << QStringLiteral("Köln \uFFFD") << 1 << 1 << 7 << 6;
        QTest::newRow("with a mark") << QByteArray("\xEF\xBB\xBF"
                                                   "a\nb \xFF c\n")
                                     << QStringLiteral("a\nb \uFFFD c\n") << 1 << 2 << 3 << 7;
        QTest::newRow("two") << QByteArray("\xC3\xA9\xC3\xA9\xC3\xA9 \xFF\xFE\n")
                             << QStringLiteral("ééé \uFFFD\uFFFD\n") << 2 << 1 << 8 << 7;
        QTest::newRow("an overlong form") << QByteArray("caf\xC3\xA9 \xC0\xAF"
                                                        " \xC3\xA9\n")
                                          << QStringLiteral("café \uFFFD\uFFFD é\n") << 2 << 1 << 7 << 6;
        QTest::newRow("half of a surrogate pair")
            << QByteArray("\xC3\xA9 \xC3\xA9 \xC3\xA9 \xED\xA0\xBD\n")
            << QStringLiteral("é é é \uFFFD\uFFFD\uFFFD\n") << 3 << 1 << 10 << 9;
    }
    void damagedUtf8IsMarkedAtItsPlace() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, text);
        QFETCH(int, damages);
        QFETCH(int, line);
        QFETCH(int, byteInLine);
        QFETCH(int, offset);
        const auto decoded = decodeText(bytes.toStdString());
        QVERIFY(decoded);
        QVERIFY(decoded->isUtf8());
        QCOMPARE(QString::fromStdString(decoded->text), text);
        QCOMPARE(static_cast<int>(decoded->damages), damages);
        QCOMPARE(static_cast<int>(decoded->line), line);
        QCOMPARE(static_cast<int>(decoded->byteInLine), byteInLine);
        QCOMPARE(static_cast<int>(decoded->offset), offset);
    }

    // One bad byte anywhere in a text in any script changes that place and nothing else.
    void oneBadByteAnywhereInUtf8() {
        for (const std::string& text : {kRussian, kJapanese, kChinese, kKorean, kThai, kGerman, kPolish}) {
            for (std::size_t at = 0; at <= text.size(); at += 5) {
                std::string bytes = text;
                bytes.insert(at, 1, '\x92');
                const auto decoded = decodeText(bytes);
                QVERIFY(decoded && decoded->isUtf8());
                QVERIFY(decoded->damages >= 1 && decoded->damages <= 4);
                // A byte inside a character may go with it: the places end where it ended.
                QVERIFY(QString::fromStdString(decoded->text).contains(QChar::ReplacementCharacter));
                QVERIFY(decoded->text.size() + 12 >= bytes.size());
            }
        }
    }

    void aBeginningIsNotDamagedWhereItIsCut() {
        const std::string text = kJapanese;
        for (std::size_t size = 30; size < 40; ++size) {
            const auto decoded = decodeText(text.substr(0, size), true);
            QVERIFY(decoded);
            QCOMPARE(decoded->damages, std::size_t{0});
            QVERIFY(text.starts_with(decoded->text));
        }
    }

    void lineEndsBecomePlain() {
        QCOMPARE(decodeText("a\r\n\r\nb\rc\n\rd")->text, std::string("a\n\nb\nc\n\nd"));
        QCOMPARE(decodeText(encoded("a\r\nb", "UTF-16LE"))->text, std::string("a\nb"));
    }

    void whatIsNoTextIsRefused() {
        QVERIFY(!decodeText(std::string("PK\x03\x04\0\0\0binary", 13)));
        QVERIFY(!decodeText(std::string(1000, '\0')));
        QVERIFY(!decodeText(std::string("plain\0text", 10)));
    }
};

QTEST_GUILESS_MAIN(TextDecodingTest)
#include "text_decoding_test.moc"
