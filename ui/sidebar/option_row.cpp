#include "ui/sidebar/option_row.h"

#include "ui/sidebar/number_box.h"

#include <QGridLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSlider>
#include <QWheelEvent>

#include <cmath>

namespace ui {

namespace {

constexpr int kFrameAndArrows = 36;

// A wheel over a panel scrolls the panel; it must not turn the numbers it passes over.
template <class Widget> class Steady : public Widget {
public:
    using Widget::Widget;

protected:
    void wheelEvent(QWheelEvent* event) override {
        if (this->hasFocus()) {
            Widget::wheelEvent(event);
        } else {
            event->ignore();
        }
    }
};

} // namespace

OptionRow::OptionRow(const QString& name, const QString& help, const OptionRange& range, QWidget* parent)
    : QWidget(parent)
    , m_box(new Steady<NumberBox>) {
    const QString plainName = QString(name).remove(u'&');
    auto* label = new QLabel(name);
    label->setBuddy(m_box);
    m_box->setRange(range.least, range.most);
    m_box->setSingleStep(range.step);
    m_box->setDecimals(range.decimals);
    m_box->setKeyboardTracking(false);
    m_box->setFocusPolicy(Qt::StrongFocus);
    m_box->setAlignment(Qt::AlignRight);
    // Room for the longest text beside the frame and the arrows, all boxes alike.
    m_box->setFixedWidth(m_box->fontMetrics().horizontalAdvance(QStringLiteral("00000 tokens")) +
                         kFrameAndArrows);
    m_box->setAccessibleName(plainName);
    auto* layout = new QGridLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setVerticalSpacing(0);
    layout->setColumnStretch(0, 1);
    layout->addWidget(label, 0, 0);
    layout->addWidget(m_box, 0, 1);
    if (range.hasSlider) {
        m_slider = new Steady<QSlider>(Qt::Horizontal);
        m_slider->setRange(0, static_cast<int>(std::lround((range.most - range.least) / range.step)));
        m_slider->setFocusPolicy(Qt::StrongFocus);
        m_slider->setAccessibleName(plainName);
        layout->addWidget(m_slider, 1, 0, 1, 2);
        connect(m_slider, &QSlider::valueChanged, this, [this](int steps) {
            m_box->setValue(m_box->minimum() + steps * m_box->singleStep()); // reports itself
        });
    }
    connect(m_box, &QDoubleSpinBox::valueChanged, this, [this](double value) {
        moveSlider();
        emit edited(value);
    });
    setHelp(help);
    setValue(range.least);
}

void OptionRow::setHelp(const QString& help) {
    setToolTip(help);
    m_box->setAccessibleDescription(help);
    if (m_slider != nullptr)
        m_slider->setAccessibleDescription(help);
}

double OptionRow::value() const { return m_box->value(); }

void OptionRow::setValue(double value) {
    const QSignalBlocker quiet(m_box);
    m_box->setValue(value);
    moveSlider();
}

void OptionRow::setLeastText(const QString& text) { m_box->setSpecialValueText(text); }
void OptionRow::setSuffix(const QString& suffix) { m_box->setSuffix(suffix); }

void OptionRow::moveSlider() {
    if (m_slider != nullptr) {
        const QSignalBlocker quiet(m_slider);
        m_slider->setValue(
            static_cast<int>(std::lround((m_box->value() - m_box->minimum()) / m_box->singleStep())));
    }
}

} // namespace ui
