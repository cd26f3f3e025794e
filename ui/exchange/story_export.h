// story_export.h: asks where and in which format a story goes, and sends it there: to a file or a printer.
// The ending of the name decides the format; a name without one that is known gets that of the chosen filter.
// Threads: GUI thread only; dialogs are windows of their own, nothing waits for them.
#pragma once

#include "app/app_context.h"
#include "app/exchange/story/formatted_story.h"
#include "app/exchange/story_format.h"
#include "ui/exchange/export_job.h"

#include <QFont>
#include <QObject>

#include <functional>
#include <memory>

class QPagedPaintDevice;
class QWidget;

namespace ui {

// A name for a file of this title: without what file systems or other programs do not take.
[[nodiscard]] QString fileNameOf(const QString& title);
// "Text, Word, ... (*.txt *.md ...)": what can be imported, for a file dialog.
[[nodiscard]] QString importFilter();

class StoryExport : public QObject {
    Q_OBJECT

public:
    StoryExport(const app::AppContext& context, QWidget& window);

    void askForFile();
    void askForPrinter();
    // Makes the file in a thread of its own. What is at `path` stays until the new file is whole.
    void send(const QString& path, app::StoryFormat format, const app::StoryDetails& details);

signals:
    void stopped();                      // nothing was written
    void failed(const QString& message); // memory did not suffice, or the printer took no more

private:
    void chosen(const QString& path, app::StoryFormat filtered);
    void write(const QString& path, app::StoryFormat format);
    void sendPdf(const QString& path, const app::StoryDetails& details);
    void paint(const std::shared_ptr<QPagedPaintDevice>& device, const app::StoryDetails& details,
               const QString& problem, const std::function<void()>& done);
    // `problem`: for the writer if it failed.
    void tell(ExportJob::Outcome outcome, const QString& problem, const std::function<void()>& done);
    [[nodiscard]] QString storyKey() const; // what the details are remembered by
    [[nodiscard]] app::StoryDetails proposedDetails() const;
    [[nodiscard]] QFont pageFont() const;

    app::AppContext m_context;
    QWidget& m_window;
};

} // namespace ui
