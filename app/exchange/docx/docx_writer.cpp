#include "app/exchange/docx/docx_format.h"
#include "app/exchange/package/xml_text.h"

#include <QXmlStreamWriter>

namespace app {

namespace {

using Kind = StoryBlock::Kind;

const QString kMain = QStringLiteral("http://schemas.openxmlformats.org/wordprocessingml/2006/main");

QByteArray file(const char* content) {
    return QByteArrayLiteral("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n") + content;
}

const char* const kContentTypes =
    R"(<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/word/document.xml"
 ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>
<Override PartName="/word/styles.xml"
 ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/>
<Override PartName="/docProps/core.xml"
 ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>
<Override PartName="/docProps/custom.xml"
 ContentType="application/vnd.openxmlformats-officedocument.custom-properties+xml"/>
</Types>
)";

const char* const kRelations =
    R"(<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
 Target="word/document.xml"/>
<Relationship Id="rId2"
 Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
 Target="docProps/core.xml"/>
<Relationship Id="rId3"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
 Target="docProps/custom.xml"/>
</Relationships>
)";

const char* const kDocumentRelations =
    R"(<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles"
 Target="styles.xml"/>
</Relationships>
)";

// A paragraph style of these properties. Sizes in half points, distances in twentieths of a point.
QString paragraphStyle(const QString& id, const QString& name, const QString& paragraph,
                       const QString& words = {}) {
    return QStringLiteral("<w:style w:type=\"paragraph\" w:styleId=\"%1\"><w:name w:val=\"%2\"/>"
                          "<w:basedOn w:val=\"Normal\"/><w:next w:val=\"Normal\"/><w:qFormat/>"
                          "<w:pPr>%3</w:pPr><w:rPr>%4</w:rPr></w:style>\n")
        .arg(id, name, paragraph, words);
}

QByteArray styles(const QString& language) {
    QString xml =
        QStringLiteral("<w:styles xmlns:w=\"%1\"><w:docDefaults><w:rPrDefault><w:rPr>"
                       "<w:rFonts w:ascii=\"Times New Roman\" w:hAnsi=\"Times New Roman\" w:cs=\"Times "
                       "New Roman\"/><w:sz w:val=\"24\"/><w:szCs w:val=\"24\"/>%2"
                       "</w:rPr></w:rPrDefault></w:docDefaults>\n")
            .arg(kMain, language.isEmpty()
                            ? QString()
                            : QStringLiteral("<w:lang w:val=\"%1\"/>").arg(language.toHtmlEscaped()));
    xml += QStringLiteral("<w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\">"
                          "<w:name w:val=\"Normal\"/><w:qFormat/><w:pPr><w:widowControl/>"
                          "<w:spacing w:line=\"360\" w:lineRule=\"auto\"/><w:ind w:firstLine=\"567\"/>"
                          "</w:pPr></w:style>\n");
    for (int level = 1; level <= 6; ++level) {
        const int size = level == 1 ? 32 : level == 2 ? 28 : 24;
        xml += paragraphStyle(
            QStringLiteral("Heading%1").arg(level), QStringLiteral("heading %1").arg(level),
            QStringLiteral("<w:keepNext/>%1<w:spacing w:before=\"480\" w:after=\"240\"/><w:ind "
                           "w:firstLine=\"0\"/><w:jc w:val=\"center\"/><w:outlineLvl w:val=\"%2\"/>")
                .arg(level == 1 ? QStringLiteral("<w:pageBreakBefore/>") : QString())
                .arg(level - 1),
            QStringLiteral("<w:sz w:val=\"%1\"/><w:szCs w:val=\"%1\"/>").arg(size));
    }
    xml += paragraphStyle(QStringLiteral("FirstParagraph"), QStringLiteral("First Paragraph"),
                          QStringLiteral("<w:ind w:firstLine=\"0\"/>"));
    xml += paragraphStyle(QStringLiteral("SceneBreak"), QStringLiteral("Scene Break"),
                          QStringLiteral("<w:keepNext/><w:spacing w:before=\"240\" w:after=\"240\"/>"
                                         "<w:ind w:firstLine=\"0\"/><w:jc w:val=\"center\"/>"));
    xml += paragraphStyle(QStringLiteral("Quote"), QStringLiteral("Quote"),
                          QStringLiteral("<w:spacing w:before=\"120\" w:after=\"120\"/>"
                                         "<w:ind w:left=\"567\" w:right=\"567\" w:firstLine=\"0\"/>"));
    return file((xml + QStringLiteral("</w:styles>\n")).toUtf8().constData());
}

