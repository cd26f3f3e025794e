#include "app/exchange/docx/docx_body.h"

#include "app/exchange/package/xml_attributes.h"

#include <QXmlStreamReader>

#include <algorithm>
#include <utility>

namespace app {

namespace {

using Kind = StoryBlock::Kind;

// The body of a document becomes blocks. Elements are known by their names alone: the two versions of the
// standard have two sets of namespaces.
class BodyReader {
public:
    BodyReader(const QByteArray& documentXml, QHash<QString, DocxStyle> styles, DocxNumbering numbering,
               bool isOurs)
        : m_xml(documentXml)
        , m_styles(std::move(styles))
        , m_numbering(std::move(numbering))
        , m_isOurs(isOurs) {}

    // False if the file breaks off or is no document.
    [[nodiscard]] bool read();
    [[nodiscard]] ImportedStory finish(std::optional<Separation> separation) {
        return {m_builder.finish(separation), m_leftOut};
    }

private:
    void begin(QStringView name);
    void end(QStringView name);
    bool skip(QStringView name);
    void beginWords();
    [[nodiscard]] QString itemLabel();
    void addText(QStringView text);
    void beginRow();
    void endParagraph();
    void readParagraphProperty(QStringView name);
    void readRunProperty(QStringView name);

    QXmlStreamReader m_xml;
    QHash<QString, DocxStyle> m_styles;
    DocxNumbering m_numbering;
    const bool m_isOurs;
    StoryBuilder m_builder;
    LeftOut m_leftOut;
    // Of the open paragraph and run.
    DocxStyle m_paragraph;
    bool m_isTight = false, m_isRule = false, m_hasBegun = false, m_isInParagraph = false;
    bool m_isEmphasis = false, m_isStrong = false, m_isHidden = false;
    bool m_isInText = false, m_isInParagraphProperties = false, m_isInRunProperties = false;
    int m_tables = 0; // open ones
    int m_cells = 0;  // of the open row of the outermost
    int m_number = 0; // of the last item of a numbered list
};

// True if the element is no part of the story; it has then been read to its end.
bool BodyReader::skip(QStringView name) {
    if (name == u"del" || name == u"moveFrom") {
        // The mark of a deleted paragraph's end holds no words.
        if (!m_isInRunProperties && !m_isInParagraphProperties)
            ++m_leftOut.deletions;
    } else if (name == u"drawing" || name == u"object") {
        ++m_leftOut.pictures;
    } else if (name == u"footnoteReference" || name == u"endnoteReference") {
        ++m_leftOut.footnotes;
    } else if (name == u"commentReference") {
        ++m_leftOut.comments;
    } else if (name == u"pict") {
        // Older pictures; and lines, as pandoc writes them.
        bool isRule = false;
        for (int depth = 1; depth > 0 && !m_xml.atEnd();) {
            const auto token = m_xml.readNext();
            depth += token == QXmlStreamReader::StartElement ? 1
                     : token == QXmlStreamReader::EndElement ? -1
                                                             : 0;
            if (token == QXmlStreamReader::StartElement && attributeOf(m_xml, u"hr") == u"t")
                isRule = true;
        }
        if (isRule)
            m_isRule = true;
        else
            ++m_leftOut.pictures;
        return true;
    } else if (name != u"instrText" && name != u"pPrChange" && name != u"rPrChange" && name != u"sectPr" &&
               name != u"Fallback" && name != u"oMath" && name != u"tblPr" && name != u"tcPr" &&
               name != u"trPr" && name != u"sdtPr" && name != u"rt") {
        return false;
    }
    m_xml.skipCurrentElement();
    return true;
}

void BodyReader::readParagraphProperty(QStringView name) {
    if (name == u"pStyle")
        m_paragraph = m_styles.value(attributeOf(m_xml, u"val"));
    else if (name == u"contextualSpacing")
        m_isTight = m_isOurs && isOn(m_xml);
    else if (name == u"numId") {
        const QString list = attributeOf(m_xml, u"val");
        m_paragraph.list = list == u"0" ? QString() : list;
        m_paragraph.isList = !m_paragraph.list.isEmpty();
    } else if (name == u"ilvl") {
        m_paragraph.listLevel = attributeOf(m_xml, u"val").toInt();
    } else if (name == u"jc") {
        m_paragraph.isCentred = attributeOf(m_xml, u"val") == u"center";
    } else if (name == u"outlineLvl") {
        const int level = attributeOf(m_xml, u"val").toInt();
        if (level >= 0 && level < 9) {
            m_paragraph.kind = Kind::Heading;
            m_paragraph.level = std::min(level + 1, 6);
        }
    }
}

void BodyReader::readRunProperty(QStringView name) {
    if (name == u"rStyle") {
        const DocxStyle style = m_styles.value(attributeOf(m_xml, u"val"));
        m_isEmphasis = style.isEmphasis;
        m_isStrong = style.isStrong;
    } else if (name == u"i") {
        m_isEmphasis = isOn(m_xml);
    } else if (name == u"b") {
        m_isStrong = isOn(m_xml);
    } else if (name == u"vanish") {
        m_isHidden = isOn(m_xml);
    }
}

// The paragraph's kind is known once its first words come.
void BodyReader::beginWords() {
    if (m_hasBegun || m_tables > 0)
        return;
    m_hasBegun = true;
    const Kind kind = m_paragraph.kind == Kind::SceneBreak ? Kind::Paragraph : m_paragraph.kind;
    m_builder.beginBlock(kind, m_paragraph.level, m_isTight);
    m_builder.addText(itemLabel(), false, false);
}

// What stands before the words of an item; the numbers of headings are among them.
QString BodyReader::itemLabel() {
    const bool isHeading = m_paragraph.kind == Kind::Heading;
    if (m_numbering.contains(m_paragraph.list)) {
        const int level = m_paragraph.listLevel >= 0 ? m_paragraph.listLevel
                                                     : m_numbering.levelOf(m_paragraph.list, m_paragraph.id);
        const QString label = m_numbering.next(m_paragraph.list, level);
        if (!isHeading)
            return label;
        const QString number = label.trimmed();
        return number.isEmpty() || number == u"-" ? QString() : number + u' ';
    }
    m_number = m_paragraph.isNumbered ? m_number + 1 : 0; // of a list that only a style's name tells of
    if (!m_paragraph.isList || isHeading)
        return {};
    return m_paragraph.isNumbered ? QStringLiteral("%1. ").arg(m_number) : QStringLiteral("- ");
}

void BodyReader::addText(QStringView text) {
    if (text.isEmpty() || m_isHidden || m_paragraph.isContents)
        return;
    beginWords();
    m_builder.addText(text, m_isEmphasis, m_isStrong);
}

void BodyReader::beginRow() {
    if (m_tables != 1)
        return;
    m_cells = 0;
    m_builder.beginBlock(Kind::Paragraph);
}

void BodyReader::begin(QStringView name) {
    if (name == u"p") {
        m_paragraph = {};
        m_isTight = m_isRule = m_hasBegun = false;
        m_isInParagraph = true;
        if (m_tables > 0 && m_builder.hasText() && !m_builder.endsInSpace())
            m_builder.addText(u" ", false, false);
    } else if (name == u"pPr") {
        m_isInParagraphProperties = true;
    } else if (name == u"rPr") {
        m_isInRunProperties = true;
    } else if (name == u"r") {
        m_isEmphasis = m_isStrong = m_isHidden = false;
    } else if (m_isInRunProperties) {
        if (!m_isInParagraphProperties) // else it is the paragraph mark's
            readRunProperty(name);
    } else if (m_isInParagraphProperties) {
        readParagraphProperty(name);
    } else if (name == u"t") {
        m_isInText = true;
    } else if (name == u"tab") {
        addText(u"\t");
    } else if (name == u"noBreakHyphen") {
        addText(u"\u2011");
    } else if (name == u"softHyphen") {
        addText(u"\u00AD");
    } else if (name == u"br" || name == u"cr") {
        const QString type = attributeOf(m_xml, u"type");
        if (m_tables > 0) {
            addText(u" ");
        } else if (type.isEmpty() || type == u"textWrapping") {
            beginWords();
            m_builder.breakLine();
        }
    } else if (name == u"tbl") {
        ++m_tables;
    } else if (name == u"tr") {
        beginRow();
    } else if (name == u"tc" && m_tables == 1 && m_cells++ > 0) {
        m_builder.trimEnd();
        m_builder.addText(u"\t", false, false);
    }
}

void BodyReader::endParagraph() {
    m_isInParagraph = false;
    if (m_tables > 0 || m_paragraph.isContents)
        return;
    if (m_isRule) {
        m_builder.addSceneBreak({}, m_isTight);
        return;
    }
    if (m_paragraph.kind == Kind::SceneBreak) {
        m_builder.trimEnd();
        m_builder.endAsSceneBreak();
        return;
    }
    if (!m_isOurs && m_paragraph.isCentred && m_paragraph.kind == Kind::Paragraph &&
        m_builder.looksLikeSceneBreak()) {
        m_builder.trimEnd();
        m_builder.endAsSceneBreak();
        return;
    }
    beginWords();
    // A quotation without words is a line of its own, which only our files have.
    m_builder.endBlock(m_isOurs || m_paragraph.kind == Kind::Paragraph);
}

void BodyReader::end(QStringView name) {
    if (name == u"p")
        endParagraph();
    else if (name == u"pPr")
        m_isInParagraphProperties = false;
    else if (name == u"rPr")
        m_isInRunProperties = false;
    else if (name == u"t")
        m_isInText = false;
    else if (name == u"tr" && m_tables == 1)
        m_builder.endBlock(false);
    else if (name == u"tbl")
        --m_tables;
}

bool BodyReader::read() {
    bool hasBody = false;
    while (!m_xml.atEnd()) {
        switch (m_xml.readNext()) {
        case QXmlStreamReader::StartElement:
            if (skip(m_xml.name()))
                break;
            hasBody = hasBody || m_xml.name() == u"body";
            begin(m_xml.name());
            break;
        case QXmlStreamReader::EndElement: end(m_xml.name()); break;
        case QXmlStreamReader::Characters:
            if (m_isInText)
                addText(m_xml.text());
            break;
        case QXmlStreamReader::DTD: return false; // no document has one; entities begin there
        default: break;
        }
    }
    return !m_xml.hasError() && hasBody;
}

} // namespace

std::optional<ImportedStory> readDocxBody(const QByteArray& documentXml, QHash<QString, DocxStyle> styles,
                                          DocxNumbering numbering, std::optional<Separation> separation) {
    BodyReader reader(documentXml, std::move(styles), std::move(numbering), separation.has_value());
    if (!reader.read())
        return std::nullopt;
    return reader.finish(separation);
}

} // namespace app
