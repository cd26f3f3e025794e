// ink_icon.h: the program's own icons (resources/icons) in an ink of the theme.
// Threads: GUI thread only.
#pragma once

#include <QColor>
#include <QIcon>

namespace ui {

// `:/icons/<name>.svg` for ordinary and dense screens; faded while what it stands for is disabled.
[[nodiscard]] QIcon inkIcon(const QString& name, const QColor& ink);

} // namespace ui
