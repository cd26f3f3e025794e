#include "app/exchange/epub/epub_format.h"
#include "app/exchange/html/html_format.h"
#include "app/exchange/package/xml_attributes.h"

#include <QDir>
#include <QHash>
#include <QStringList>
#include <QUrl>
#include <QXmlStreamReader>

namespace app {

namespace {

// What a book's package file says.
struct BookPlan {
    StoryDetails details;
    QStringList pages; // names of entries, in reading order
};

// The entry that an address in the file `from` means.
QString entryOf(const QString& from, const QString& address) {
    const QString file = QUrl::fromPercentEncoding(address.section(u'#', 0, 0).toUtf8());
    const QString folder = from.section(u'/', 0, -2);
    return QDir::cleanPath(folder.isEmpty() ? file : folder + u'/' + file);
}

ImportResult<QString> packageFileOf(ZipReader& package) {
    const auto container = package.read(QStringLiteral("META-INF/container.xml"));
    if (!container)
        return importFailure(container.error());
    QXmlStreamReader xml(*container);
    while (!xml.atEnd())
        if (xml.readNext() == QXmlStreamReader::StartElement && xml.name() == u"rootfile")
            return attributeOf(xml, u"full-path");
    return importFailure(ImportFault::Damaged);
}

ImportResult<BookPlan> readPlan(const QByteArray& opf, const QString& name) {
    BookPlan plan;
    QHash<QString, QString> pages; // by id
    QXmlStreamReader xml(opf);
    while (!xml.atEnd()) {
        if (xml.readNext() != QXmlStreamReader::StartElement)
            continue;
        const QString element = xml.name().toString();
        const auto text = [&xml] {
            return xml.readElementText(QXmlStreamReader::SkipChildElements).simplified();
        };
        if (element == u"title" && plan.details.title.isEmpty()) {
            plan.details.title = text();
        } else if (element == u"creator" && plan.details.author.isEmpty()) {
            plan.details.author = text();
        } else if (element == u"language" && plan.details.language.isEmpty()) {
            plan.details.language = text();
            if (plan.details.language == u"und")
                plan.details.language.clear();
        } else if (element == u"item") {
            const QString type = attributeOf(xml, u"media-type");
            const bool isContents = attributeOf(xml, u"properties").split(u' ').contains(u"nav");
            if (!isContents && (type.contains(u"html") || type == u"text/x-oeb1-document"))
                pages.insert(attributeOf(xml, u"id"), entryOf(name, attributeOf(xml, u"href")));
        } else if (element == u"itemref" && attributeOf(xml, u"linear") != u"no") {
            const QString page = pages.value(attributeOf(xml, u"idref"));
            // Each once, or a short file could make an endless book.
            if (!page.isEmpty() && !plan.pages.contains(page))
                plan.pages.append(page);
        }
    }
    if (xml.hasError()) // chapters would be missing, and nobody would know
        return importFailure(ImportFault::Damaged);
    return plan;
}

// Only typefaces may be hidden from other programs.
bool isLocked(ZipReader& package) {
    if (package.contains(QStringLiteral("META-INF/rights.xml")))
        return true;
    const auto encryption = package.read(QStringLiteral("META-INF/encryption.xml"));
    if (!encryption)
        return false;
    QXmlStreamReader xml(*encryption);
    while (!xml.atEnd())
        if (xml.readNext() == QXmlStreamReader::StartElement && xml.name() == u"EncryptionMethod") {
            const QString method = attributeOf(xml, u"Algorithm");
            if (method != u"http://www.idpf.org/2008/embedding" &&
                method != u"http://ns.adobe.com/pdf/enc#RC")
                return true;
        }
    return false;
}

} // namespace

ImportResult<ImportedStory> readEpub(ZipReader& package) {
    if (isLocked(package))
        return importFailure(ImportFault::Encrypted);
    const auto name = packageFileOf(package);
    if (!name)
        return importFailure(name.error());
    const auto opf = package.read(*name);
    if (!opf)
        return importFailure(opf.error());
    const auto plan = readPlan(*opf, *name);
    if (!plan)
        return importFailure(plan.error());
    StoryBuilder builder;
    ImportedStory imported;
    std::optional<Separation> separation;
    QHash<QString, QByteArray> sheetsRead; // style sheets; a chapter names the same as the one before
    qsizetype pagesRead = 0;
    for (const QString& page : plan->pages) {
        const auto bytes = package.read(page);
        if (!bytes && bytes.error() != ImportFault::Damaged)
            return importFailure(bytes.error());
        if (!bytes) {
            ++imported.leftOut.chapters;
            continue;
        }
        ++pagesRead;
        const auto sheets = [&](const QString& address) {
            const QString entry = entryOf(page, address);
            auto known = sheetsRead.constFind(entry);
            if (known == sheetsRead.cend())
                known = sheetsRead.insert(entry, package.read(entry).value_or(QByteArray()));
            return *known;
        };
        const PageFacts facts = readPage(*bytes, builder, imported.leftOut, sheets);
        if (facts.separation)
            separation = facts.separation;
    }
    if (pagesRead == 0)
        return importFailure(ImportFault::Damaged);
    imported.story = builder.finish(separation);
    imported.story.details = plan->details;
    if (imported.story.blocks.isEmpty() && !separation)
        return importFailure(ImportFault::PicturesOnly);
    return imported;
}

} // namespace app
