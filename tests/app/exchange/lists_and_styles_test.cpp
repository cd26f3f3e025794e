// Lists of documents with their labels and levels; what style sheets say; centred signs that part scenes.
#include "app/exchange/html/style_rules.h"
#include "app/exchange/package/zip_package.h"
#include "app/exchange/story/list_labels.h"
#include "app/exchange/story/story_text.h"
#include "app/exchange/story_files.h"

#include <QTest>

using namespace app;

namespace {

QString textOf(const QByteArray& bytes, const QString& name) {
    const auto read = readStoryFile(bytes, name);
    return read ? writeStoryText(read->story)
                : QStringLiteral("fault %1").arg(static_cast<int>(read.error()));
}

QByteArray docxOf(const QByteArray& body, const QByteArray& numbering, const QByteArray& styles = {}) {
    ZipWriter zip;
    zip.add(QStringLiteral("[Content_Types].xml"), "<Types/>");
    zip.add(QStringLiteral("word/document.xml"),
            "<w:document xmlns:w=\"w\"><w:body>" + body + "</w:body></w:document>");
    zip.add(QStringLiteral("word/numbering.xml"),
            "<w:numbering xmlns:w=\"w\">" + numbering + "</w:numbering>");
    if (!styles.isEmpty())
        zip.add(QStringLiteral("word/styles.xml"), "<w:styles xmlns:w=\"w\">" + styles + "</w:styles>");
    return zip.finish();
}

// A paragraph, in a list if `list` is not null.
QByteArray item(const char* words, const char* list, int level = 0, const QByteArray& style = {}) {
    QByteArray properties;
    if (!style.isEmpty())
        properties += "<w:pStyle w:val=\"" + style + "\"/>";
    if (list != nullptr)
        properties += "<w:numPr><w:ilvl w:val=\"" + QByteArray::number(level) + "\"/><w:numId w:val=\"" +
                      QByteArray(list) + "\"/></w:numPr>";
    return "<w:p><w:pPr>" + properties + "</w:pPr><w:r><w:t>" + words + "</w:t></w:r></w:p>";
}

QByteArray level(int number, const char* format, const char* text, int start = 1,
                 const QByteArray& more = {}) {
    return "<w:lvl w:ilvl=\"" + QByteArray::number(number) + "\"><w:start w:val=\"" +
           QByteArray::number(start) + "\"/><w:numFmt w:val=\"" + format + "\"/>" + more +
           "<w:lvlText w:val=\"" + text + "\"/></w:lvl>";
}

const QByteArray kNumbering =
    "<w:abstractNum w:abstractNumId=\"7\">" + level(0, "decimal", "%1.") + level(1, "lowerLetter", "%2)") +
    level(2, "lowerRoman", "%1.%3.") + "</w:abstractNum><w:abstractNum w:abstractNumId=\"8\">" +
    level(0, "bullet", "\xC2\xB7") +
    "</w:abstractNum>"
    "<w:num w:numId=\"1\"><w:abstractNumId w:val=\"7\"/></w:num>"
    "<w:num w:numId=\"2\"><w:abstractNumId w:val=\"8\"/></w:num>"
    "<w:num w:numId=\"3\"><w:abstractNumId w:val=\"7\"/><w:lvlOverride w:ilvl=\"0\"><w:startOverride "
    "w:val=\"1\"/></w:lvlOverride></w:num>";

QByteArray odtOf(const QByteArray& styles, const QByteArray& body) {
    ZipWriter zip;
    zip.add(QStringLiteral("mimetype"), "application/vnd.oasis.opendocument.text", true);
    zip.add(QStringLiteral("content.xml"), "<d xmlns:office=\"o\" xmlns:text=\"t\" xmlns:style=\"s\" "
                                           "xmlns:fo=\"f\"><office:automatic-styles>" +
                                               styles +
                                               "</office:automatic-styles><office:body><office:text>" + body +
                                               "</office:text></office:body></d>");
    return zip.finish();
}

QByteArray bookOf(const QByteArray& sheet, const QByteArray& head, const QByteArray& body) {
    ZipWriter zip;
    zip.add(QStringLiteral("mimetype"), "application/epub+zip", true);
    zip.add(QStringLiteral("META-INF/container.xml"),
            "<container><rootfiles><rootfile full-path=\"OPS/book.opf\"/></rootfiles></container>");
    zip.add(
        QStringLiteral("OPS/book.opf"),
        "<package><manifest><item id=\"a\" href=\"text/one.xhtml\" "
        "media-type=\"application/xhtml+xml\"/></manifest><spine><itemref idref=\"a\"/></spine></package>");
    zip.add(QStringLiteral("OPS/style/book.css"), sheet);
    zip.add(QStringLiteral("OPS/text/one.xhtml"),
            "<html><head>" + head + "</head><body>" + body + "</body></html>");
    return zip.finish();
}

const QByteArray kLink = "<link rel=\"stylesheet\" type=\"text/css\" href=\"../style/book.css\"/>";

} // namespace

