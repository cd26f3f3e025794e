// versions_dialog.h: the versions of the story: their list, how one differs from the text of now, and what
// can be done with it. Stays open beside the story.
// Threads: GUI thread only; texts are read by the storage thread and compared in Qt's pool.
#pragma once

#include "app/app_context.h"
#include "app/versions/story_version.h"
#include "ui/theme/colours.h"
#include "ui/versions/version_comparison.h"

#include <QDialog>
#include <QFutureWatcher>

#include <memory>
#include <optional>
#include <stop_token>

class QLabel;
class QListWidget;
class QPushButton;

namespace ui {

class DifferenceView;

class VersionsDialog : public QDialog {
    Q_OBJECT

public:
    explicit VersionsDialog(const app::AppContext& context, QWidget* parent = nullptr);
    ~VersionsDialog() override;

    void setColours(const Colours& colours);
    void open() override;
    // Asks for a name and keeps the text as it is now under it.
    void keepNamed();

private:
    void build();
    void connectParts();
    void showList(const app::VersionList& list);
    void readSelected();
    void compare(const app::SpannedText& version);
    void showComparison();
    void restore(bool isWhole);
    void rename();
    void saveAs();
    void remove();
    void openKeeping();
    void refreshButtons();
    [[nodiscard]] const app::StoryVersion* selected() const;
    void askForName(const QString& title, const QString& name,
                    const std::function<void(const QString&)>& then);

    app::AppContext m_context;
    QList<app::StoryVersion> m_versions;
    std::optional<app::SpannedText> m_text; // of the selected version
    app::VersionId m_read = 0;              // whose text that is, or will be
    app::VersionId m_removed = 0;           // last, can be brought back
    QString m_problem;                      // of the text
    std::shared_ptr<const VersionComparison> m_comparison;
    std::stop_source m_stop;
    QFutureWatcher<std::optional<VersionComparison>> m_watcher;
    QListWidget* m_list;
    QLabel* m_about;
    DifferenceView* m_view;
    QPushButton* m_sideBySide;
    QPushButton* m_keeping;
    QPushButton* m_keep;
    QPushButton* m_rename;
    QPushButton* m_save;
    QPushButton* m_remove;
    QPushButton* m_bringBack;
    QPushButton* m_restoreSelected;
    QPushButton* m_restore;
};

} // namespace ui
