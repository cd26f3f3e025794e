#include "app/exchange/html/page_reader.h"

#include <QStringList>

#include <utility>

namespace app {

namespace {

using Kind = StoryBlock::Kind;

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

} // namespace

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

// A style sheet of the book. Where nothing can be loaded from, there is none.
void PageReader::readLink(const Attributes& attributes) {
    const QString relation = attributes.value(QStringLiteral("rel")).toLower();
    if (m_sheets && !m_isOurs && relation.split(u' ').contains(QStringLiteral("stylesheet")))
        m_rules.add(QString::fromUtf8(m_sheets(attributes.value(QStringLiteral("href")))));
}

ElementStyle PageReader::styleOf(const QString& name, const Attributes& attributes) const {
    ElementStyle style;
    if (m_isOurs) // our own sheets say nothing that the elements do not
        return style;
    style = m_rules.styleOf(name, attributes.value(QStringLiteral("class")).simplified().split(u' '));
    style.refine(readDeclarations(attributes.value(QStringLiteral("style"))));
    if (attributes.contains(QStringLiteral("hidden")))
        style.isHidden = true;
    if (name == u"center" || attributes.value(QStringLiteral("align")).toLower() == u"center")
        style.isCentred = true;
    return style;
}

void PageReader::readStyle(const QString& name, const ElementStyle& style) {
    if (name == u"em" || name == u"i" || name == u"cite" || name == u"dfn" || name == u"var")
        m_isEmphasis = true;
    if (name == u"strong" || name == u"b")
        m_isStrong = true;
    m_isCentred = style.isCentred.value_or(m_isCentred);
    // How a whole heading or quotation is set is its look, and no emphasis.
    const bool isLook = headingLevelOf(name) > 0 || name == u"blockquote" || name == u"body" ||
                        (m_quotations > 0 && isBlockElement(name));
    if (isLook)
        return;
    m_isEmphasis = style.isEmphasis.value_or(m_isEmphasis);
    m_isStrong = style.isStrong.value_or(m_isStrong);
}

void PageReader::beginList(const QString& name, const Attributes& attributes, bool isUnmarked) {
    OpenList list;
    const QString type = attributes.value(QStringLiteral("type"));
    if (name == u"ol")
        list.numbers = type == u"a"   ? ListNumbers::LowerLetter
                       : type == u"A" ? ListNumbers::UpperLetter
                       : type == u"i" ? ListNumbers::LowerRoman
                       : type == u"I" ? ListNumbers::UpperRoman
                                      : ListNumbers::Decimal;
    if (isUnmarked)
        list.numbers = ListNumbers::None;
    bool isNumber = false;
    const int start = attributes.value(QStringLiteral("start")).toInt(&isNumber);
    list.next = isNumber ? start : 1;
    m_lists.append(list);
}

QString PageReader::itemLabel(const Attributes& attributes) {
    OpenList& list = m_lists.last();
    bool isNumber = false;
    const int value = attributes.value(QStringLiteral("value")).toInt(&isNumber);
    if (isNumber)
        list.next = value;
    const int number = list.next++;
    if (list.numbers == ListNumbers::None)
        return {};
    const QString indent = listIndent(static_cast<int>(m_lists.size()) - 1);
    return list.numbers == ListNumbers::Bullet
               ? indent + QStringLiteral("- ")
               : indent + numberAs(list.numbers, number) + QStringLiteral(". ");
}

void PageReader::beginBlock(const QString& name, const Attributes& attributes, const ElementStyle& style) {
    m_isSpaceDue = false;
    const QStringList classes = attributes.value(QStringLiteral("class")).split(u' ');
    // A paragraph of a cell stays in the line of its row.
    if (m_isInRow && name != u"tr") {
        if (m_builder.hasText() && !m_builder.endsInSpace())
            m_builder.addText(u" ", false, false);
        return;
    }
    if (name == u"ul" || name == u"ol")
        beginList(name, attributes, style.isUnmarked.value_or(false));
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
    if (name == u"li" && !m_lists.isEmpty())
        m_builder.addText(itemLabel(attributes), false, false);
    if (name == u"tr") {
        m_isInRow = true;
        m_cells = 0;
    }
}

void PageReader::begin(const QString& name, const Attributes& attributes) {
    if (m_skipped == 0 && name == u"style")
        m_isStyle = !m_isOurs;
    const ElementStyle style = m_skipped == 0 ? styleOf(name, attributes) : ElementStyle();
    if (m_skipped > 0 || style.isHidden.value_or(false) || skips(name, attributes)) {
        ++m_skipped;
        return;
    }
    m_open.append({name, m_isEmphasis, m_isStrong, m_isCentred});
    if (name == u"title")
        m_isTitle = true;
    else if (name == u"meta")
        readMeta(attributes);
    else if (name == u"link")
        readLink(attributes);
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
        beginBlock(name, attributes, style);
    }
    readStyle(name, style);
}

void PageReader::end(const QString& name) {
    if (m_skipped > 0) {
        --m_skipped;
        if (name == u"style" && std::exchange(m_isStyle, false))
            m_rules.add(std::exchange(m_styleText, {}));
        return;
    }
    if (m_open.isEmpty())
        return;
    const Element element = m_open.takeLast();
    m_isEmphasis = element.isEmphasis;
    m_isStrong = element.isStrong;
    const bool isCentred = std::exchange(m_isCentred, element.isCentred);
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
        if (!m_isOurs && isCentred && m_builder.looksLikeSceneBreak())
            m_builder.endAsSceneBreak();
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

} // namespace app
