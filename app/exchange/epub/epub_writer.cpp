#include "app/exchange/epub/epub_format.h"
#include "app/exchange/html/story_markup.h"
#include "app/exchange/package/xml_text.h"

#include <QCoreApplication>
#include <QUuid>
#include <QXmlStreamWriter>

#include <algorithm>

namespace app {

namespace {

using Kind = StoryBlock::Kind;

const QString kXhtml = QStringLiteral("http://www.w3.org/1999/xhtml");

const char* const kContainer =
    R"(<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
)";

QString tr(const char* text) { return QCoreApplication::translate("app::EpubWriter", text); }

struct Chapter {
    QString name; // of its file
    QString title;
    QList<FileBlock> blocks;
};

QList<Chapter> chaptersOf(const FormattedStory& story) {
    const QList<FileBlock> blocks = toFileBlocks(story);
    int highest = 7;
    for (const FileBlock& each : blocks)
        if (each.block.kind == Kind::Heading)
            highest = std::min(highest, each.block.level);
    QList<Chapter> chapters;
    bool hasWords = false; // of the last chapter: below its headings
    for (const FileBlock& each : blocks) {
        const bool isHeading = each.block.kind == Kind::Heading && each.block.level <= highest + 1;
        // The heading of a book and that of its first chapter stand together.
        if (chapters.isEmpty() || (isHeading && hasWords)) {
            chapters.append({QStringLiteral("chapter-%1.xhtml").arg(chapters.size() + 1), {}, {}});
            hasWords = false;
        }
        Chapter& chapter = chapters.last();
        if (isHeading)
            chapter.title +=
                (chapter.title.isEmpty() ? QString() : QStringLiteral(" – ")) + each.block.text();
        hasWords = hasWords || (!isHeading && !each.block.isBlank());
        chapter.blocks.append(each);
    }
    if (chapters.isEmpty())
        chapters.append({QStringLiteral("chapter-1.xhtml"), {}, {}});
    for (Chapter& chapter : chapters)
        if (chapter.title.isEmpty())
            chapter.title = story.details.title.isEmpty() ? tr("Beginning") : story.details.title;
    return chapters;
}

void beginPage(QXmlStreamWriter& xml, const QString& title, const QString& language) {
    xml.writeStartDocument();
    xml.writeDTD(QStringLiteral("<!DOCTYPE html>"));
    xml.writeStartElement(QStringLiteral("html"));
    xml.writeAttribute(QStringLiteral("xmlns"), kXhtml);
    xml.writeAttribute(QStringLiteral("xmlns:epub"), QStringLiteral("http://www.idpf.org/2007/ops"));
    if (!language.isEmpty()) {
        xml.writeAttribute(QStringLiteral("xml:lang"), xmlText(language));
        xml.writeAttribute(QStringLiteral("lang"), xmlText(language));
    }
    xml.writeStartElement(QStringLiteral("head"));
    xml.writeTextElement(QStringLiteral("title"), xmlText(title));
}

QByteArray chapterPage(const Chapter& chapter, const FormattedStory& story) {
    QByteArray bytes;
    QXmlStreamWriter xml(&bytes);
    beginPage(xml, chapter.title, story.details.language);
    writeStoryMeta(xml, story.separation);
    xml.writeEmptyElement(QStringLiteral("link"));
    xml.writeAttribute(QStringLiteral("rel"), QStringLiteral("stylesheet"));
    xml.writeAttribute(QStringLiteral("type"), QStringLiteral("text/css"));
    xml.writeAttribute(QStringLiteral("href"), QStringLiteral("style.css"));
    xml.writeEndElement();
    xml.writeStartElement(QStringLiteral("body"));
    xml.writeCharacters(QStringLiteral("\n"));
    bool beginsSection = true;
    for (const FileBlock& block : chapter.blocks) {
        writeStoryMarkup(xml, block, beginsSection);
        beginsSection = block.block.kind != Kind::Paragraph;
    }
    xml.writeEndDocument();
    return bytes;
}

QByteArray contentsPage(const QList<Chapter>& chapters, const StoryDetails& details) {
    QByteArray bytes;
    QXmlStreamWriter xml(&bytes);
    beginPage(xml, details.title, details.language);
    xml.writeEndElement();
    xml.writeStartElement(QStringLiteral("body"));
    xml.writeStartElement(QStringLiteral("nav"));
    xml.writeAttribute(QStringLiteral("epub:type"), QStringLiteral("toc"));
    xml.writeStartElement(QStringLiteral("ol"));
    for (const Chapter& chapter : chapters) {
        xml.writeStartElement(QStringLiteral("li"));
        xml.writeStartElement(QStringLiteral("a"));
        xml.writeAttribute(QStringLiteral("href"), chapter.name);
        xml.writeCharacters(xmlText(chapter.title));
        xml.writeEndElement();
        xml.writeEndElement();
    }
    xml.writeEndDocument();
    return bytes;
}

// The same for every export of the same book, so that a reader keeps its place.
QString identifierOf(const StoryDetails& details) {
    const QUuid ours(QStringLiteral("{1f0b6c55-8b44-4b6e-9d0e-6d1d2ad8a3c1}"));
    return QStringLiteral("urn:uuid:") +
           QUuid::createUuidV5(ours, details.title + u'\n' + details.author).toString(QUuid::WithoutBraces);
}

QByteArray packageFile(const QList<Chapter>& chapters, const StoryDetails& details,
                       const QDateTime& changed) {
    QByteArray bytes;
    QXmlStreamWriter xml(&bytes);
    const auto item = [&xml](const QString& id, const QString& file, const QString& type,
                             const QString& properties) {
        xml.writeEmptyElement(QStringLiteral("item"));
        xml.writeAttribute(QStringLiteral("id"), id);
        xml.writeAttribute(QStringLiteral("href"), file);
        xml.writeAttribute(QStringLiteral("media-type"), type);
        if (!properties.isEmpty())
            xml.writeAttribute(QStringLiteral("properties"), properties);
    };
    xml.writeStartDocument();
    xml.writeStartElement(QStringLiteral("package"));
    xml.writeAttribute(QStringLiteral("xmlns"), QStringLiteral("http://www.idpf.org/2007/opf"));
    xml.writeAttribute(QStringLiteral("version"), QStringLiteral("3.0"));
    xml.writeAttribute(QStringLiteral("unique-identifier"), QStringLiteral("id"));
    xml.writeStartElement(QStringLiteral("metadata"));
    xml.writeAttribute(QStringLiteral("xmlns:dc"), QStringLiteral("http://purl.org/dc/elements/1.1/"));
    xml.writeStartElement(QStringLiteral("dc:identifier"));
    xml.writeAttribute(QStringLiteral("id"), QStringLiteral("id"));
    xml.writeCharacters(identifierOf(details));
    xml.writeEndElement();
    // Title and language have to be there.
    xml.writeTextElement(QStringLiteral("dc:title"),
                         details.title.isEmpty() ? tr("Untitled") : xmlText(details.title));
    xml.writeTextElement(QStringLiteral("dc:language"),
                         details.language.isEmpty() ? QStringLiteral("und") : xmlText(details.language));
    if (!details.author.isEmpty())
        xml.writeTextElement(QStringLiteral("dc:creator"), xmlText(details.author));
    xml.writeStartElement(QStringLiteral("meta"));
    xml.writeAttribute(QStringLiteral("property"), QStringLiteral("dcterms:modified"));
    xml.writeCharacters(changed.toUTC().toString(QStringLiteral("yyyy-MM-dd'T'HH:mm:ss'Z'")));
    xml.writeEndElement();
    xml.writeEndElement();
    const QString page = QStringLiteral("application/xhtml+xml");
    xml.writeStartElement(QStringLiteral("manifest"));
    item(QStringLiteral("contents"), QStringLiteral("contents.xhtml"), page, QStringLiteral("nav"));
    item(QStringLiteral("style"), QStringLiteral("style.css"), QStringLiteral("text/css"), {});
    for (qsizetype at = 0; at < chapters.size(); ++at)
        item(QStringLiteral("c%1").arg(at + 1), chapters[at].name, page, {});
    xml.writeEndElement();
    xml.writeStartElement(QStringLiteral("spine"));
    for (qsizetype at = 0; at < chapters.size(); ++at) {
        xml.writeEmptyElement(QStringLiteral("itemref"));
        xml.writeAttribute(QStringLiteral("idref"), QStringLiteral("c%1").arg(at + 1));
    }
    xml.writeEndDocument();
    return bytes;
}

} // namespace

QByteArray writeEpub(const FormattedStory& story, const QDateTime& changed, const WriteProgress& progress) {
    const QList<Chapter> chapters = chaptersOf(story);
    ZipWriter package;
    package.add(QStringLiteral("mimetype"), QByteArrayLiteral("application/epub+zip"), true);
    package.add(QStringLiteral("META-INF/container.xml"), kContainer);
    package.add(QStringLiteral("OEBPS/content.opf"), packageFile(chapters, story.details, changed));
    package.add(QStringLiteral("OEBPS/contents.xhtml"), contentsPage(chapters, story.details));
    package.add(QStringLiteral("OEBPS/style.css"), storyStyleSheet().toUtf8());
    for (qsizetype at = 0; at < chapters.size(); ++at) {
        if (!progress.goesOn(0.5 * static_cast<double>(at) / static_cast<double>(chapters.size())))
            return {};
        package.add(QStringLiteral("OEBPS/") + chapters[at].name, chapterPage(chapters[at], story));
    }
    return package.finish(progress.part(0.5, 1));
}

} // namespace app
