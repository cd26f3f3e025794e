// own_words.h: the writer's own dictionary, a text file in UTF-8 with a word a line (docs/formats/words.md).
// Several Inkgates may use it; a line that is no word to us is left as it is.
// Errors: FileUnreadable (it is there and cannot be read, or is no list of words), WriteFailed; then the file
// is as it was.
// Threads: any; the functions wait for the disk.
#pragma once

#include "engine/core/error.h"

#include <QSet>
#include <QString>

namespace app {

// Empty if there is no such file.
[[nodiscard]] engine::Expected<QSet<QString>> readOwnWords(const QString& path);
// Each returns the words that are in the file afterwards.
[[nodiscard]] engine::Expected<QSet<QString>> addOwnWord(const QString& path, const QString& word);
[[nodiscard]] engine::Expected<QSet<QString>> removeOwnWord(const QString& path, const QString& word);

// Whether a word (StoryWord::form) is one of `words`: as it is there, with a capital at the beginning, or
// with a genitive's s.
[[nodiscard]] bool holdsWord(const QSet<QString>& words, const QString& form);

} // namespace app
