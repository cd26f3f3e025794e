#include "app/exchange/odt/odt_format.h"
#include "app/exchange/package/xml_text.h"

#include <QXmlStreamWriter>

namespace app {

namespace {

using Kind = StoryBlock::Kind;

const QString kNamespaces =
    QStringLiteral(" xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\""
                   " xmlns:style=\"urn:oasis:names:tc:opendocument:xmlns:style:1.0\""
                   " xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\""
                   " xmlns:fo=\"urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0\""
                   " xmlns:meta=\"urn:oasis:names:tc:opendocument:xmlns:meta:1.0\""
                   " xmlns:dc=\"http://purl.org/dc/elements/1.1/\" office:version=\"1.3\"");

const QString kDeclaration = QStringLiteral("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");

// Both at once are a style of their own: of two styles, one in the other, LibreOffice gives Word only one.
const QString kStrongEmphasis = QStringLiteral("T1");

const char* const kMediaType = "application/vnd.oasis.opendocument.text";

const char* const kManifest =
    R"(<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">
<manifest:file-entry manifest:full-path="/" manifest:version="1.3"
 manifest:media-type="application/vnd.oasis.opendocument.text"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>
<manifest:file-entry manifest:full-path="styles.xml" manifest:media-type="text/xml"/>
<manifest:file-entry manifest:full-path="meta.xml" manifest:media-type="text/xml"/>
</manifest:manifest>
)";

// Names of styles as LibreOffice has them, where it has them: "_20_" is a space.
QString styleOf(const StoryBlock& block, bool beginsSection) {
    switch (block.kind) {
    case Kind::Heading: return QStringLiteral("Heading_20_%1").arg(block.level);
    case Kind::SceneBreak: return QStringLiteral("Scene_20_Break");
    case Kind::Quotation: return QStringLiteral("Quotations");
    case Kind::Blank:
    case Kind::Paragraph: break;
    }
    return beginsSection && !block.isBlank() ? QStringLiteral("First_20_Paragraph")
                                             : QStringLiteral("Text_20_body");
}

QString paragraphStyle(const QString& name, const QString& paragraph, const QString& words = {},
                       const QString& more = {}) {
    QString shown = name;
    shown.replace(QStringLiteral("_20_"), QStringLiteral(" "));
    return QStringLiteral(
               "<style:style style:name=\"%1\" style:display-name=\"%2\" style:family=\"paragraph\" "
               "style:parent-style-name=\"Standard\"%3><style:paragraph-properties %4/>"
               "<style:text-properties %5/></style:style>\n")
        .arg(name, shown, more, paragraph, words);
}

QByteArray styles(const QString& language) {
    const QString tongue = language.section(u'-', 0, 0), country = language.section(u'-', 1, 1);
    QString xml =
        kDeclaration + QStringLiteral("<office:document-styles%1><office:styles>\n").arg(kNamespaces);
    xml += QStringLiteral("<style:default-style style:family=\"paragraph\"><style:paragraph-properties "
                          "fo:orphans=\"2\" fo:widows=\"2\" style:tab-stop-distance=\"1.25cm\"/>"
                          "<style:text-properties style:font-size-asian=\"12pt\" fo:font-size=\"12pt\"%1/>"
                          "</style:default-style>\n")
               .arg(tongue.isEmpty()
                        ? QString()
                        : QStringLiteral(" fo:language=\"%1\" fo:country=\"%2\"")
                              .arg(tongue.toHtmlEscaped(),
                                   country.isEmpty() ? QStringLiteral("none") : country.toHtmlEscaped()));
    xml += QStringLiteral("<style:style style:name=\"Standard\" style:family=\"paragraph\"/>\n");
    // Pandoc takes a larger indent for a quotation.
    xml += paragraphStyle(QStringLiteral("Text_20_body"),
                          QStringLiteral("fo:text-indent=\"0.5cm\" fo:line-height=\"150%\""));
    xml += paragraphStyle(QStringLiteral("First_20_Paragraph"), QStringLiteral("fo:line-height=\"150%\""));
    xml += paragraphStyle(
        QStringLiteral("Scene_20_Break"),
        QStringLiteral("fo:text-align=\"center\" fo:margin-top=\"0.5cm\" fo:margin-bottom=\"0.5cm\" "
                       "fo:keep-with-next=\"always\""));
    xml += paragraphStyle(
        QStringLiteral("Quotations"),
        QStringLiteral("fo:margin-left=\"1cm\" fo:margin-right=\"1cm\" fo:margin-top=\"0.2cm\" "
                       "fo:margin-bottom=\"0.2cm\""));
    for (int level = 1; level <= 6; ++level)
        xml += paragraphStyle(
            QStringLiteral("Heading_20_%1").arg(level),
            QStringLiteral("fo:text-align=\"center\" fo:margin-top=\"0.9cm\" fo:margin-bottom=\"0.5cm\" "
                           "fo:keep-with-next=\"always\"%1")
                .arg(level == 1 ? QStringLiteral(" fo:break-before=\"page\"") : QString()),
            QStringLiteral("fo:font-size=\"%1pt\"")
                .arg(level == 1   ? 16
                     : level == 2 ? 14
                                  : 12),
            QStringLiteral(" style:default-outline-level=\"%1\"").arg(level));
    xml += QStringLiteral(
        "<style:style style:name=\"Emphasis\" style:family=\"text\"><style:text-properties "
        "fo:font-style=\"italic\" style:font-style-complex=\"italic\"/></style:style>\n"
        "<style:style style:name=\"Strong_20_Emphasis\" style:display-name=\"Strong Emphasis\" "
        "style:family=\"text\"><style:text-properties fo:font-weight=\"bold\" "
        "style:font-weight-complex=\"bold\"/></style:style>\n"
        "</office:styles><office:automatic-styles><style:page-layout style:name=\"A4\">"
        "<style:page-layout-properties fo:page-width=\"21cm\" fo:page-height=\"29.7cm\" "
        "fo:margin-top=\"2.5cm\" fo:margin-bottom=\"2.5cm\" fo:margin-left=\"2.5cm\" "
        "fo:margin-right=\"2.5cm\"/></style:page-layout></office:automatic-styles>"
        "<office:master-styles><style:master-page style:name=\"Standard\" "
        "style:page-layout-name=\"A4\"/></office:master-styles></office:document-styles>\n");
    return xml.toUtf8();
}

QByteArray meta(const FormattedStory& story) {
    const StoryDetails& details = story.details;
    QString xml = kDeclaration + QStringLiteral("<office:document-meta%1><office:meta>").arg(kNamespaces);
    const auto add = [&xml](const char* element, const QString& text) {
        if (!text.isEmpty())
            xml += QStringLiteral("<%1>%2</%1>").arg(QLatin1String(element), xmlText(text).toHtmlEscaped());
    };
    add("dc:title", details.title);
    add("meta:initial-creator", details.author);
    add("dc:creator", details.author);
    add("dc:language", details.language);
    xml += QStringLiteral("<meta:user-defined meta:name=\"Inkgate paragraphs\">%1</meta:user-defined>"
                          "</office:meta></office:document-meta>\n")
               .arg(nameOf(story.separation));
    return xml.toUtf8();
}

class ContentWriter {
public:
    explicit ContentWriter(QByteArray* bytes)
        : m_xml(bytes) {}

