// xml_attributes.h: attributes by their names alone, whatever namespace they are in: the formats have several
// sets of namespaces for the same words.
// Threads: pure function.
#pragma once

#include <QString>
#include <QXmlStreamReader>

namespace app {

// Of the element that begins here; empty if it has none of this name.
[[nodiscard]] inline QString attributeOf(const QXmlStreamReader& xml, QStringView name) {
    for (const QXmlStreamAttribute& attribute : xml.attributes())
        if (attribute.name() == name)
            return attribute.value().toString();
    return {};
}

} // namespace app
