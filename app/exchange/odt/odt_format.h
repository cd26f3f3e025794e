// odt_format.h: stories as OpenDocument texts (ISO 26300), as LibreOffice writes them. Read: headings,
// emphasis of spans and of whole paragraphs, quotations, lists with their labels (list_labels.h), centred
// signs
// as scene breaks, rows of tables as lines; tracked deletions are left out. Lists are written as they stand
// in the text: the story knows none.
// Threads: pure functions.
#pragma once

#include "app/exchange/package/zip_package.h"
#include "app/exchange/story/story_builder.h"
#include "app/exchange/write_progress.h"

namespace app {

// Empty if memory does not suffice or it was stopped.
[[nodiscard]] QByteArray writeOdt(const FormattedStory& story, const WriteProgress& progress = {});
// Faults: Damaged, TooLarge, Encrypted, PicturesOnly.
[[nodiscard]] ImportResult<ImportedStory> readOdt(ZipReader& package);

} // namespace app
