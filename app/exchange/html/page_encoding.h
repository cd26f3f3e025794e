// page_encoding.h: the text of an HTML page, whatever its encoding is: UTF-8 or 16 where its bytes are that,
// or the one that the page names for itself, or what its bytes look like.
// Threads: pure functions.
#pragma once

#include <QByteArray>

namespace app {

// As UTF-8. Empty: no encoding fits.
[[nodiscard]] QByteArray pageAsUtf8(const QByteArray& bytes);

} // namespace app
