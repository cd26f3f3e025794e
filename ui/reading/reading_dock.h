// reading_dock.h: the panel "What the model reads": the prompt of the next continuation at the cursor, part
// by part with its tokens, why each part is there, and word for word; how much of it is new to the model, and
// how much of the story it shall read.
// Threads: GUI thread only.
#pragma once

#include "ui/theme/colours.h"

#include <QDockWidget>

class QComboBox;
class QLabel;
class QSpinBox;
class QTreeWidget;
class QTreeWidgetItem;

namespace app {
class ReadingPreview;
class StoryReading;
} // namespace app

namespace ui {

class PromptView;

class ReadingDock : public QDockWidget {
    Q_OBJECT

public:
    ReadingDock(app::ReadingPreview& preview, app::StoryReading& reading, QWidget* parent = nullptr);

    void setColours(const Colours& colours);
    [[nodiscard]] PromptView& view() { return *m_view; }
    // The first row, for the keys.
    void takeFocus();

signals:
    void editWanted();   // memory, note or lorebook
    void memoryWanted(); // each of them
    void noteWanted();
    void entryWanted(qsizetype entry);    // of the lorebook
    void placeWanted(qsizetype position); // in the story

private:
    QWidget* buildLimit();
    void showLimit();
    void changeLimit();
    void fill();
    void addPart(qsizetype number);
    void addLeftOut();
    void activate(const QTreeWidgetItem* item);
    [[nodiscard]] QIcon mark(bool isStory) const;

    app::ReadingPreview& m_preview;
    app::StoryReading& m_reading;
    QComboBox* m_limitKind;
    QSpinBox* m_limit;
    QLabel* m_limitHint;
    QLabel* m_summary;
    QTreeWidget* m_parts;
    PromptView* m_view;
    Colours m_colours;
};

} // namespace ui
