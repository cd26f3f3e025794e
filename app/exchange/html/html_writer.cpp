#include "app/exchange/html/html_format.h"
#include "app/exchange/html/story_markup.h"
#include "app/exchange/package/xml_text.h"

#include <QXmlStreamWriter>

namespace app {

namespace {

void writeHead(QXmlStreamWriter& xml, const FormattedStory& story) {
    xml.writeStartElement(QStringLiteral("head"));
    xml.writeEmptyElement(QStringLiteral("meta"));
    xml.writeAttribute(QStringLiteral("charset"), QStringLiteral("utf-8"));
    xml.writeTextElement(QStringLiteral("title"), xmlText(story.details.title));
    if (!story.details.author.isEmpty()) {
        xml.writeEmptyElement(QStringLiteral("meta"));
        xml.writeAttribute(QStringLiteral("name"), QStringLiteral("author"));
        xml.writeAttribute(QStringLiteral("content"), xmlText(story.details.author));
    }
    writeStoryMeta(xml, story.separation);
    xml.writeTextElement(QStringLiteral("style"), storyStyleSheet());
    xml.writeEndElement();
}

} // namespace

QByteArray writeHtml(const FormattedStory& story, const WriteProgress& progress) {
    QByteArray bytes;
    QXmlStreamWriter xml(&bytes);
    xml.writeDTD(QStringLiteral("<!DOCTYPE html>"));
    xml.writeCharacters(QStringLiteral("\n"));
    xml.writeStartElement(QStringLiteral("html"));
    xml.writeAttribute(QStringLiteral("xmlns"), QStringLiteral("http://www.w3.org/1999/xhtml"));
    if (!story.details.language.isEmpty())
        xml.writeAttribute(QStringLiteral("lang"), xmlText(story.details.language));
    writeHead(xml, story);
    xml.writeStartElement(QStringLiteral("body"));
    xml.writeCharacters(QStringLiteral("\n"));
    bool beginsSection = true;
    const QList<FileBlock> blocks = toFileBlocks(story);
    for (qsizetype at = 0; at < blocks.size(); ++at) {
        if (at % kBlocksBetweenLooks == 0 &&
            !progress.goesOn(static_cast<double>(at) / static_cast<double>(blocks.size())))
            return {};
        writeStoryMarkup(xml, blocks[at], beginsSection);
        beginsSection = blocks[at].block.kind != StoryBlock::Kind::Paragraph;
    }
    xml.writeEndElement();
    xml.writeEndElement();
    xml.writeCharacters(QStringLiteral("\n"));
    return bytes;
}

} // namespace app
