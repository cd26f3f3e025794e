#include "app/version.h"

namespace app {

QString version() { return QStringLiteral(INKGATE_VERSION); }

} // namespace app
