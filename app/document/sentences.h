// sentences.h: the sentence around a place.
// Threads: pure functions.
#pragma once

#include "app/document/text_origin.h"

#include <QStringView>

namespace app {

// The sentence that holds the unit at `position`, or that ends there, with what closes it (quotes, brackets)
// and without the spaces around. Looks no further than `kSentenceSight` units and the paragraph's ends: a
// paragraph of a megabyte costs no more than another.
inline constexpr qsizetype kSentenceSight = 2000;
[[nodiscard]] TextRange sentenceAt(QStringView text, qsizetype position);

} // namespace app
