// lore_keys.h: what an entry of the lorebook looks for: a keyword, or a regular expression between slashes as
// in "/ferr(y|ies)/"; an "i" behind the second slash lets capitals and small letters be the same.
// Threads: pure functions.
#pragma once

#include <QRegularExpression>
#include <QString>
#include <QStringList>

#include <optional>

namespace app {

// As the writer types them in one line, with commas between them: those inside of an expression part nothing,
// and a keyword with a comma stands in quotation marks. Keys without any sign are left out.
[[nodiscard]] QStringList keysFromLine(const QString& line);
[[nodiscard]] QString lineOfKeys(const QStringList& keys);

// The expression of a key; nothing if it is a keyword. Its searching is bounded: PCRE2 gives up on a place
// after a hundred thousand steps, and QRegularExpressionMatch::isValid() tells (lore_search.h).
[[nodiscard]] std::optional<QRegularExpression> expressionOf(const QString& key, bool matchesCase);

// A sentence that says what is wrong with an expression, or nothing.
[[nodiscard]] QString problemOfKey(const QString& key);

} // namespace app