class ListsAndStylesTest : public QObject {
    Q_OBJECT

private slots:
    void numbersAsTheyAreWritten_data() {
        QTest::addColumn<int>("numbers");
        QTest::addColumn<int>("value");
        QTest::addColumn<QString>("text");
        const auto row = [](const char* text, ListNumbers numbers, int value) {
            QTest::addRow("%s", text) << static_cast<int>(numbers) << value << QString::fromLatin1(text);
        };
        row("14", ListNumbers::Decimal, 14);
        row("-3", ListNumbers::Decimal, -3);
        row("c", ListNumbers::LowerLetter, 3);
        row("AA", ListNumbers::UpperLetter, 27);
        row("bb", ListNumbers::LowerLetter, 28);
        row("mcmxcix", ListNumbers::LowerRoman, 1999);
        row("XIV", ListNumbers::UpperRoman, 14);
        row("0", ListNumbers::LowerRoman, 0);
        row("5000", ListNumbers::UpperRoman, 5000);
    }
    void numbersAsTheyAreWritten() {
        QFETCH(int, numbers);
        QFETCH(int, value);
        QTEST(numberAs(static_cast<ListNumbers>(numbers), value), "text");
    }

    void wordListsKeepTheirLabels_data() {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QString>("text");
        const auto row = [](const char* name, const QByteArray& body, const char* text) {
            QTest::newRow(name) << body << QString::fromUtf8(text);
        };
        row("numbers and bullets", item("a", "1") + item("b", "1") + item("c", "2"), "1. a\n\n2. b\n\n- c");
        row("levels",
            item("a", "1") + item("b", "1", 1) + item("c", "1", 1) + item("d", "1", 2) + item("e", "1") +
                item("f", "1", 1),
            "1. a\n\n    a) b\n\n    b) c\n\n        1.i. d\n\n2. e\n\n    a) f");
        row("a paragraph between", item("a", "1") + item("between", nullptr) + item("b", "1"),
            "1. a\n\nbetween\n\n2. b");
        row("begun anew", item("a", "1") + item("b", "1") + item("c", "3") + item("d", "3"),
            "1. a\n\n2. b\n\n1. c\n\n2. d");
        row("taken out of the list", item("a", "1") + item("b", "0"), "1. a\n\nb");
        row("a list that is not defined", item("a", "99"), "- a");
        row("a level that is not defined", item("a", "2", 5), "                    - a");
    }
    void wordListsKeepTheirLabels() {
        QFETCH(QByteArray, body);
        QTEST(textOf(docxOf(body, kNumbering), QStringLiteral("a.docx")), "text");
    }

    void wordStylesMayBeLists() {
        const QByteArray styles =
            "<w:style w:type=\"paragraph\" w:styleId=\"Steps\"><w:name w:val=\"My steps\"/><w:pPr><w:numPr>"
            "<w:numId w:val=\"1\"/></w:numPr></w:pPr></w:style>";
        QCOMPARE(textOf(docxOf(item("a", nullptr, 0, "Steps") + item("b", nullptr, 0, "Steps") +
                                   item("c", "0", 0, "Steps"),
                               kNumbering, styles),
                        QStringLiteral("a.docx")),
                 QStringLiteral("1. a\n\n2. b\n\nc"));
    }

