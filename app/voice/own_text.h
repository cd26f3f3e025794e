// own_text.h: what the writer has typed in a story, without what a model wrote and what was imported.
// Threads: pure function.
#pragma once

#include "app/document/spanned_text.h"

#include <QString>

namespace app {

// Typed and edited pieces in order. Where something was left out between two of them, a paragraph ends.
[[nodiscard]] QString ownText(const SpannedText& story);

// Some 1,800 words: with less, a tenth says nothing of whether a gate helps.
[[nodiscard]] bool isEnoughToLearnFrom(qsizetype bytes); // of UTF-8
[[nodiscard]] bool isEnoughToLearnFrom(const QString& text);

} // namespace app