    // False if it was stopped.
    [[nodiscard]] bool write(const QList<FileBlock>& blocks, const WriteProgress& progress);

private:
    // The style of a block that is also tight or written from right to left.
    [[nodiscard]] QString styleNameOf(const FileBlock& file, bool isRightToLeft) const;
    void writeAutomaticStyles(const QList<FileBlock>& blocks);
    void writeBlock(const FileBlock& file);
    void writeText(QStringView text);
    void start(const char* name) { m_xml.writeStartElement(QLatin1String(name)); }
    void attribute(const char* name, const QString& value) {
        m_xml.writeAttribute(QLatin1String(name), value);
    }

    QXmlStreamWriter m_xml;
    bool m_beginsSection = true;
    QChar m_last = u' '; // the character before; spaces that follow a space are not seen as such
};

QString ContentWriter::styleNameOf(const FileBlock& file, bool isRightToLeft) const {
    return styleOf(file.block, m_beginsSection) + (file.isTight ? QStringLiteral("_tight") : QString()) +
           (isRightToLeft ? QStringLiteral("_rl") : QString());
}

void ContentWriter::writeAutomaticStyles(const QList<FileBlock>& blocks) {
    start("office:automatic-styles");
    start("style:style");
    attribute("style:name", kStrongEmphasis);
    attribute("style:family", QStringLiteral("text"));
    attribute("style:parent-style-name", QStringLiteral("Strong_20_Emphasis"));
    m_xml.writeEmptyElement(QStringLiteral("style:text-properties"));
    for (const char* name : {"fo:font-style", "style:font-style-complex"})
        attribute(name, QStringLiteral("italic"));
    for (const char* name : {"fo:font-weight", "style:font-weight-complex"})
        attribute(name, QStringLiteral("bold"));
    m_xml.writeEndElement();
    QStringList written;
    m_beginsSection = true;
    for (const FileBlock& file : blocks) {
        const bool isRightToLeft = file.block.text().isRightToLeft();
        const QString name = styleNameOf(file, isRightToLeft);
        const QString parent = styleOf(file.block, m_beginsSection);
        m_beginsSection = file.block.kind != Kind::Paragraph;
        if (name == parent || written.contains(name))
            continue;
        written.append(name);
        start("style:style");
        attribute("style:name", name);
        attribute("style:family", QStringLiteral("paragraph"));
        attribute("style:parent-style-name", parent);
        start("style:paragraph-properties");
        if (file.isTight)
            attribute("style:contextual-spacing", QStringLiteral("true"));
        if (isRightToLeft)
            attribute("style:writing-mode", QStringLiteral("rl-tb"));
        m_xml.writeEndElement();
        m_xml.writeEndElement();
    }
    m_xml.writeEndElement();
    m_beginsSection = true;
}

void ContentWriter::writeText(QStringView text) {
    QString piece;
    qsizetype spaces = 0; // that have to be written as an element
    const auto flush = [&] {
        m_xml.writeCharacters(piece);
        piece.clear();
        if (spaces > 0) {
            m_xml.writeEmptyElement(QStringLiteral("text:s"));
            attribute("text:c", QString::number(spaces));
            spaces = 0;
        }
    };
    for (qsizetype at = 0; at < text.size(); ++at) {
        const QChar unit = text[at];
        const bool isLost = unit == u' ' && (m_last == u' ' || at + 1 == text.size());
        if (unit == u'\t') {
            flush();
            m_xml.writeEmptyElement(QStringLiteral("text:tab"));
        } else if (isLost) {
            ++spaces;
        } else {
            if (spaces > 0)
                flush();
            piece += unit;
        }
        m_last = unit == u'\t' ? u' ' : unit;
    }
    flush();
}

void ContentWriter::writeBlock(const FileBlock& file) {
    const StoryBlock& block = file.block;
    const bool isHeading = block.kind == Kind::Heading;
    start(isHeading ? "text:h" : "text:p");
    attribute("text:style-name", styleNameOf(file, block.text().isRightToLeft()));
    if (isHeading)
        attribute("text:outline-level", QString::number(block.level));
    m_last = u' ';
    for (const TextRun& run : block.runs) {
        const QString style = run.isStrong && run.isEmphasis ? kStrongEmphasis
                              : run.isStrong                 ? QStringLiteral("Strong_20_Emphasis")
                              : run.isEmphasis               ? QStringLiteral("Emphasis")
                                                             : QString();
        if (!style.isEmpty()) {
            start("text:span");
            attribute("text:style-name", style);
        }
        writeText(xmlText(run.text));
        if (!style.isEmpty())
            m_xml.writeEndElement();
    }
    m_xml.writeEndElement();
    m_beginsSection = block.kind != Kind::Paragraph;
}

bool ContentWriter::write(const QList<FileBlock>& blocks, const WriteProgress& progress) {
    writeAutomaticStyles(blocks);
    start("office:body");
    start("office:text");
    for (qsizetype at = 0; at < blocks.size(); ++at) {
        if (at % kBlocksBetweenLooks == 0 &&
            !progress.goesOn(static_cast<double>(at) / static_cast<double>(blocks.size())))
            return false;
        writeBlock(blocks[at]);
    }
    m_xml.writeEndElement();
    m_xml.writeEndElement();
    return true;
}

} // namespace

QByteArray writeOdt(const FormattedStory& story, const WriteProgress& progress) {
    QByteArray body;
    if (!ContentWriter(&body).write(toFileBlocks(story), progress.part(0, 0.5)))
        return {};
    ZipWriter package;
    package.add(QStringLiteral("mimetype"), kMediaType, true);
    package.add(QStringLiteral("META-INF/manifest.xml"), kManifest);
    package.add(QStringLiteral("content.xml"),
                (kDeclaration + QStringLiteral("<office:document-content%1>").arg(kNamespaces)).toUtf8() +
                    body + "</office:document-content>\n");
    package.add(QStringLiteral("styles.xml"), styles(xmlText(story.details.language)));
    package.add(QStringLiteral("meta.xml"), meta(story));
    return package.finish(progress.part(0.5, 1));
}

} // namespace app
