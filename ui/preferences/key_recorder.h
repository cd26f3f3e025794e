// key_recorder.h: a line that takes keys down instead of typing them. Tab and Esc do here what they do
// everywhere.
// Threads: GUI thread only.
#pragma once

#include <QKeySequence>
#include <QLineEdit>

namespace ui {

class KeyRecorder : public QLineEdit {
    Q_OBJECT

public:
    explicit KeyRecorder(QWidget* parent = nullptr);

signals:
    void recorded(const QKeySequence& keys);

protected:
    bool event(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
};

} // namespace ui
