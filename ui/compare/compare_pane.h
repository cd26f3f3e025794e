// compare_pane.h: one side of a comparison: whose text it is, how fast it comes, the text itself behind the
// end of the story, and "Use this one".
// Threads: GUI thread only.
#pragma once

#include "app/document/text_origin.h"
#include "ui/theme/colours.h"
#include "ui/theme/typography.h"

#include <QWidget>

#include <optional>

class QLabel;
class QPushButton;
class QScrollBar;
class QTextEdit;

namespace ui {

class ComparePane : public QWidget {
    Q_OBJECT

public:
    ComparePane(const QString& title, const QString& objectName, QWidget* parent = nullptr);

    void setColours(const Colours& colours);
    void setTypography(const Typography& typography);

    // Empties the pane; `context` is the end of the story, shown before the side's own text.
    void begin(const QString& context);
    void append(const QString& text);
    void setModel(const QString& description);
    void setSpeed(const QString& speed);
    // Positions in the side's own text; nothing takes the mark away.
    void markDifference(std::optional<qsizetype> position);
    void markToken(const std::optional<app::TextRange>& range);
    // Where to scroll to have a position of the side's own text near the top, as far as there is text below
    // it.
    [[nodiscard]] int scrollFor(qsizetype position) const;

    [[nodiscard]] QString text() const { return m_text; }
    [[nodiscard]] std::optional<app::TextRange> difference() const { return m_difference; }
    [[nodiscard]] QScrollBar* scrollBar() const;

signals:
    void useRequested();
    void hovered(std::optional<qsizetype> position); // in the side's own text

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void showMarks();

    QTextEdit* m_page;
    QLabel* m_model;
    QLabel* m_speed;
    QPushButton* m_use;
    Colours m_colours;
    QString m_text;
    int m_contextLength = 0;
    std::optional<app::TextRange> m_difference;
    std::optional<app::TextRange> m_token;
};

} // namespace ui