    // A chapter's number is part of what a reader sees.
    void numberedHeadingsKeepTheirNumbers() {
        const QByteArray numbering =
            "<w:abstractNum w:abstractNumId=\"1\">" +
            level(0, "decimal", "Chapter %1:", 1, "<w:pStyle w:val=\"H1\"/>") +
            level(1, "decimal", "%1.%2", 1, "<w:pStyle w:val=\"H2\"/>") +
            "</w:abstractNum><w:num w:numId=\"4\"><w:abstractNumId w:val=\"1\"/></w:num>";
        QByteArray styles;
        for (const char* const number : {"1", "2"})
            styles += QByteArray("<w:style w:type=\"paragraph\" w:styleId=\"H") + number +
                      "\"><w:name w:val=\"heading " + number +
                      "\"/><w:pPr><w:numPr><w:numId w:val=\"4\"/></w:numPr></w:pPr></w:style>";
        QCOMPARE(textOf(docxOf(item("Rain", nullptr, 0, "H1") + item("Sea", nullptr, 0, "H2") +
                                   item("Sun", nullptr, 0, "H1"),
                               numbering, styles),
                        QStringLiteral("a.docx")),
                 QStringLiteral("# Chapter 1: Rain\n\n## 1.1 Sea\n\n# Chapter 2: Sun"));
    }

    void openDocumentListsKeepTheirLabels_data() {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QString>("text");
        const auto row = [](const char* name, const QByteArray& body, const char* text) {
            QTest::newRow(name) << body << QString::fromUtf8(text);
        };
        const auto item = [](const QByteArray& content, const QByteArray& attributes = {}) {
            return "<text:list-item" + attributes + ">" + content + "</text:list-item>";
        };
        const auto p = [](const char* words) { return QByteArray("<text:p>") + words + "</text:p>"; };
        const auto list = [](const QByteArray& items, const QByteArray& attributes = {}) {
            return "<text:list" + attributes + ">" + items + "</text:list>";
        };
        const QByteArray numbers = " text:style-name=\"N\"";
        const QByteArray bullets = " text:style-name=\"B\"";
        row("numbers and bullets", list(item(p("a")) + item(p("b")), numbers) + list(item(p("c")), bullets),
            "1. a\n\n2. b\n\n- c");
        row("levels", list(item(p("a") + list(item(p("b")) + item(p("c")))) + item(p("d")), numbers),
            "1. a\n\n    (a) b\n\n    (b) c\n\n2. d");
        row("a second paragraph of an item", list(item(p("a") + p("b")) + item(p("c")), numbers),
            "1. a\n\nb\n\n2. c");
        row("lists begin anew", list(item(p("a")), numbers) + list(item(p("b")), numbers), "1. a\n\n1. b");
        row("or go on",
            list(item(p("a")), numbers) + p("x") +
                list(item(p("b")), numbers + " text:continue-numbering=\"true\""),
            "1. a\n\nx\n\n2. b");
        row("a number of its own", list(item(p("a"), " text:start-value=\"7\"") + item(p("b")), numbers),
            "7. a\n\n8. b");
    }
    void openDocumentListsKeepTheirLabels() {
        const QByteArray styles =
            "<text:list-style style:name=\"N\"><text:list-level-style-number text:level=\"1\" "
            "style:num-format=\"1\" style:num-suffix=\".\"/><text:list-level-style-number text:level=\"2\" "
            "style:num-format=\"a\" style:num-prefix=\"(\" style:num-suffix=\")\"/></text:list-style>"
            "<text:list-style style:name=\"B\"><text:list-level-style-bullet "
            "text:level=\"1\"/></text:list-style>";
        QFETCH(QByteArray, body);
        QTEST(textOf(odtOf(styles, body), QStringLiteral("a.odt")), "text");
    }