QByteArray coreProperties(const StoryDetails& details) {
    QByteArray bytes;
    QXmlStreamWriter xml(&bytes);
    xml.writeStartDocument();
    xml.writeStartElement(QStringLiteral("cp:coreProperties"));
    xml.writeAttribute(
        QStringLiteral("xmlns:cp"),
        QStringLiteral("http://schemas.openxmlformats.org/package/2006/metadata/core-properties"));
    xml.writeAttribute(QStringLiteral("xmlns:dc"), QStringLiteral("http://purl.org/dc/elements/1.1/"));
    xml.writeTextElement(QStringLiteral("dc:title"), xmlText(details.title));
    xml.writeTextElement(QStringLiteral("dc:creator"), xmlText(details.author));
    if (!details.language.isEmpty())
        xml.writeTextElement(QStringLiteral("dc:language"), xmlText(details.language));
    xml.writeEndDocument();
    return bytes;
}

QByteArray customProperties(const Separation& separation) {
    const QString content =
        QStringLiteral(
            "<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/custom-properties\" "
            "xmlns:vt=\"http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes\">"
            "<property fmtid=\"{D5CDD505-2E9C-101B-9397-08002B2CF9AE}\" pid=\"2\" "
            "name=\"Inkgate paragraphs\"><vt:lpwstr>%1</vt:lpwstr></property></Properties>\n")
            .arg(nameOf(separation));
    return file(content.toUtf8().constData());
}

class BodyWriter {
public:
    explicit BodyWriter(QByteArray* bytes)
        : m_xml(bytes) {}

    // False if it was stopped.
    [[nodiscard]] bool write(const FormattedStory& story, const WriteProgress& progress);

private:
    void writeParagraph(const FileBlock& file);
    void writeProperties(const FileBlock& file, bool isRightToLeft);
    void writeRun(const TextRun& run, bool isRightToLeft);
    void writeText(QStringView text);
    void writeFlag(const char* name) { m_xml.writeEmptyElement(QLatin1String(name)); }
    void writeValue(const char* name, const QString& value) {
        m_xml.writeEmptyElement(QLatin1String(name));
        m_xml.writeAttribute(QStringLiteral("w:val"), value);
    }

    QXmlStreamWriter m_xml;
    bool m_beginsSection = true;
};

void BodyWriter::writeProperties(const FileBlock& file, bool isRightToLeft) {
    const StoryBlock& block = file.block;
    m_xml.writeStartElement(QStringLiteral("w:pPr"));
    // In the order of the schema.
    if (block.kind == Kind::Heading)
        writeValue("w:pStyle", QStringLiteral("Heading%1").arg(block.level));
    else if (block.kind == Kind::SceneBreak)
        writeValue("w:pStyle", QStringLiteral("SceneBreak"));
    else if (block.kind == Kind::Quotation)
        writeValue("w:pStyle", QStringLiteral("Quote"));
    else if (block.kind == Kind::Paragraph && m_beginsSection)
        writeValue("w:pStyle", QStringLiteral("FirstParagraph"));
    if (isRightToLeft)
        writeFlag("w:bidi");
    if (file.isTight)
        writeFlag("w:contextualSpacing");
    m_xml.writeEndElement();
}

void BodyWriter::writeText(QStringView text) {
    const auto flush = [this](QStringView piece) {
        if (piece.isEmpty())
            return;
        m_xml.writeStartElement(QStringLiteral("w:t"));
        m_xml.writeAttribute(QStringLiteral("xml:space"), QStringLiteral("preserve"));
        m_xml.writeCharacters(piece.toString());
        m_xml.writeEndElement();
    };
    qsizetype begin = 0;
    for (qsizetype at = 0; at < text.size(); ++at) {
        if (text[at] != u'\t')
            continue;
        flush(text.mid(begin, at - begin));
        writeFlag("w:tab");
        begin = at + 1;
    }
    flush(text.mid(begin));
}

