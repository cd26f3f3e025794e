// reading_edge.h: a thin dashed line across the page above the words with which the model begins to read.
// It lies on the page, takes no clicks, and is there only while a limit leaves something out.
// Threads: GUI thread only.
#pragma once

#include <QColor>
#include <QWidget>

#include <optional>

namespace ui {

class StoryEditor;

class ReadingEdge : public QWidget {
    Q_OBJECT

public:
    explicit ReadingEdge(StoryEditor& editor);

    void setPlace(std::optional<qsizetype> place); // in the story
    [[nodiscard]] std::optional<qsizetype> place() const { return m_place; }
    void setInk(const QColor& ink);

protected:
    void paintEvent(QPaintEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void settle();

    StoryEditor& m_editor;
    std::optional<qsizetype> m_place;
    QColor m_ink;
};

} // namespace ui
