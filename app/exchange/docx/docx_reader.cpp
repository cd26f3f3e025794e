// The parts of the package: the document itself goes to docx_body.h, what it says of itself is read here.
#include "app/exchange/docx/docx_body.h"
#include "app/exchange/docx/docx_format.h"
#include "app/exchange/package/xml_attributes.h"

#include <QXmlStreamReader>

#include <optional>
#include <utility>

namespace app {

namespace {

// The part that a relation of this type leads to; `otherwise` if there is none.
QString partOf(ZipReader& package, QStringView type, const QString& otherwise) {
    const auto relations = package.read(QStringLiteral("_rels/.rels"));
    if (!relations)
        return otherwise;
    QXmlStreamReader xml(*relations);
    while (!xml.atEnd())
        if (xml.readNext() == QXmlStreamReader::StartElement && attributeOf(xml, u"Type").endsWith(type)) {
            QString target = attributeOf(xml, u"Target");
            return target.startsWith(u'/') ? target.mid(1) : target;
        }
    return otherwise;
}

StoryDetails readDetails(ZipReader& package) {
    StoryDetails details;
    const auto core = package.read(QStringLiteral("docProps/core.xml"));
    if (!core)
        return details;
    QXmlStreamReader xml(*core);
    while (!xml.atEnd()) {
        if (xml.readNext() != QXmlStreamReader::StartElement)
            continue;
        const QString name = xml.name().toString();
        if (name == u"title")
            details.title = xml.readElementText(QXmlStreamReader::SkipChildElements).simplified();
        else if (name == u"creator")
            details.author = xml.readElementText(QXmlStreamReader::SkipChildElements).simplified();
        else if (name == u"language")
            details.language = xml.readElementText(QXmlStreamReader::SkipChildElements).simplified();
    }
    return details;
}

// What Inkgate wrote down when it made the file.
std::optional<Separation> readSeparation(ZipReader& package) {
    const auto custom = package.read(QStringLiteral("docProps/custom.xml"));
    if (!custom)
        return std::nullopt;
    QXmlStreamReader xml(*custom);
    while (!xml.atEnd())
        if (xml.readNext() == QXmlStreamReader::StartElement &&
            attributeOf(xml, u"name") == u"Inkgate paragraphs")
            return separationOf(xml.readElementText(QXmlStreamReader::IncludeChildElements).trimmed());
    return std::nullopt;
}

} // namespace

ImportResult<ImportedStory> readDocx(ZipReader& package) {
    const QString part = partOf(package, u"/officeDocument", QStringLiteral("word/document.xml"));
    const auto document = package.read(part);
    if (!document)
        return importFailure(document.error());
    const auto styles = package.read(part.section(u'/', 0, -2) + QStringLiteral("/styles.xml"));
    const std::optional<Separation> separation = readSeparation(package);
    const auto numbering = package.read(part.section(u'/', 0, -2) + QStringLiteral("/numbering.xml"));
    auto imported = readDocxBody(*document, readDocxStyles(styles.value_or(QByteArray())),
                                 DocxNumbering(numbering.value_or(QByteArray())), separation);
    if (!imported)
        return importFailure(ImportFault::Damaged);
    imported->story.details = readDetails(package);
    if (imported->story.blocks.isEmpty() && !separation)
        return importFailure(ImportFault::PicturesOnly);
    return std::move(*imported);
}

} // namespace app
