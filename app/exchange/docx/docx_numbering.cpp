#include "app/exchange/docx/docx_numbering.h"

#include "app/exchange/package/xml_attributes.h"

#include <QXmlStreamReader>

#include <algorithm>
#include <utility>

namespace app {

namespace {

int levelOf(const QXmlStreamReader& xml) {
    return std::clamp(attributeOf(xml, u"ilvl").toInt(), 0, ListCounter::kMostLevels - 1);
}

QString valueOf(const QXmlStreamReader& xml) { return attributeOf(xml, u"val"); }

ListNumbers numbersOf(const QString& format) {
    if (format == u"bullet")
        return ListNumbers::Bullet;
    if (format == u"none")
        return ListNumbers::None;
    if (format == u"lowerLetter")
        return ListNumbers::LowerLetter;
    if (format == u"upperLetter")
        return ListNumbers::UpperLetter;
    if (format == u"lowerRoman")
        return ListNumbers::LowerRoman;
    if (format == u"upperRoman")
        return ListNumbers::UpperRoman;
    return ListNumbers::Decimal; // also for the numerals of other scripts and number words
}

} // namespace

DocxNumbering::DocxNumbering(const QByteArray& numberingXml) {
    QXmlStreamReader xml(numberingXml);
    while (!xml.atEnd()) {
        if (xml.readNext() != QXmlStreamReader::StartElement)
            continue;
        if (xml.name() == u"abstractNum")
            readDefinition(xml);
        else if (xml.name() == u"num")
            readList(xml);
    }
}

void DocxNumbering::readDefinition(QXmlStreamReader& xml) {
    const QString id = attributeOf(xml, u"abstractNumId");
    Definition definition;
    int level = 0;
    for (int depth = 1; depth > 0 && !xml.atEnd();) {
        const auto token = xml.readNext();
        depth += token == QXmlStreamReader::StartElement ? 1 : token == QXmlStreamReader::EndElement ? -1 : 0;
        if (token != QXmlStreamReader::StartElement)
            continue;
        const QStringView name = xml.name();
        if (name == u"lvl") {
            level = app::levelOf(xml);
            while (definition.levels.size() <= level)
                definition.levels.append(ListLevel{ListNumbers::Decimal, 1, {}});
        } else if (definition.levels.isEmpty()) {
            continue;
        } else if (name == u"start") {
            definition.levels[level].start = valueOf(xml).toInt();
        } else if (name == u"numFmt") {
            definition.levels[level].numbers = numbersOf(valueOf(xml));
        } else if (name == u"lvlText") {
            definition.levels[level].pattern = valueOf(xml);
            if (valueOf(xml).trimmed().isEmpty()) // numbers that are not shown
                definition.levels[level].numbers = ListNumbers::None;
        } else if (name == u"pStyle") {
            definition.levelsOfStyles.insert(valueOf(xml), level);
        }
    }
    m_definitions.insert(id, definition);
}

void DocxNumbering::readList(QXmlStreamReader& xml) {
    const QString id = attributeOf(xml, u"numId");
    List list;
    int level = 0;
    for (int depth = 1; depth > 0 && !xml.atEnd();) {
        const auto token = xml.readNext();
        depth += token == QXmlStreamReader::StartElement ? 1 : token == QXmlStreamReader::EndElement ? -1 : 0;
        if (token != QXmlStreamReader::StartElement)
            continue;
        if (xml.name() == u"abstractNumId")
            list.definition = valueOf(xml);
        else if (xml.name() == u"lvlOverride")
            level = app::levelOf(xml);
        else if (xml.name() == u"startOverride")
            list.starts.insert(level, valueOf(xml).toInt());
    }
    m_lists.insert(id, list);
}

int DocxNumbering::levelOf(const QString& list, const QString& style) const {
    return m_definitions.value(m_lists.value(list).definition).levelsOfStyles.value(style, 0);
}

QString DocxNumbering::next(const QString& list, int level) {
    const auto found = m_lists.find(list);
    if (found == m_lists.end())
        return {};
    ListCounter& counter = m_counters[found->definition];
    if (!std::exchange(found->isBegun, true))
        for (auto start = found->starts.cbegin(); start != found->starts.cend(); ++start)
            counter.setNext(start.key(), start.value());
    return counter.next(m_definitions.value(found->definition).levels,
                        std::clamp(level, 0, ListCounter::kMostLevels - 1));
}

} // namespace app
