// Stories written to every format come back as the same text; files of other programs are read; what is no
// story is refused for the right reason.
#include "app/exchange/package/zip_package.h"
#include "app/exchange/story/story_text.h"
#include "app/exchange/story_files.h"
#include "tests/app/exchange/samples.h"

#include <QDir>
#include <QFile>
#include <QTest>

using namespace app;

namespace {

const QDateTime kChanged = QDateTime::fromSecsSinceEpoch(1'700'000'000, Qt::UTC);
const StoryDetails kDetails{QStringLiteral("The Ferry & <House>"), QStringLiteral("A. Writer"),
                            QStringLiteral("en-GB")};

QByteArray written(StoryFormat format, const QString& text, const StoryDetails& details = kDetails) {
    return writeStoryFile(format, text, details, kChanged).value_or(QByteArray());
}

QString nameOf(StoryFormat format) { return QStringLiteral("story.") + endingsOf(format).first(); }

QByteArray sample(const char* name) {
    QFile file(QStringLiteral(INKGATE_EXCHANGE_SAMPLES "/") + QLatin1String(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QByteArray docxOf(const QByteArray& body) {
    ZipWriter zip;
    zip.add(QStringLiteral("[Content_Types].xml"), "<Types/>");
    zip.add(QStringLiteral("word/document.xml"),
            "<w:document xmlns:w=\"w\"><w:body>" + body + "</w:body></w:document>");
    return zip.finish();
}

QByteArray odtOf(const QByteArray& body) {
    ZipWriter zip;
    zip.add(QStringLiteral("mimetype"), "application/vnd.oasis.opendocument.text", true);
    zip.add(QStringLiteral("content.xml"), "<d xmlns:office=\"o\" xmlns:text=\"t\" xmlns:table=\"b\" "
                                           "xmlns:draw=\"d\"><office:body><office:text>" +
                                               body + "</office:text></office:body></d>");
    return zip.finish();
}

QString textOf(const QByteArray& bytes, const QString& name, LeftOut* leftOut = nullptr) {
    const auto read = readStoryFile(bytes, name);
    if (!read)
        return QStringLiteral("fault %1").arg(static_cast<int>(read.error()));
    if (leftOut != nullptr)
        *leftOut = read->leftOut;
    return writeStoryText(read->story);
}

} // namespace

class StoryFilesTest : public QObject {
    Q_OBJECT

private slots:
    void everyFormatGivesTheTextBack_data() {
        QTest::addColumn<int>("format");
        QTest::addColumn<QString>("text");
        for (const StoryFormat format :
             {StoryFormat::Docx, StoryFormat::Odt, StoryFormat::Epub, StoryFormat::Html}) {
            const auto row = [format](const char* name, const QString& text) {
                QTest::addRow("%s: %s", qPrintable(endingsOf(format).first()), name)
                    << static_cast<int>(format) << text;
            };
            row("empty", {});
            row("all kinds", samples::wholeStory());
            row("lines", samples::lineStory());
            row("ends", QStringLiteral("\n\na\n\n\nb\n\n"));
            row("blank lines alone", QStringLiteral("\n\n"));
            row("spaces", QStringLiteral("  a  b \t c  \n\n   *d  e*  f"));
            row("quotation without words", QStringLiteral("> a\n>\n> b\n\n>\n\nc"));
            row("tight headings", QStringLiteral("a\n\nb\n\n# H\nc\n\n\n\n# I\n\n***\n***\nd"));
            row("chapters by their words",
                QStringLiteral("Part One\n\nChapter 1\n\na\n\n# Chapter 2\n\nb\n\n\\Chapter 3\n\n"
                               "**Chapter 4: The *end***\n\n## c\n\nChapter five\n\n***"));
            row("long line", QStringLiteral("word *and* ").repeated(20'000).trimmed());
            row("breaks of other kinds", QStringLiteral("a\u2028b\u2029c\u0085d\u00A0e\u200Bf"));
        }
    }
    void everyFormatGivesTheTextBack() {
        QFETCH(int, format);
        QFETCH(QString, text);
        const auto kind = static_cast<StoryFormat>(format);
        const QByteArray bytes = written(kind, text);
        QVERIFY(isStoryFile(bytes, nameOf(kind)));
        const auto read = readStoryFile(bytes, nameOf(kind));
        QVERIFY(read.has_value());
        QCOMPARE(writeStoryText(read->story), text);
        QCOMPARE(read->story.details, kDetails);
        QCOMPARE(read->leftOut, LeftOut());
        QCOMPARE(written(kind, text), bytes);
    }

    void textAndMarkdownAreTheTextItself() {
        const QString text = QStringLiteral("a \r\n\\*b\\* \n\n   \nc\x01");
        for (const StoryFormat format : {StoryFormat::PlainText, StoryFormat::Markdown})
            QCOMPARE(QString::fromUtf8(written(format, text)), text);
    }

    void whatXmlForbidsDoesNotBreakAFile() {
        const QString text = QStringLiteral("a\x01\x0B") + QChar(0xD83D) + QStringLiteral("b") +
                             QChar(0xFFFE) + QStringLiteral("\x1F]]>&<\"'");
        for (const StoryFormat format :
             {StoryFormat::Docx, StoryFormat::Odt, StoryFormat::Epub, StoryFormat::Html})
            QCOMPARE(textOf(written(format, text, {text, text, text}), nameOf(format)),
                     QStringLiteral("a\uFFFDb\uFFFD]]>&<\"'"));
    }

    void aNovelComesBack() {
        QString text;
        for (int chapter = 1; chapter <= 40; ++chapter) {
            text += QStringLiteral("# Chapter %1\n\n").arg(chapter);
            for (int line = 0; line < 325; ++line)
                text += QStringLiteral("Line %1 of ten words that *nobody* would read twice.\n\n").arg(line);
        }
        for (const StoryFormat format :
             {StoryFormat::Docx, StoryFormat::Odt, StoryFormat::Epub, StoryFormat::Html})
            QCOMPARE(textOf(written(format, text), nameOf(format)), text);
    }

    // Made by LibreOffice 7.4 and pandoc 2.17 of tests/data/exchange/README.md's text.
    void filesOfOtherProgramsAreRead_data() {
        QTest::addColumn<QString>("file");
        const QDir folder(QStringLiteral(INKGATE_EXCHANGE_SAMPLES));
        for (const QString& name :
             folder.entryList({QStringLiteral("libreoffice.*"), QStringLiteral("pandoc.*")}))
            QTest::newRow(qPrintable(name)) << name;
    }
    void filesOfOtherProgramsAreRead() {
        QFETCH(QString, file);
        QCOMPARE(textOf(sample(qPrintable(file)), file), QString::fromUtf8(sample("expected.md")).trimmed());
    }

    void docxPartsThatAreNoTextAreLeftOutAndCounted() {
        LeftOut leftOut;
        const QString text =
            textOf(docxOf("<w:p><w:r><w:t>a "
                          "</w:t></w:r><w:ins><w:r><w:t>kept</w:t></w:r></w:ins><w:del><w:r><w:delText>gone"
                          "</w:delText></w:r></w:del><w:r><w:footnoteReference/></"
                          "w:r><w:r><w:drawing><w:t>x</w:t></w:drawing>"
                          "</w:r><w:r><w:commentReference/><w:instrText>PAGE</w:instrText></w:r></w:p>"
                          "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>1</w:t></w:r></w:p></"
                          "w:tc><w:tc><w:p><w:r><w:t>2</w:t></w:r></w:p>"
                          "</w:tc></w:tr></w:tbl><w:p><w:r><w:t>l</w:t><w:br/><w:t>m</w:t></w:r></w:p>"),
                   QStringLiteral("a.docx"), &leftOut);
        QCOMPARE(text, QStringLiteral("a kept\n\n1\t2\n\nl\nm"));
        QCOMPARE(leftOut, (LeftOut{1, 1, 1, 1, 0}));
        QCOMPARE(leftOut.sentence(),
                 QStringLiteral("1 picture, 1 footnote, 1 comment and 1 deleted passage were left out."));
        QCOMPARE((LeftOut{3, 2, 0, 0, 0}).sentence(),
                 QStringLiteral("3 pictures and 2 footnotes were left out."));
        QCOMPARE((LeftOut{1, 0, 0, 0, 0}).sentence(), QStringLiteral("1 picture was left out."));
    }

    void odtPartsThatAreNoTextAreLeftOutAndCounted() {
        LeftOut leftOut;
        const QString text = textOf(
            odtOf("<text:tracked-changes><text:changed-region><text:deletion><text:p>gone</text:p></"
                  "text:deletion>"
                  "</text:changed-region></text:tracked-changes><text:p>a\n  "
                  "b<text:note><text:p>n</text:p></text:note>"
                  "<text:s text:c=\"2\"/>c<draw:frame><draw:image/></draw:frame></text:p>"
                  "<table:table><table:table-row><table:table-cell><text:p>1</text:p></table:table-cell>"
                  "<table:table-cell><text:p>2</text:p></table:table-cell></table:table-row></table:table>"
                  "<text:list><text:list-item><text:p>item</text:p></text:list-item></text:list>"),
            QStringLiteral("a.odt"), &leftOut);
        QCOMPARE(text, QStringLiteral("a b  c\n\n1\t2\n\n- item"));
        QCOMPARE(leftOut, (LeftOut{1, 1, 0, 1, 0}));
    }

    void pagesAreRead_data() {
        QTest::addColumn<QByteArray>("page");
        QTest::addColumn<QString>("text");
        const auto row = [](const char* name, const QByteArray& page, const char* text) {
            QTest::newRow(name) << page << QString::fromUtf8(text);
        };
        row("spaces", "<p>a\n  b</p> <p> c <i>d </i> e</p>", "a b\n\nc *d* e");
        row("entities", "<p>&eacute; &amp;amp; &#x1F600; &nosuch;</p>", "é &amp; 😀 &nosuch;");
        row("no end tags", "<h1>T<p>a<p>b<br>c", "# T\n\na\n\nb\nc");
        row("scripts", "<script>alert(1)</script><style>p{}</style><p>a</p>", "a");
        row("lists", "<ul><li>a<li><p>b</p></ul><ol><li>c<li>d</ol>", "- a\n\n- b\n\n1. c\n\n2. d");
        row("a table", "<table><tr><td>1<td>2<tr><th>3<th>4</table>", "1\t2\n\n3\t4");
        row("marks of ours", "<p>*a* # b</p><p># c</p><p>&gt; d</p>", "\\*a\\* # b\n\n\\# c\n\n\\> d");
        row("a rule", "<p>a<hr><p>b", "a\n\n* * *\n\nb");
        row("declared", "<meta charset=\"windows-1251\"><p>\xCF\xF0\xE8\xE2\xE5\xF2", "Привет");
        row("UTF-16", QByteArray("\xFF\xFE<\0p\0>\0h\0i\0", 12), "hi");
        row("styles", "<p><span style=\"font-style: italic\">a</span> <b>b</b>", "*a* **b**");
        row("an entity of its own", "<!DOCTYPE html [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><p>a&x;b",
            "]>\n\na&x;b"); // never what it stands for
    }
    void pagesAreRead() {
        QFETCH(QByteArray, page);
        QFETCH(QString, text);
        QCOMPARE(textOf(page, QStringLiteral("page.html")), text);
    }

    void deeplyNestedPagesAndDocumentsAreRead() {
        QVERIFY(!textOf(QByteArray("<div>").repeated(200'000) + "a", QStringLiteral("a.html")).isEmpty());
        const auto docx =
            readStoryFile(docxOf(QByteArray("<w:sdt>").repeated(100'000)), QStringLiteral("a.docx"));
        QVERIFY(!docx.has_value());
    }

    void whatIsNoStoryIsRefused_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("fault");
        const auto row = [](const char* title, const QByteArray& bytes, const char* name, ImportFault fault) {
            QTest::newRow(title) << bytes << QString::fromLatin1(name) << static_cast<int>(fault);
        };
        const QByteArray compound("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
        row("doc", compound + QByteArray(600, '\0'), "a.docx", ImportFault::OldWord);
        row("docx with a password",
            compound + QByteArray("E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0", 32), "a.docx",
            ImportFault::Encrypted);
        row("rtf", "{\\rtf1 hello}", "a.docx", ImportFault::RichText);
        row("pdf", "%PDF-1.4", "a.pdf", ImportFault::Pdf);
        row("nothing", "", "a.docx", ImportFault::Damaged);
        row("a text called docx", "Once upon a time", "a.docx", ImportFault::Damaged);
        row("half a docx", written(StoryFormat::Docx, samples::wholeStory()).left(3000), "a.docx",
            ImportFault::Damaged);
        row("broken XML", docxOf("<w:p>"), "a.docx", ImportFault::Damaged);
        row("no words", docxOf("<w:p><w:r><w:drawing/></w:r></w:p>"), "a.docx", ImportFault::PicturesOnly);
        row("an odt of pictures", odtOf("<text:p><draw:frame/></text:p>"), "a.odt",
            ImportFault::PicturesOnly);
        row("an empty page", "<html></html>", "a.html", ImportFault::PicturesOnly);
        ZipWriter other;
        other.add(QStringLiteral("readme.txt"), "x");
        row("an archive", other.finish(), "a.zip", ImportFault::OtherFile);
        ZipWriter bomb;
        bomb.add(QStringLiteral("[Content_Types].xml"), "<Types/>");
        bomb.add(QStringLiteral("word/document.xml"), QByteArray(qsizetype{40} << 20, ' '));
        row("a bomb", bomb.finish(), "a.docx", ImportFault::TooLarge);
        ZipWriter entities;
        entities.add(QStringLiteral("[Content_Types].xml"), "<Types/>");
        entities.add(QStringLiteral("word/document.xml"), "<!DOCTYPE d [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b "
                                                          "\"&a;&a;&a;&a;&a;&a;&a;&a;\">]><d><body><p><r><t>"
                                                          "&b;</t></r></p></body></d>");
        row("entities", entities.finish(), "a.docx", ImportFault::Damaged);
        ZipWriter locked;
        locked.add(QStringLiteral("mimetype"), "application/epub+zip", true);
        locked.add(QStringLiteral("META-INF/encryption.xml"),
                   "<e><EncryptionMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#aes128-cbc\"/></e>");
        row("a locked book", locked.finish(), "a.epub", ImportFault::Encrypted);
        // Some of its chapters would be missing.
        ZipWriter brokenOff;
        brokenOff.add(QStringLiteral("mimetype"), "application/epub+zip", true);
        brokenOff.add(QStringLiteral("META-INF/container.xml"), "<c><rootfile full-path=\"b.opf\"/></c>");
        brokenOff.add(
            QStringLiteral("b.opf"),
            "<package><manifest><item id=\"a\" href=\"a.html\" media-type=\"application/xhtml+xml\"/>"
            "</manifest><spine><itemref idref=\"a\"/><itemref idr");
        brokenOff.add(QStringLiteral("a.html"), "<html><body><p>One.</p></body></html>");
        row("a book whose list of chapters breaks off", brokenOff.finish(), "a.epub", ImportFault::Damaged);
        ZipWriter lockedOdt;
        lockedOdt.add(QStringLiteral("mimetype"), "application/vnd.oasis.opendocument.text", true);
        lockedOdt.add(QStringLiteral("META-INF/manifest.xml"), "<m><manifest:encryption-data/></m>");
        row("a locked odt", lockedOdt.finish(), "a.odt", ImportFault::Encrypted);
    }
    void whatIsNoStoryIsRefused() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, name);
        QFETCH(int, fault);
        QVERIFY(isStoryFile(bytes, name));
        const auto read = readStoryFile(bytes, name);
        QVERIFY(!read.has_value());
        QCOMPARE(static_cast<int>(read.error()), fault);
        const QString sentence = sentenceOf(read.error(), name);
        QVERIFY2(sentence.contains(name) && sentence.endsWith(u'.'), qPrintable(sentence));
    }

    void plainTextsAreNoStoryFiles() {
        QVERIFY(!isStoryFile("# Title\n\n<html> is a tag", QStringLiteral("a.md")));
        QVERIFY(!isStoryFile("", QStringLiteral("a.txt")));
    }
};

QTEST_APPLESS_MAIN(StoryFilesTest)
#include "story_files_test.moc"
