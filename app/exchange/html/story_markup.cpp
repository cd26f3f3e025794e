#include "app/exchange/html/story_markup.h"

#include "app/exchange/package/xml_text.h"

#include <QStringList>
#include <QXmlStreamWriter>

namespace app {

namespace {

void writeRuns(QXmlStreamWriter& xml, const QList<TextRun>& runs) {
    for (const TextRun& run : runs) {
        if (run.isStrong)
            xml.writeStartElement(QStringLiteral("strong"));
        if (run.isEmphasis)
            xml.writeStartElement(QStringLiteral("em"));
        xml.writeCharacters(xmlText(run.text));
        if (run.isEmphasis)
            xml.writeEndElement();
        if (run.isStrong)
            xml.writeEndElement();
    }
}

void writeClass(QXmlStreamWriter& xml, const QStringList& classes) {
    if (!classes.isEmpty())
        xml.writeAttribute(QStringLiteral("class"), classes.join(u' '));
}

} // namespace

QString storyStyleSheet() {
    return QStringLiteral(
        "body { margin: 1em auto; max-width: 36em; line-height: 1.5; }\n"
        "p { margin: 0; text-indent: 1.5em; white-space: pre-wrap; }\n"
        "p.first, blockquote p, p.blank { text-indent: 0; }\n"
        "blockquote { margin: 1em 2em; }\n"
        "h1, h2, h3, h4, h5, h6 { text-align: center; line-height: 1.2; margin: 2em 0 1em; }\n"
        "hr { border: 0; margin: 1.5em 0; text-align: center; }\n"
        "hr::before { content: attr(title); }\n");
}

void writeStoryMeta(QXmlStreamWriter& xml, const Separation& separation) {
    const auto meta = [&xml](const QString& name, const QString& content) {
        xml.writeEmptyElement(QStringLiteral("meta"));
        xml.writeAttribute(QStringLiteral("name"), name);
        xml.writeAttribute(QStringLiteral("content"), content);
    };
    meta(QStringLiteral("generator"), QStringLiteral("Inkgate"));
    meta(QStringLiteral("inkgate-paragraphs"), nameOf(separation));
}

void writeStoryMarkup(QXmlStreamWriter& xml, const FileBlock& file, bool beginsSection) {
    const StoryBlock& block = file.block;
    QStringList classes;
    if (file.isTight)
        classes.append(QStringLiteral("tight"));
    if (block.kind == StoryBlock::Kind::SceneBreak) {
        xml.writeEmptyElement(QStringLiteral("hr"));
        writeClass(xml, classes);
        xml.writeAttribute(QStringLiteral("title"), xmlText(block.text()));
        return;
    }
    const bool isQuotation = block.kind == StoryBlock::Kind::Quotation;
    if (isQuotation)
        xml.writeStartElement(QStringLiteral("blockquote"));
    if (block.isBlank())
        classes.append(QStringLiteral("blank"));
    else if (beginsSection && block.kind == StoryBlock::Kind::Paragraph)
        classes.append(QStringLiteral("first"));
    xml.writeStartElement(block.kind == StoryBlock::Kind::Heading ? QStringLiteral("h%1").arg(block.level)
                                                                  : QStringLiteral("p"));
    writeClass(xml, classes);
    if (block.text().isRightToLeft())
        xml.writeAttribute(QStringLiteral("dir"), QStringLiteral("rtl"));
    if (block.isBlank())
        xml.writeEmptyElement(QStringLiteral("br"));
    writeRuns(xml, block.runs);
    xml.writeEndElement();
    if (isQuotation)
        xml.writeEndElement();
    xml.writeCharacters(QStringLiteral("\n"));
}

} // namespace app
