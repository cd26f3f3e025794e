// preferences_dialog.h: all settings of the program in one place. What is changed is in force at once and
// remembered; there is nothing to confirm.
// Threads: GUI thread only.
#pragma once

#include "app/app_context.h"

#include <QDialog>

class QAction;
class QListWidget;
class QStackedWidget;

namespace ui {

class AppearancePage;
class KeysPage;
class ShortcutSet;
struct Colours;

class PreferencesDialog : public QDialog {
    Q_OBJECT

public:
    // `toolBar` shows the tool bar, `misspelled` underlines misspelled words.
    PreferencesDialog(const app::AppContext& context, ShortcutSet& shortcuts, QAction& toolBar,
                      QAction& misspelled, QWidget* parent = nullptr);

    void open() override; // the window stays usable, so that changes are seen in it
    void setColours(const Colours& colours);
    // A page of its own, the last one.
    void addPage(const QString& name, QWidget* page);
    [[nodiscard]] KeysPage& keysPage() { return *m_keys; }
    [[nodiscard]] int pages() const;
    void showPage(int page);

private:
    QListWidget* m_names;
    QStackedWidget* m_pages;
    AppearancePage* m_appearance;
    KeysPage* m_keys;
};

} // namespace ui
