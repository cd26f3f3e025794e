// look_strip.h: beside the scroll bar, the whole book from top to bottom, and in it the passages that a model
// looked back at: a column for each sparse block, stronger where more of its heads chose a passage.
// Threads: GUI thread only.
#pragma once

#include "app/runs/looking_back.h"
#include "ui/theme/colours.h"

#include <QWidget>

namespace ui {

class StoryEditor;

class LookStrip : public QWidget {
    Q_OBJECT

public:
    static constexpr int kMostColumns = 8; // more blocks share them

    explicit LookStrip(StoryEditor& editor);

    void setColours(const Colours& colours);
    // `from`: where the token stands; `length`: of the story, in units. Shows it.
    void show(const app::LooksBack& looks, qsizetype from, qsizetype length);
    [[nodiscard]] int columns() const;
    // Of a place in the story, in pixels from the top.
    [[nodiscard]] double heightOf(qsizetype place) const;

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void settle();

    StoryEditor& m_editor;
    app::LooksBack m_looks;
    qsizetype m_from = 0;
    qsizetype m_length = 0;
    Colours m_colours;
};

} // namespace ui
