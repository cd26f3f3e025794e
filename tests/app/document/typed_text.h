// typed_text.h: text as the writer typed it, for tests of the document.
#pragma once

#include "app/document/spanned_text.h"

namespace test {

inline app::SpannedText typed(const QString& text) { return app::SpannedText(text, app::Origin::Typed); }

} // namespace test