    void pagesKeepLevelsAndNumbers() {
        QCOMPARE(
            textOf("<ol start=\"3\"><li>a<ul><li>b</ul><li>c<li value=\"9\">d</ol><ol type=\"i\"><li>e</ol>",
                   QStringLiteral("a.html")),
            QStringLiteral("3. a\n\n    - b\n\n4. c\n\n9. d\n\ni. e"));
    }

    void styleSheetsAreUnderstood_data() {
        QTest::addColumn<QByteArray>("sheet");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QString>("text");
        const auto row = [](const char* name, const QByteArray& sheet, const QByteArray& body,
                            const char* text) {
            QTest::newRow(name) << sheet << body << QString::fromUtf8(text);
        };
        const QByteArray p = "<p>a <span class=\"x\">b</span> c</p>";
        row("a class", ".x { font-style: italic }", p, "a *b* c");
        row("an element with a class", "span.x{font-weight:700}", p, "a **b** c");
        row("another element's class", "p.x { font-style: italic }", p, "a b c");
        row("several selectors", "h1, .y , .x{font-style:oblique}", p, "a *b* c");
        row("several classes", ".y{font-style:italic}", "<p><i class=\"z y\">a</i></p>", "*a*");
        row("the later one counts", ".x{font-style:italic} .x{font-style:normal}", p, "a b c");
        row("the weightier one counts",
            "span.x{font-style:italic} .x{font-style:normal} span{font-weight:bold}", p, "a ***b*** c");
        row("the attribute counts most", ".x{font-style:italic}",
            "<p>a <span class=\"x\" style=\"font-style:normal\">b</span></p>", "a b");
        row("an <i> that is upright", "i{font-style:normal}", "<p><i>a</i> b</p>", "a b");
        row("shorthand", ".x{font: italic bold 12px/1.4 serif}", p, "a ***b*** c");
        row("important", ".x { FONT-STYLE : Italic !important; }", p, "a *b* c");
        row("a whole paragraph", ".t{font-style:italic}", "<p class=\"t\">a <em>b</em></p><p>c</p>",
            "*a b*\n\nc");
        row("headings and quotations have a look", "h2,blockquote,.q{font-style:italic;font-weight:bold}",
            "<h2>a</h2><blockquote class=\"q\"><p class=\"q\">b</p></blockquote>", "## a\n\n> b");
        row("not shown", ".n{display:none}",
            "<p>a</p><p class=\"n\">b <b>c</b></p><p>d<span class=\"n\">e</span></p>", "a\n\nd");
        row("centred signs", ".s{text-align:center}",
            "<p>a</p><p class=\"s\">\xE2\x97\x86</p><p class=\"s\">b</p>", "a\n\n* * *\n\nb");
        row("centred stars keep their form", ".s{text-align:center}",
            "<p>a</p><p class=\"s\">***</p><p>b</p>", "a\n\n***\n\nb");
        row("inherited", "div.s{text-align:center}", "<div class=\"s\"><p>~</p></div><p>b</p>", "* * *\n\nb");
        row("signs that are not centred", "", "<p>a</p><p>?!</p>", "a\n\n?!");
        row("a centred exclamation is said", ".s{text-align:center}", "<p class=\"s\">?!</p>", "?!");
        row("comments", "/* .x{font-style:italic} */ .x{/*;*/font-weight:bold}", p, "a **b** c");
        row("at-rules are left out",
            "@charset \"utf-8\"; @import url(x.css); @media print { .x { font-style: italic } } "
            "@font-face{a:b} "
            ".x{font-weight:bold}",
            p, "a **b** c");
        row("what depends on more is left out", "p .x, #x, .x:hover, .a.x, p > .x, .x[y]{font-style:italic}",
            p, "a b c");
        row("broken", "}}{ .x { font-style: italic ", p, "a b c");
        row("lists without bullets", "ul.l{list-style-type:none}", "<ul class=\"l\"><li>a</li></ul>", "a");
    }
    void styleSheetsAreUnderstood() {
        QFETCH(QByteArray, sheet);
        QFETCH(QByteArray, body);
        QFETCH(QString, text);
        QCOMPARE(textOf("<html><head><style>" + sheet + "</style></head><body>" + body + "</body></html>",
                        QStringLiteral("a.html")),
                 text);
        QCOMPARE(textOf(bookOf(sheet, kLink, body), QStringLiteral("a.epub")), text);
        QCOMPARE(textOf(bookOf({}, "<style type=\"text/css\">" + sheet + "</style>", body),
                        QStringLiteral("a.epub")),
                 text);
    }

