// whole_characters.h: an edit of a text, widened where it would cut a character in two. Texts are stored as
// UTF-8, which has no halves: two characters that begin with the same half differ, as the editor sees it,
// only in the other one.
// Threads: pure functions.
#pragma once

#include "app/document/spanned_text.h"

namespace app {

// Does to `text` what `edit` does, and begins and ends between characters, before and after it.
[[nodiscard]] TextEdit wholeCharacters(const TextEdit& edit, const SpannedText& text);

// Applies edits that `text` accepts one after the other; returns each as wholeCharacters() has it. Thousands
// that go from one end of the text to the other (replace all, and its undo) cost one pass over the text.
[[nodiscard]] QList<TextEdit> applyWhole(SpannedText& text, const QList<TextEdit>& edits);

} // namespace app
