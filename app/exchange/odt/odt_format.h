// odt_format.h: stories as OpenDocument texts (ISO 26300), as LibreOffice writes them. Read: headings,
// emphasis of spans and of whole paragraphs, quotations, lists, rows of tables as lines; tracked deletions
// are left out.
// Threads: pure functions.
#pragma once

#include "app/exchange/package/zip_package.h"
#include "app/exchange/story/story_builder.h"

namespace app {

// Empty if memory does not suffice.
[[nodiscard]] QByteArray writeOdt(const FormattedStory& story);
// Faults: Damaged, TooLarge, Encrypted, PicturesOnly.
[[nodiscard]] ImportResult<ImportedStory> readOdt(ZipReader& package);

} // namespace app
