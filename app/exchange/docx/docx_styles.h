// docx_styles.h: what the styles of a Word document mean for a story.
// Threads: pure function; values.
#pragma once

#include "app/exchange/story/formatted_story.h"

#include <QByteArray>
#include <QHash>
#include <QString>

class QXmlStreamReader;

namespace app {

struct DocxStyle {
    StoryBlock::Kind kind = StoryBlock::Kind::Paragraph;
    int level = 0;
    bool isList = false, isNumbered = false; // by its name
    QString id;
    QString list;       // DocxNumbering's; empty: none
    int listLevel = -1; // -1: the one that its definition names for the style
    bool isCentred = false;
    bool isContents = false;                   // a line of the table of contents
    bool isEmphasis = false, isStrong = false; // of a character style
};

// Whether the element that stands for a property turns it on: without a value it does.
[[nodiscard]] bool isOn(const QXmlStreamReader& xml);

// By the styles' ids. What cannot be read is left out: a document without styles is still a text.
[[nodiscard]] QHash<QString, DocxStyle> readDocxStyles(const QByteArray& stylesXml);

} // namespace app
