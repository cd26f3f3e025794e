// number_box.h: a box for a number in which point and comma both begin the decimals, whatever the system's
// language is: a number copied from a page or typed by habit must not become another one.
// Threads: GUI thread only.
#pragma once

#include <QDoubleSpinBox>

namespace ui {

class NumberBox : public QDoubleSpinBox {
    Q_OBJECT

public:
    using QDoubleSpinBox::QDoubleSpinBox;

    QValidator::State validate(QString& text, int& position) const override;
    double valueFromText(const QString& text) const override;
    void fixup(QString& text) const override;

private:
    [[nodiscard]] bool holdsPoint(const QString& text) const;
    [[nodiscard]] QString cleanOf(const QString& text) const; // without prefix and suffix
    [[nodiscard]] QString inOwnLocale(QString text) const;
};

} // namespace ui
