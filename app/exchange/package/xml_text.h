// xml_text.h: what may stand in an XML file. Control characters cannot, not even escaped, and are left out;
// halves of characters become U+FFFD. Everything else is kept.
// Threads: pure function.
#pragma once

#include <QString>

namespace app {

[[nodiscard]] QString xmlText(QStringView text);

} // namespace app
