#include "app/exchange/odt/odt_styles.h"
#include "app/exchange/package/xml_attributes.h"

#include <QXmlStreamReader>

#include <algorithm>

namespace app {

namespace {

using Kind = StoryBlock::Kind;

// A style may be said to be its own parent.
constexpr int kDeepest = 20;

} // namespace

void OdtStyles::add(const QByteArray& bytes, bool isAutomatic) {
    QXmlStreamReader xml(bytes);
    Entry* open = nullptr;
    QString list;
    while (!xml.atEnd()) {
        const auto token = xml.readNext();
        if (token == QXmlStreamReader::EndElement && xml.name() == u"style")
            open = nullptr;
        // The text itself comes behind its styles.
        if (token == QXmlStreamReader::StartElement && xml.name() == u"body")
            return;
        if (token != QXmlStreamReader::StartElement)
            continue;
        const QStringView name = xml.name();
        if (name == u"style") {
            const QString family = attributeOf(xml, u"family");
            if (family != u"paragraph" && family != u"text")
                continue;
            QHash<QString, Entry>& entries = family == u"text" ? m_words : m_paragraphs;
            open = &*entries.insert(attributeOf(xml, u"name"),
                                    {attributeOf(xml, u"parent-style-name"), isAutomatic, false, {}, {}, {}});
        } else if (name == u"list-style") {
            list = attributeOf(xml, u"name");
        } else if (name == u"list-level-style-number" || name == u"list-level-style-bullet") {
            addListLevel(xml, list);
        } else if (open != nullptr && name == u"paragraph-properties") {
            open->isTight = attributeOf(xml, u"contextual-spacing") == u"true";
            if (const QString align = attributeOf(xml, u"text-align"); !align.isEmpty())
                open->isCentred = align == u"center";
        } else if (open != nullptr && name == u"text-properties") {
            if (const QString style = attributeOf(xml, u"font-style"); !style.isEmpty())
                open->isEmphasis = style == u"italic" || style == u"oblique";
            if (const QString weight = attributeOf(xml, u"font-weight"); !weight.isEmpty())
                open->isStrong = weight == u"bold" || weight.toInt() >= 600;
        }
    }
}

void OdtStyles::addListLevel(const QXmlStreamReader& xml, const QString& list) {
    const int level = std::clamp(attributeOf(xml, u"level").toInt(), 1, ListCounter::kMostLevels);
    QList<ListLevel>& levels = m_lists[list];
    while (levels.size() < level)
        levels.append(ListLevel());
    ListLevel& own = levels[level - 1];
    if (xml.name() == u"list-level-style-bullet") {
        own = {ListNumbers::Bullet, 1, {}};
        return;
    }
    const QString format = attributeOf(xml, u"num-format");
    own.numbers = format.isEmpty() ? ListNumbers::None
                  : format == u"a" ? ListNumbers::LowerLetter
                  : format == u"A" ? ListNumbers::UpperLetter
                  : format == u"i" ? ListNumbers::LowerRoman
                  : format == u"I" ? ListNumbers::UpperRoman
                                   : ListNumbers::Decimal;
    const QString start = attributeOf(xml, u"start-value");
    own.start = start.isEmpty() ? 1 : start.toInt();
    // As many numbers as are shown, the levels above before the own one.
    const int shown = std::clamp(attributeOf(xml, u"display-levels").toInt(), 1, level);
    own.pattern = attributeOf(xml, u"num-prefix");
    for (int place = level - shown + 1; place <= level; ++place)
        own.pattern += QStringLiteral("%%1").arg(place) + (place < level ? QStringLiteral(".") : QString());
    own.pattern += attributeOf(xml, u"num-suffix");
}

OdtStyle OdtStyles::paragraph(const QString& name) const {
    OdtStyle style;
    bool isCentredKnown = false;
    QString at = name;
    for (int depth = 0; depth < kDeepest && !at.isEmpty(); ++depth) {
        if (at == u"Quotations" || at == u"Quote" || at == u"Block_20_Text" || at == u"Blockquote")
            style.kind = Kind::Quotation;
        else if (at == u"Scene_20_Break" || at == u"Horizontal_20_Line")
            style.kind = Kind::SceneBreak;
        else if (at == u"Title")
            style.isTitle = true;
        const auto found = m_paragraphs.constFind(at);
        if (found == m_paragraphs.cend())
            break;
        if (!isCentredKnown && found->isCentred) {
            style.isCentred = *found->isCentred;
            isCentredKnown = true;
        }
        if (found->isAutomatic) {
            style.isTight = style.isTight || found->isTight;
            if (!style.isEmphasis)
                style.isEmphasis = found->isEmphasis;
            if (!style.isStrong)
                style.isStrong = found->isStrong;
        }
        at = found->parent;
    }
    return style;
}

OdtStyle OdtStyles::words(const QString& name) const {
    OdtStyle style;
    QString at = name;
    for (int depth = 0; depth < kDeepest && !at.isEmpty(); ++depth) {
        const auto found = m_words.constFind(at);
        if (found == m_words.cend())
            break;
        if (!style.isEmphasis)
            style.isEmphasis = found->isEmphasis;
        if (!style.isStrong)
            style.isStrong = found->isStrong;
        at = found->parent;
    }
    return style;
}

} // namespace app
