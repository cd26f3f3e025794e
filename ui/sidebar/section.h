// section.h: a heading that folds its contents away.
// Threads: GUI thread only.
#pragma once

#include <QWidget>

class QBoxLayout;
class QToolButton;

namespace ui {

class Section : public QWidget {
    Q_OBJECT

public:
    explicit Section(const QString& title, bool isOpen = false, QWidget* parent = nullptr);

    [[nodiscard]] QBoxLayout& body() { return *m_body; }
    void setOpen(bool isOpen);

private:
    QToolButton* m_heading;
    QWidget* m_content;
    QBoxLayout* m_body;
};

} // namespace ui
