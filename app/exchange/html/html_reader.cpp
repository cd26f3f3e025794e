#include "app/exchange/html/html_format.h"
#include "app/exchange/html/page_encoding.h"
#include "app/exchange/html/page_reader.h"

#include <libxml/HTMLparser.h>

#include <algorithm>
#include <memory>

namespace app {

namespace {

QString fromXml(const xmlChar* text) { return QString::fromUtf8(reinterpret_cast<const char*>(text)); }

void onBegin(void* reader, const xmlChar* name, const xmlChar** attributes) {
    PageReader::Attributes values;
    for (; attributes != nullptr && attributes[0] != nullptr; attributes += 2)
        values.insert(fromXml(attributes[0]), attributes[1] == nullptr ? QString() : fromXml(attributes[1]));
    static_cast<PageReader*>(reader)->begin(fromXml(name), values);
}

void onEnd(void* reader, const xmlChar* name) { static_cast<PageReader*>(reader)->end(fromXml(name)); }

void onText(void* reader, const xmlChar* text, int length) {
    static_cast<PageReader*>(reader)->text(QString::fromUtf8(reinterpret_cast<const char*>(text), length));
}

void onStyle(void* reader, const xmlChar* text, int length) {
    static_cast<PageReader*>(reader)->styleText(
        QString::fromUtf8(reinterpret_cast<const char*>(text), length));
}

} // namespace

PageFacts readPage(const QByteArray& bytes, StoryBuilder& builder, LeftOut& leftOut,
                   const SheetReader& sheets) {
    const QByteArray page = pageAsUtf8(bytes);
    PageReader reader(builder, leftOut, sheets);
    htmlSAXHandler handler{};
    handler.startElement = onBegin;
    handler.endElement = onEnd;
    handler.characters = onText;
    handler.cdataBlock = onStyle; // scripts come here, too
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
