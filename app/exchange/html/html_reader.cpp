#include "app/exchange/html/html_format.h"
#include "app/exchange/html/page_encoding.h"

#include <QHash>
#include <QStringList>

#include <libxml/HTMLparser.h>

#include <algorithm>
#include <memory>

namespace app {

namespace {

using Kind = StoryBlock::Kind;
using Attributes = QHash<QString, QString>;

QString fromXml(const xmlChar* text) { return QString::fromUtf8(reinterpret_cast<const char*>(text)); }

bool isOneOf(const QString& name, const QStringList& names) { return names.contains(name); }

// What is inside of these is not part of the story.
bool isSkipped(const QString& name) {
    static const QStringList kSkipped{
        QStringLiteral("script"), QStringLiteral("style"),  QStringLiteral("template"),
        QStringLiteral("svg"),    QStringLiteral("math"),   QStringLiteral("object"),
        QStringLiteral("iframe"), QStringLiteral("video"),  QStringLiteral("audio"),
        QStringLiteral("canvas"), QStringLiteral("rt"),     QStringLiteral("rp"),
        QStringLiteral("select"), QStringLiteral("button"), QStringLiteral("textarea"),
        QStringLiteral("del"),    QStringLiteral("nav"),    QStringLiteral("noscript")};
    return isOneOf(name, kSkipped);
}

bool isBlockElement(const QString& name) {
    static const QStringList kBlocks{
        QStringLiteral("p"),       QStringLiteral("div"),        QStringLiteral("section"),
        QStringLiteral("article"), QStringLiteral("header"),     QStringLiteral("footer"),
        QStringLiteral("main"),    QStringLiteral("aside"),      QStringLiteral("figure"),
        QStringLiteral("address"), QStringLiteral("pre"),        QStringLiteral("li"),
        QStringLiteral("dt"),      QStringLiteral("dd"),         QStringLiteral("tr"),
        QStringLiteral("caption"), QStringLiteral("body"),       QStringLiteral("center"),
        QStringLiteral("h1"),      QStringLiteral("h2"),         QStringLiteral("h3"),
        QStringLiteral("h4"),      QStringLiteral("h5"),         QStringLiteral("h6"),
        QStringLiteral("ul"),      QStringLiteral("ol"),         QStringLiteral("dl"),
        QStringLiteral("table"),   QStringLiteral("blockquote"), QStringLiteral("figcaption")};
    return isOneOf(name, kBlocks);
}

int headingLevelOf(const QString& name) {
    return name.size() == 2 && name[0] == u'h' && name[1] >= u'1' && name[1] <= u'6' ? name[1].digitValue()
                                                                                     : 0;
}

// The events of libxml2's parser become blocks. It closes what is left open, so begin and end always match.
class PageReader {
public:
    PageReader(StoryBuilder& builder, LeftOut& leftOut)
        : m_builder(builder)
        , m_leftOut(leftOut) {}

    void begin(const QString& name, const Attributes& attributes);
    void end(const QString& name);
    void text(const QString& text);
    [[nodiscard]] PageFacts facts() const {
        PageFacts facts = m_facts;
        facts.details.title = facts.details.title.simplified();
        return facts;
    }

private:
    struct Element {
        QString name;
        bool isEmphasis = false, isStrong = false; // in force before it
    };
    struct ListLevel {
        bool isOrdered = false;
        int items = 0;
    };

    void readMeta(const Attributes& attributes);
    void beginBlock(const QString& name, const Attributes& attributes);
    void readStyle(const QString& name, const Attributes& attributes);
    bool skips(const QString& name, const Attributes& attributes);