    void sheetsOfElsewhereAreNotLoaded() {
        const QByteArray body = "<p>a <span class=\"x\">b</span></p>";
        const QByteArray head = "<link rel=\"stylesheet\" href=\"/etc/passwd\"><link rel=\"stylesheet\" "
                                "href=\"https://example.org/a.css\">";
        QCOMPARE(textOf(bookOf(".x{font-style:italic}", head, body), QStringLiteral("a.epub")),
                 QStringLiteral("a b"));
        QCOMPARE(textOf("<html><head>" + head + "</head><body>" + body + "</body></html>",
                        QStringLiteral("a.html")),
                 QStringLiteral("a b"));
    }

    void aHugeSheetTakesNoTime() {
        const QByteArray sheet = QByteArray(".a.b c{color:red}").repeated(300'000) + "{{{{";
        QCOMPARE(textOf("<html><head><style>" + sheet + "</style></head><body><p>a</p></body></html>",
                        QStringLiteral("a.html")),
                 QStringLiteral("a"));
    }

    void centredSignsOfDocumentsPartScenes() {
        const auto centred = [](const char* words) {
            return QByteArray("<w:p><w:pPr><w:jc w:val=\"center\"/></w:pPr><w:r><w:t>") + words +
                   "</w:t></w:r></w:p>";
        };
        QCOMPARE(textOf(docxOf(item("a", nullptr) + centred("\xE2\x97\x86") + centred("b"), {}),
                        QStringLiteral("a.docx")),
                 QStringLiteral("a\n\n* * *\n\nb"));
        QCOMPARE(
            textOf(
                odtOf("<style:style style:name=\"C\" style:family=\"paragraph\"><style:paragraph-properties "
                      "fo:text-align=\"center\"/></style:style>",
                      "<text:p>a</text:p><text:p text:style-name=\"C\">~ ~</text:p><text:p "
                      "text:style-name=\"C\">b</text:p>"),
                QStringLiteral("a.odt")),
            QStringLiteral("a\n\n* * *\n\nb"));
    }

    // What is stopped gives nothing; what is not tells how far it is.
    void writingCanBeStopped_data() {
        QTest::addColumn<int>("format");
        for (const StoryFormat format :
             {StoryFormat::Docx, StoryFormat::Odt, StoryFormat::Epub, StoryFormat::Html})
            QTest::newRow(qPrintable(endingsOf(format).first())) << static_cast<int>(format);
    }
    void writingCanBeStopped() {
        QFETCH(int, format);
        QString text;
        for (int i = 0; i < 1000; ++i)
            text += QStringLiteral("# Chapter %1\n\nThe old house and the sea.\n\n").arg(i);
        const auto write = [&](const WriteProgress& progress) {
            return writeStoryFile(static_cast<StoryFormat>(format), text, {}, QDateTime::currentDateTimeUtc(),
                                  progress);
        };
        QList<double> shares;
        std::stop_source stop;
        QVERIFY(write(WriteProgress(stop.get_token(), [&](double share) { shares.append(share); })));
        QVERIFY(shares.size() > 20);
        QVERIFY(std::is_sorted(shares.begin(), shares.end()));
        QVERIFY(shares.first() == 0 && shares.last() <= 1);
        for (const double at : {0.0, 0.3, 0.7}) {
            std::stop_source late;
            const auto stopped = write(WriteProgress(late.get_token(), [&](double share) {
                if (share >= at)
                    late.request_stop();
            }));
            QVERIFY2(!stopped, qPrintable(QString::number(at)));
        }
    }
};

QTEST_APPLESS_MAIN(ListsAndStylesTest)
#include "lists_and_styles_test.moc"
