// appearance_page.h: how the page and the window look.
// Threads: GUI thread only.
#pragma once

#include "app/preferences/preferences.h"

#include <QWidget>

class QAction;
class QCheckBox;
class QComboBox;
class QSpinBox;

namespace ui {

class OriginLegend;
struct Colours;

class AppearancePage : public QWidget {
    Q_OBJECT

public:
    AppearancePage(app::Preferences& preferences, QAction& toolBar, QWidget* parent = nullptr);

    void setColours(const Colours& colours);

private:
    void build();
    void show();
    void change(void (*part)(app::Appearance& appearance, const AppearancePage& page));

    app::Preferences& m_preferences;
    QAction& m_toolBar;
    QComboBox* m_theme;
    QComboBox* m_face;
    QSpinBox* m_size;
    QSpinBox* m_measure;
    QCheckBox* m_origins;
    OriginLegend* m_legend;
    QCheckBox* m_showsToolBar;
};

} // namespace ui
