#include "app/exchange/odt/odt_format.h"
#include "app/exchange/odt/odt_styles.h"
#include "app/exchange/package/xml_attributes.h"

#include <QHash>
#include <QXmlStreamReader>

#include <algorithm>
#include <optional>
#include <utility>

namespace app {

namespace {

using Kind = StoryBlock::Kind;

// So many spaces in a row are no longer somebody's layout.
constexpr int kMostSpaces = 1000;

class ContentReader {
public:
    ContentReader(const QByteArray& contentXml, const OdtStyles& styles, bool isOurs)
        : m_xml(contentXml)
        , m_styles(styles)
        , m_isOurs(isOurs) {}

    // False if the file breaks off or is no text document.
    [[nodiscard]] bool read();
    [[nodiscard]] ImportedStory finish(std::optional<Separation> separation) {
        return {m_builder.finish(separation), m_leftOut};
    }

private:
    struct Marks {
        bool isEmphasis = false, isStrong = false;
    };
    // A list that stands in an item of another one is a level of that one.
    struct OpenList {
        QString style;
    };

    bool skip(QStringView name);
    void begin(QStringView name);
    void beginParagraph(bool isHeading);
    void endParagraph();
    void end(QStringView name);
    void beginList();
    void addItemLabel();
    void addCharacters(QStringView text);
    void addText(QStringView text) {
        m_builder.addText(text, m_marks.last().isEmphasis, m_marks.last().isStrong);
        m_isAfterSpace = text.isEmpty() ? m_isAfterSpace : text.back() == u' ' || text.back() == u'\t';
    }