void BodyWriter::writeRun(const TextRun& run, bool isRightToLeft) {
    m_xml.writeStartElement(QStringLiteral("w:r"));
    if (run.isEmphasis || run.isStrong || isRightToLeft) {
        m_xml.writeStartElement(QStringLiteral("w:rPr"));
        // The second of each is for scripts that are written from right to left.
        if (run.isStrong) {
            writeFlag("w:b");
            writeFlag("w:bCs");
        }
        if (run.isEmphasis) {
            writeFlag("w:i");
            writeFlag("w:iCs");
        }
        if (isRightToLeft)
            writeFlag("w:rtl");
        m_xml.writeEndElement();
    }
    writeText(xmlText(run.text));
    m_xml.writeEndElement();
}

void BodyWriter::writeParagraph(const FileBlock& file) {
    const bool isRightToLeft = file.block.text().isRightToLeft();
    m_xml.writeStartElement(QStringLiteral("w:p"));
    writeProperties(file, isRightToLeft);
    for (const TextRun& run : file.block.runs)
        writeRun(run, isRightToLeft);
    m_xml.writeEndElement();
    m_xml.writeCharacters(QStringLiteral("\n"));
    m_beginsSection = file.block.kind != Kind::Paragraph;
}

bool BodyWriter::write(const FormattedStory& story, const WriteProgress& progress) {
    m_xml.writeStartDocument();
    m_xml.writeStartElement(QStringLiteral("w:document"));
    m_xml.writeAttribute(QStringLiteral("xmlns:w"), kMain);
    m_xml.writeStartElement(QStringLiteral("w:body"));
    const QList<FileBlock> blocks = toFileBlocks(story);
    for (qsizetype at = 0; at < blocks.size(); ++at) {
        if (at % kBlocksBetweenLooks == 0 &&
            !progress.goesOn(static_cast<double>(at) / static_cast<double>(blocks.size())))
            return false;
        writeParagraph(blocks[at]);
    }
    m_xml.writeStartElement(QStringLiteral("w:sectPr"));
    m_xml.writeEmptyElement(QStringLiteral("w:pgSz"));
    m_xml.writeAttribute(QStringLiteral("w:w"), QStringLiteral("11906")); // A4
    m_xml.writeAttribute(QStringLiteral("w:h"), QStringLiteral("16838"));
    m_xml.writeEmptyElement(QStringLiteral("w:pgMar"));
    for (const char* side : {"w:top", "w:right", "w:bottom", "w:left"})
        m_xml.writeAttribute(QLatin1String(side), QStringLiteral("1440"));
    for (const char* side : {"w:header", "w:footer"})
        m_xml.writeAttribute(QLatin1String(side), QStringLiteral("720"));
    m_xml.writeAttribute(QStringLiteral("w:gutter"), QStringLiteral("0"));
    m_xml.writeEndDocument();
    return true;
}

} // namespace

QByteArray writeDocx(const FormattedStory& story, const WriteProgress& progress) {
    QByteArray body;
    if (!BodyWriter(&body).write(story, progress.part(0, 0.5)))
        return {};
    ZipWriter package;
    package.add(QStringLiteral("[Content_Types].xml"), file(kContentTypes));
    package.add(QStringLiteral("_rels/.rels"), file(kRelations));
    package.add(QStringLiteral("word/document.xml"), body);
    package.add(QStringLiteral("word/_rels/document.xml.rels"), file(kDocumentRelations));
    package.add(QStringLiteral("word/styles.xml"), styles(xmlText(story.details.language)));
    package.add(QStringLiteral("docProps/core.xml"), coreProperties(story.details));
    package.add(QStringLiteral("docProps/custom.xml"), customProperties(story.separation));
    return package.finish(progress.part(0.5, 1));
}

} // namespace app
