// elided_label.h: one line of text that takes the room it is given, at its right, and is cut with dots where
// that is too little: whatever it says, nothing beside it moves.
// Threads: GUI thread only.
#pragma once

#include <QLabel>

namespace ui {

class ElidedLabel : public QLabel {
    Q_OBJECT

public:
    explicit ElidedLabel(QWidget* parent = nullptr);

protected:
    void paintEvent(QPaintEvent* event) override;
};

} // namespace ui