    StoryBuilder& m_builder;
    LeftOut& m_leftOut;
    PageFacts m_facts;
    QList<Element> m_open;
    QList<ListLevel> m_lists;
    int m_skipped = 0; // elements that are open from one that is skipped on
    int m_quotations = 0;
    int m_preformatted = 0;
    int m_cells = 0; // of the open row
    bool m_isInRow = false;
    bool m_isTitle = false;
    bool m_isOurs = false;
    bool m_isSpaceDue = false;
    bool m_isEmphasis = false, m_isStrong = false;
};

void PageReader::readMeta(const Attributes& attributes) {
    const QString name = attributes.value(QStringLiteral("name")).toLower();
    const QString content = attributes.value(QStringLiteral("content"));
    if (name == u"author")
        m_facts.details.author = content.simplified();
    else if (name == u"inkgate-paragraphs")
        m_facts.separation = separationOf(content);
    else if (name == u"generator" && content == u"Inkgate")
        m_isOurs = true;
}

// Notes and pictures; `name` and all in it is left out.
bool PageReader::skips(const QString& name, const Attributes& attributes) {
    const QString type = attributes.value(QStringLiteral("epub:type")) + u' ' +
                         attributes.value(QStringLiteral("role")) + u' ' +
                         attributes.value(QStringLiteral("class"));
    const auto is = [&type](const char* word) { return type.contains(QLatin1String(word)); };
    if (name == u"img" || name == u"image" || name == u"svg" || name == u"picture")
        ++m_leftOut.pictures;
    if (name == u"a" && (is("noteref") || is("footnote-ref") || is("sdfootnoteanc") || is("sdendnoteanc"))) {
        ++m_leftOut.footnotes;
        return true;
    }
    const bool isNotes = is("footnotes") || is("endnotes") || is("doc-footnote") || is("doc-endnote") ||
                         is("rearnote") || (name == u"aside" && is("footnote"));
    const bool isOfLibreOffice =
        name == u"div" && (attributes.value(QStringLiteral("id")).startsWith(u"sdfootnote") ||
                           attributes.value(QStringLiteral("id")).startsWith(u"sdendnote"));
    return isSkipped(name) || isNotes || isOfLibreOffice;
}

void PageReader::readStyle(const QString& name, const Attributes& attributes) {
    if (name == u"em" || name == u"i" || name == u"cite" || name == u"dfn" || name == u"var")
        m_isEmphasis = true;
    if (name == u"strong" || name == u"b")
        m_isStrong = true;
    const QString style = attributes.value(QStringLiteral("style")).toLower().remove(u' ');
    if (style.contains(u"font-style:italic") || style.contains(u"font-style:oblique"))
        m_isEmphasis = true;
    if (style.contains(u"font-style:normal"))
        m_isEmphasis = false;
    if (headingLevelOf(name) == 0) {
        if (style.contains(u"font-weight:bold") || style.contains(u"font-weight:700"))
            m_isStrong = true;
        if (style.contains(u"font-weight:normal"))
            m_isStrong = false;
    }
}

void PageReader::beginBlock(const QString& name, const Attributes& attributes) {
    m_isSpaceDue = false;
    const QStringList classes = attributes.value(QStringLiteral("class")).split(u' ');
    // A paragraph of a cell stays in the line of its row.
    if (m_isInRow && name != u"tr") {
        if (m_builder.hasText() && !m_builder.endsInSpace())
            m_builder.addText(u" ", false, false);
        return;
    }
    if (name == u"ul" || name == u"ol")
        m_lists.append({name == u"ol", 0});
    if (name == u"blockquote")
        ++m_quotations;
    if (name == u"pre")
        ++m_preformatted;
    // <li><p>: the paragraph is the item.
    if (name == u"p" && m_builder.isInBlock() && m_open.size() >= 2 &&
        m_open[m_open.size() - 2].name == u"li")
        return;
    const int level = headingLevelOf(name);
    const Kind kind = level > 0 ? Kind::Heading : m_quotations > 0 ? Kind::Quotation : Kind::Paragraph;
    m_builder.beginBlock(kind, level, m_isOurs && classes.contains(u"tight"));
    if (name == u"li" && !m_lists.isEmpty()) {
        ListLevel& list = m_lists.last();
        m_builder.addText(list.isOrdered ? QStringLiteral("%1. ").arg(++list.items) : QStringLiteral("- "),
                          false, false);
    }
    if (name == u"tr") {
        m_isInRow = true;
        m_cells = 0;
    }
}

void PageReader::begin(const QString& name, const Attributes& attributes) {
    if (m_skipped > 0 || skips(name, attributes)) {
        ++m_skipped;
        return;
    }
    m_open.append({name, m_isEmphasis, m_isStrong});
    if (name == u"title")
        m_isTitle = true;
    else if (name == u"meta")
        readMeta(attributes);
    else if (name == u"html")
        m_facts.details.language =
            attributes.value(QStringLiteral("lang"), attributes.value(QStringLiteral("xml:lang")));
    else if (name == u"br") {
        // The one that ends a block shows nothing, and our own blank lines hold one.
        m_isSpaceDue = false;
        if (m_isInRow)
            m_builder.addText(u" ", false, false);
        else if (m_isOurs)
            m_builder.endBlock(true);
        else
            m_builder.breakLine();
    } else if (name == u"hr") {
        m_builder.addSceneBreak(m_isOurs ? attributes.value(QStringLiteral("title")) : QString(),
                                m_isOurs && attributes.value(QStringLiteral("class")).contains(u"tight"));
    } else if ((name == u"td" || name == u"th") && m_cells++ > 0) {
        m_builder.trimEnd();
        m_builder.addText(u"\t", false, false);
        m_isSpaceDue = false;
    } else if (isBlockElement(name)) {
        beginBlock(name, attributes);
    }
    readStyle(name, attributes);
}

void PageReader::end(const QString& name) {
    if (m_skipped > 0) {
        --m_skipped;
        return;
    }
    if (m_open.isEmpty())
        return;
    const Element element = m_open.takeLast();
    m_isEmphasis = element.isEmphasis;
    m_isStrong = element.isStrong;
    if (name == u"title")
        m_isTitle = false;
    if (name == u"tr")
        m_isInRow = false;
    if ((name == u"ul" || name == u"ol") && !m_lists.isEmpty())
        m_lists.removeLast();
    if (name == u"blockquote")
        --m_quotations;
    if (name == u"pre")
        --m_preformatted;
    if (isBlockElement(name) && !m_isInRow) {
        if (!m_isOurs)
            m_builder.trimEnd();
        // A quotation without words is a line of its own, which only our pages have.
        m_builder.endBlock(m_isOurs && name == u"p" && m_quotations > 0);
        m_isSpaceDue = false;
    }
}

void PageReader::text(const QString& text) {
    if (m_skipped > 0)
        return;
    if (m_isTitle) {
        m_facts.details.title += text;
        return;
    }
    if (m_isOurs) {
        // Between its blocks stand line ends alone.
        if (m_builder.isInBlock())
            m_builder.addText(text, m_isEmphasis, m_isStrong);
        return;
    }
    if (m_preformatted > 0) {
        const QStringList lines = text.split(u'\n');
        for (qsizetype at = 0; at < lines.size(); ++at) {
            if (at > 0)
                m_builder.breakLine();
            m_builder.addText(lines[at], m_isEmphasis, m_isStrong);
        }
        return;
    }
    QString words;
    for (const QChar unit : text) {
        if (unit == u' ' || unit == u'\n' || unit == u'\t' || unit == u'\r' || unit == u'\f') {
            m_isSpaceDue = true;
            continue;
        }
        if (m_isSpaceDue && (!words.isEmpty() || (m_builder.hasText() && !m_builder.endsInSpace())))
            words += u' ';
        m_isSpaceDue = false;
        words += unit;
    }
    m_builder.addText(words, m_isEmphasis, m_isStrong);
}

void onBegin(void* reader, const xmlChar* name, const xmlChar** attributes) {
    Attributes values;
    for (; attributes != nullptr && attributes[0] != nullptr; attributes += 2)
        values.insert(fromXml(attributes[0]), attributes[1] == nullptr ? QString() : fromXml(attributes[1]));
    static_cast<PageReader*>(reader)->begin(fromXml(name), values);
}

void onEnd(void* reader, const xmlChar* name) { static_cast<PageReader*>(reader)->end(fromXml(name)); }

void onText(void* reader, const xmlChar* text, int length) {
    static_cast<PageReader*>(reader)->text(QString::fromUtf8(reinterpret_cast<const char*>(text), length));
}

} // namespace

PageFacts readPage(const QByteArray& bytes, StoryBuilder& builder, LeftOut& leftOut) {
    const QByteArray page = pageAsUtf8(bytes);
    PageReader reader(builder, leftOut);
    htmlSAXHandler handler{};
    handler.startElement = onBegin;
    handler.endElement = onEnd;
    handler.characters = onText;
    handler.cdataBlock = nullptr; // scripts and styles
    handler.ignorableWhitespace = onText;
    const std::unique_ptr<htmlParserCtxt, decltype(&htmlFreeParserCtxt)> parser(
        htmlCreatePushParserCtxt(&handler, &reader, nullptr, 0, nullptr, XML_CHAR_ENCODING_UTF8),
        &htmlFreeParserCtxt);
    if (!parser)
        return {};
    htmlCtxtUseOptions(parser.get(), HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
                                         HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC);
    parser->sax->startElement = onBegin;
    constexpr qsizetype kPiece = qsizetype{1} << 20;
    for (qsizetype at = 0; at < page.size(); at += kPiece)
        htmlParseChunk(parser.get(), page.constData() + at,
                       static_cast<int>(std::min(kPiece, page.size() - at)), 0);
    htmlParseChunk(parser.get(), nullptr, 0, 1);
    builder.endBlock(false);
    return reader.facts();
}

ImportResult<ImportedStory> readHtml(const QByteArray& bytes) {
    StoryBuilder builder;
    ImportedStory imported;
    const PageFacts facts = readPage(bytes, builder, imported.leftOut);
    imported.story = builder.finish(facts.separation);
    imported.story.details = facts.details;
    if (imported.story.blocks.isEmpty() && !facts.separation)
        return importFailure(ImportFault::PicturesOnly);
    return imported;
}

} // namespace app
