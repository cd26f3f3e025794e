// docx_format.h: stories as Word documents (ECMA-376, WordprocessingML). Written with styles named as Word
// names its own, so that outline and table of contents work. Read: headings by style or outline level,
// emphasis of runs and character styles, quotations, lists, rows of tables as lines; tracked insertions are
// kept, deletions are not.
// Threads: pure functions.
#pragma once

#include "app/exchange/package/zip_package.h"
#include "app/exchange/story/story_builder.h"

namespace app {

// Empty if memory does not suffice.
[[nodiscard]] QByteArray writeDocx(const FormattedStory& story);
// Faults: Damaged, TooLarge, Encrypted, PicturesOnly.
[[nodiscard]] ImportResult<ImportedStory> readDocx(ZipReader& package);

} // namespace app
