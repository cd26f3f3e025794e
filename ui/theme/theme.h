// theme.h: how the whole program looks: the flat style with one of two palettes, and icons in the ink's
// colour.
// Threads: GUI thread only. One per program, made by the main window.
#pragma once

#include "app/preferences/preferences.h"
#include "ui/theme/colours.h"

#include <QIcon>
#include <QObject>

namespace ui {

class Theme : public QObject {
    Q_OBJECT

public:
    // Remembers the desktop's own palette, to tell whether "system" means light or dark.
    explicit Theme(QObject* parent = nullptr);

    void apply(app::Theme choice); // emits changed() if the colours are others
    [[nodiscard]] const Colours& colours() const { return *m_colours; }
    // `:/icons/<name>.svg`, drawn in the current ink. Icons are to be asked for again after changed().
    [[nodiscard]] QIcon icon(const QString& name) const;

signals:
    void changed();

private:
    bool m_systemIsDark = false;
    const Colours* m_colours = nullptr;
};

} // namespace ui
