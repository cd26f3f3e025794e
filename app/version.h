// version.h: Inkgate's version, said once in the project() of CMakeLists.txt.
#pragma once

#include <QString>

namespace app {

[[nodiscard]] QString version(); // "0.1.0"

} // namespace app
