// option_row.h: one number a writer can turn: a name, a slider for the hand and a box for the exact value,
// with a plain explanation. The slider may be left out.
// Threads: GUI thread only.
#pragma once

#include <QString>
#include <QWidget>

class QDoubleSpinBox;
class QSlider;

namespace ui {

struct OptionRange {
    double least = 0;
    double most = 1;
    double step = 0.01;
    int decimals = 2;
    bool hasSlider = false;
};

class OptionRow : public QWidget {
    Q_OBJECT

public:
    // `name` may hold a mnemonic; `help` is the tooltip and the description for screen readers.
    OptionRow(const QString& name, const QString& help, const OptionRange& range, QWidget* parent = nullptr);

    [[nodiscard]] double value() const;
    void setValue(double value); // silent
    void setHelp(const QString& help);
    // What the box says instead of the number at its least value ("off").
    void setLeastText(const QString& text);
    void setSuffix(const QString& suffix);
    [[nodiscard]] QDoubleSpinBox* box() const { return m_box; }

signals:
    void edited(double value); // by the writer

private:
    void moveSlider();

    QDoubleSpinBox* m_box;
    QSlider* m_slider = nullptr;
};

} // namespace ui
