#include "app/exchange/docx/docx_styles.h"
#include "app/exchange/package/xml_attributes.h"

#include <QXmlStreamReader>

#include <optional>

namespace app {

bool isOn(const QXmlStreamReader& xml) {
    const QString value = attributeOf(xml, u"val");
    return value != u"0" && value != u"false" && value != u"off" && value != u"none";
}

namespace {

using Kind = StoryBlock::Kind;

struct StyleEntry {
    QString name, basedOn;
    bool isCharacter = false;
    std::optional<int> outlineLevel, listLevel;
    std::optional<QString> list;
    std::optional<bool> isCentred;
    std::optional<bool> isEmphasis, isStrong;
};

QString valueOf(const QXmlStreamReader& xml) { return attributeOf(xml, u"val"); }

StyleEntry readStyle(QXmlStreamReader& xml) {
    StyleEntry style;
    int depth = 1;
    while (depth > 0 && !xml.atEnd()) {
        const auto token = xml.readNext();
        if (token == QXmlStreamReader::EndElement)
            --depth;
        if (token != QXmlStreamReader::StartElement)
            continue;
        ++depth;
        const QStringView name = xml.name();
        if (name == u"name" && style.name.isEmpty())
            style.name = valueOf(xml).toLower();
        else if (name == u"basedOn")
            style.basedOn = valueOf(xml);
        else if (name == u"outlineLvl")
            style.outlineLevel = valueOf(xml).toInt();
        else if (name == u"numId")
            style.list = valueOf(xml);
        else if (name == u"ilvl")
            style.listLevel = valueOf(xml).toInt();
        else if (name == u"jc")
            style.isCentred = valueOf(xml) == u"center";
        else if (name == u"i")
            style.isEmphasis = isOn(xml);
        else if (name == u"b")
            style.isStrong = isOn(xml);
    }
    return style;
}

int headingOf(const StyleEntry& style) {
    if (style.name == u"title")
        return 1;
    if (style.name.startsWith(u"heading ")) {
        const int level = QStringView(style.name).mid(8).toInt();
        if (level >= 1 && level <= 9)
            return std::min(level, 6);
    }
    if (style.outlineLevel && *style.outlineLevel >= 0 && *style.outlineLevel < 9)
        return std::min(*style.outlineLevel + 1, 6);
    return 0;
}

// What `style` says by itself, in what `result` has from the styles it is based on.
void refine(DocxStyle& result, const StyleEntry& style) {
    const QString& name = style.name;
    if (style.isCharacter) {
        result.isEmphasis = style.isEmphasis.value_or(result.isEmphasis || name == u"emphasis");
        result.isStrong = style.isStrong.value_or(result.isStrong || name == u"strong");
        return;
    }
    if (style.list) {
        result.list = *style.list == u"0" ? QString() : *style.list;
        result.isList = !result.list.isEmpty();
    }
    result.listLevel = style.listLevel.value_or(result.listLevel);
    result.isCentred = style.isCentred.value_or(result.isCentred);
    if (const int level = headingOf(style)) {
        result.kind = Kind::Heading;
        result.level = level;
    } else if (name == u"scene break" || name == u"horizontal line") {
        result.kind = Kind::SceneBreak;
    } else if (name == u"quote" || name == u"intense quote" || name == u"block text" ||
               name == u"quotations") {
        result.kind = Kind::Quotation;
    } else if (name.startsWith(u"toc ") || name == u"toc heading") {
        result.isContents = true;
    } else if (name.startsWith(u"list bullet")) {
        result.isList = true;
    } else if (name.startsWith(u"list number")) {
        result.isList = result.isNumbered = true;
    }
}

} // namespace

QHash<QString, DocxStyle> readDocxStyles(const QByteArray& stylesXml) {
    QHash<QString, StyleEntry> entries;
    QXmlStreamReader xml(stylesXml);
    while (!xml.atEnd()) {
        if (xml.readNext() != QXmlStreamReader::StartElement || xml.name() != u"style")
            continue;
        const QString id = attributeOf(xml, u"styleId");
        const bool isCharacter = attributeOf(xml, u"type") == u"character";
        StyleEntry style = readStyle(xml);
        style.isCharacter = isCharacter;
        entries.insert(id, style);
    }
    QHash<QString, DocxStyle> styles;
    for (auto entry = entries.cbegin(); entry != entries.cend(); ++entry) {
        QList<const StyleEntry*> chain;
        // A style may be said to be based on itself.
        constexpr qsizetype kDeepest = 20;
        for (auto at = entry; at != entries.cend() && chain.size() < kDeepest;
             at = entries.constFind(at->basedOn))
            chain.prepend(&*at);
        DocxStyle style;
        for (const StyleEntry* each : chain)
            refine(style, *each);
        style.id = entry.key();
        styles.insert(entry.key(), style);
    }
    return styles;
}

} // namespace app