    QXmlStreamReader m_xml;
    const OdtStyles& m_styles;
    const bool m_isOurs;
    StoryBuilder m_builder;
    LeftOut m_leftOut;
    QList<Marks> m_marks{Marks()}; // in force, the innermost last
    QList<OpenList> m_lists;
    QHash<QString, ListCounter> m_counters; // by list style; the outermost list of one begins anew
    OdtStyle m_paragraph;
    bool m_isInBody = false, m_isInParagraph = false, m_isAfterSpace = true, m_isItemDue = false;
    int m_tables = 0, m_cells = 0;
};

bool ContentReader::skip(QStringView name) {
    if (name == u"note") {
        ++m_leftOut.footnotes;
    } else if (name == u"annotation") {
        ++m_leftOut.comments;
    } else if (name == u"frame" || name == u"object") {
        ++m_leftOut.pictures;
    } else if (name == u"deletion") {
        ++m_leftOut.deletions;
    } else if (name != u"table-of-content" && name != u"alphabetical-index" && name != u"forms" &&
               name != u"ruby-text" && name != u"sequence-decls" && name != u"desc" && name != u"title" &&
               name != u"insertion" && name != u"format-change") {
        return false;
    }
    m_xml.skipCurrentElement();
    return true;
}

void ContentReader::beginParagraph(bool isHeading) {
    m_paragraph = m_styles.paragraph(attributeOf(m_xml, u"style-name"));
    m_marks = {
        Marks{m_paragraph.isEmphasis.value_or(false), m_paragraph.isStrong.value_or(false) && !isHeading}};
    m_isInParagraph = true;
    m_isAfterSpace = true;
    if (m_tables > 0) { // it stays in the line of its row
        if (m_builder.hasText() && !m_builder.endsInSpace())
            m_builder.addText(u" ", false, false);
        return;
    }
    int level = m_paragraph.isTitle ? 1 : 0;
    if (isHeading)
        level = std::clamp(attributeOf(m_xml, u"outline-level").toInt(), 1, 6);
    const Kind kind = level > 0 ? Kind::Heading : m_paragraph.kind;
    if (level > 0)
        m_paragraph.kind = Kind::Heading;
    m_builder.beginBlock(kind == Kind::SceneBreak ? Kind::Paragraph : kind, level,
                         m_isOurs && m_paragraph.isTight);
    if (std::exchange(m_isItemDue, false))
        addItemLabel();
}

void ContentReader::beginList() {
    QString style = attributeOf(m_xml, u"style-name");
    if (style.isEmpty() && !m_lists.isEmpty())
        style = m_lists.last().style;
    // LibreOffice says both of a list that goes on after a paragraph between.
    const bool goesOn = attributeOf(m_xml, u"continue-numbering") == u"true" ||
                        !attributeOf(m_xml, u"continue-list").isEmpty();
    if (m_lists.isEmpty() && !goesOn)
        m_counters[style] = {};
    m_lists.append({style});
}

void ContentReader::addItemLabel() {
    if (m_lists.isEmpty())
        return;
    const int level = static_cast<int>(m_lists.size()) - 1;
    const QString& style = m_lists.last().style;
    const QString label =
        m_counters[style].next(m_styles.list(style), std::min(level, ListCounter::kMostLevels - 1));
    if (m_paragraph.kind != Kind::Heading)
        m_builder.addText(label, false, false);
    else if (const QString number = label.trimmed(); !number.isEmpty() && number != u"-")
        m_builder.addText(number + u' ', false, false);
}

void ContentReader::endParagraph() {
    m_isInParagraph = false;
    m_marks = {Marks()};
    if (m_tables > 0)
        return;
    const bool isCentredBreak = !m_isOurs && m_paragraph.isCentred && m_paragraph.kind == Kind::Paragraph &&
                                m_builder.looksLikeSceneBreak();
    if (m_paragraph.kind == Kind::SceneBreak || isCentredBreak)
        m_builder.endAsSceneBreak();
    else
        m_builder.endBlock(m_isOurs || m_paragraph.kind == Kind::Paragraph);
}

void ContentReader::begin(QStringView name) {
    if (name == u"p" || name == u"h") {
        beginParagraph(name == u"h");
    } else if (name == u"span") {
        const OdtStyle style = m_styles.words(attributeOf(m_xml, u"style-name"));
        const Marks before = m_marks.last();
        m_marks.append(
            {style.isEmphasis.value_or(before.isEmphasis), style.isStrong.value_or(before.isStrong)});
    } else if (name == u"s") {
        const QString count = attributeOf(m_xml, u"c");
        addText(QString(count.isEmpty() ? 1 : std::clamp(count.toInt(), 0, kMostSpaces), u' '));
    } else if (name == u"tab") {
        addText(u"\t");
    } else if (name == u"line-break") {
        if (m_tables > 0)
            addText(u" ");
        else if (m_isInParagraph)
            m_builder.breakLine();
        m_isAfterSpace = true;
    } else if (name == u"list") {
        beginList();
    } else if (name == u"list-item") {
        m_isItemDue = true;
        if (const QString start = attributeOf(m_xml, u"start-value"); !start.isEmpty() && !m_lists.isEmpty())
            m_counters[m_lists.last().style].setNext(
                std::min<int>(static_cast<int>(m_lists.size()) - 1, ListCounter::kMostLevels - 1),
                start.toInt());
    } else if (name == u"table") {
        ++m_tables;
    } else if (name == u"table-row" && m_tables == 1) {
        m_cells = 0;
        m_builder.beginBlock(Kind::Paragraph);
    } else if (name == u"table-cell" && m_tables == 1 && m_cells++ > 0) {
        m_builder.trimEnd();
        m_builder.addText(u"\t", false, false);
    }
}

void ContentReader::end(QStringView name) {
    if (name == u"p" || name == u"h")
        endParagraph();
    else if (name == u"span" && m_marks.size() > 1)
        m_marks.removeLast();
    else if (name == u"list" && !m_lists.isEmpty())
        m_lists.removeLast();
    else if (name == u"list-item")
        m_isItemDue = false;
    else if (name == u"table-row" && m_tables == 1)
        m_builder.endBlock(false);
    else if (name == u"table")
        --m_tables;
}

// Spaces and line ends are one space, and none at the beginning.
void ContentReader::addCharacters(QStringView text) {
    QString words;
    for (const QChar unit : text) {
        const bool isSpace = unit == u' ' || unit == u'\n' || unit == u'\t' || unit == u'\r';
        if (isSpace && m_isAfterSpace)
            continue;
        words += isSpace ? QChar(u' ') : unit;
        m_isAfterSpace = isSpace;
    }
    m_builder.addText(words, m_marks.last().isEmphasis, m_marks.last().isStrong);
}

bool ContentReader::read() {
    bool hasText = false;
    while (!m_xml.atEnd()) {
        switch (m_xml.readNext()) {
        case QXmlStreamReader::StartElement:
            if (m_xml.name() == u"body")
                m_isInBody = true;
            if (!m_isInBody || skip(m_xml.name()))
                break;
            hasText = hasText || m_xml.name() == u"text";
            begin(m_xml.name());
            break;
        case QXmlStreamReader::EndElement:
            if (m_isInBody)
                end(m_xml.name());
            break;
        case QXmlStreamReader::Characters:
            if (m_isInParagraph)
                addCharacters(m_xml.text());
            break;
        case QXmlStreamReader::DTD: return false; // no document has one; entities begin there
        default: break;
        }
    }
    return !m_xml.hasError() && hasText;
}

struct MetaData {
    StoryDetails details;
    std::optional<Separation> separation;
};

MetaData readMeta(ZipReader& package) {
    MetaData result;
    const auto meta = package.read(QStringLiteral("meta.xml"));
    if (!meta)
        return result;
    QXmlStreamReader xml(*meta);
    while (!xml.atEnd()) {
        if (xml.readNext() != QXmlStreamReader::StartElement)
            continue;
        const QString name = xml.name().toString();
        const auto text = [&xml] {
            return xml.readElementText(QXmlStreamReader::SkipChildElements).simplified();
        };
        if (name == u"title")
            result.details.title = text();
        else if (name == u"initial-creator" || (name == u"creator" && result.details.author.isEmpty()))
            result.details.author = text();
        else if (name == u"language")
            result.details.language = text();
        else if (name == u"user-defined" && attributeOf(xml, u"name") == u"Inkgate paragraphs")
            result.separation = separationOf(text());
    }
    return result;
}

} // namespace

ImportResult<ImportedStory> readOdt(ZipReader& package) {
    const auto manifest = package.read(QStringLiteral("META-INF/manifest.xml"));
    if (manifest && manifest->contains("encryption-data"))
        return importFailure(ImportFault::Encrypted);
    const auto content = package.read(QStringLiteral("content.xml"));
    if (!content)
        return importFailure(content.error());
    OdtStyles styles;
    styles.add(package.read(QStringLiteral("styles.xml")).value_or(QByteArray()), false);
    styles.add(*content, true);
    const MetaData meta = readMeta(package);
    ContentReader reader(*content, styles, meta.separation.has_value());
    if (!reader.read())
        return importFailure(ImportFault::Damaged);
    ImportedStory imported = reader.finish(meta.separation);
    imported.story.details = meta.details;
    if (imported.story.blocks.isEmpty() && !meta.separation)
        return importFailure(ImportFault::PicturesOnly);
    return imported;
}

} // namespace app
