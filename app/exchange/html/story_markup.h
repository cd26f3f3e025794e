// story_markup.h: blocks of a story as elements of XHTML; the body of an HTML page or of a book's chapter.
// Threads: pure function.
#pragma once

#include "app/exchange/story/formatted_story.h"

class QXmlStreamWriter;

namespace app {

// The rules that make it look like a printed story. A reader's own settings are left alone.
[[nodiscard]] QString storyStyleSheet();
// <meta> elements that tell our reader how it was written.
void writeStoryMeta(QXmlStreamWriter& xml, const Separation& separation);
void writeStoryMarkup(QXmlStreamWriter& xml, const FileBlock& block, bool beginsSection);

} // namespace app
