// lore_files.h: lorebooks that come in from files, and the story's own that goes out into one; asks which
// file. Reading and writing happen in the storage thread.
// Threads: GUI thread only.
#pragma once

#include "app/reading/reading_settings.h"

#include <QObject>
#include <QString>

class QWidget;

namespace app {
class ProjectController;
class StoryReading;
} // namespace app

namespace ui {

class LoreFiles : public QObject {
    Q_OBJECT

public:
    // `page`: where the dialogs belong; owns this.
    LoreFiles(app::StoryReading& reading, app::ProjectController& project, QWidget& page);

    // Ends in read() or failed(), unless another file was asked for meanwhile.
    void importFrom(const QString& path);
    // ".json" is added if the name has no ending.
    void exportTo(const QString& path);
    void askForImport();
    void askForExport();

signals:
    // `notice`: one sentence for the writer, or empty.
    void read(const app::Lorebook& book, const QString& notice);
    void failed(const QString& problem); // one sentence

private:
    app::StoryReading& m_reading;
    app::ProjectController& m_project;
    QWidget& m_page;
    QString m_importing; // the file that is being read
};

} // namespace ui
