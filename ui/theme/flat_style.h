// flat_style.h: how all controls look: flat grounds, thin outlines, one ring for the keys, no bevels, no
// gradients, no pictures on buttons. Fusion lays them out where nothing else is said. All colours come from
// `Colours`; a change of them needs no new style, only a new palette.
//
// What a widget can say of itself:
//   property "quiet" (bool), a label: set back behind what matters; "heading" (bool): the name of a part
//   Qt::WA_StyledBackground: a bar on the window's ground, a hairline above it; property "problem" (bool):
//   about something that failed
// Threads: GUI thread only.
#pragma once

#include "ui/theme/colours.h"

#include <QProxyStyle>

class QStyleOptionMenuItem;

namespace ui {

class FlatStyle final : public QProxyStyle {
    Q_OBJECT

public:
    FlatStyle();

    void setColours(const Colours& colours) { m_colours = &colours; }
    [[nodiscard]] const Colours& colours() const { return *m_colours; }

    using QProxyStyle::polish;
    void polish(QWidget* widget) override;
    using QProxyStyle::unpolish;
    void polish(QApplication* application) override;
    void unpolish(QApplication* application) override;
    // The letters that Alt reaches are underlined while Alt is held; in menus always.
    bool eventFilter(QObject* watched, QEvent* event) override;
    void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                       const QWidget* widget) const override;
    void drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
                     const QWidget* widget) const override;
    void drawComplexControl(ComplexControl control, const QStyleOptionComplex* option, QPainter* painter,
                            const QWidget* widget) const override;
    [[nodiscard]] QRect subControlRect(ComplexControl control, const QStyleOptionComplex* option,
                                       SubControl part, const QWidget* widget) const override;
    [[nodiscard]] QRect subElementRect(SubElement element, const QStyleOption* option,
                                       const QWidget* widget) const override;
    [[nodiscard]] QSize sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& contents,
                                         const QWidget* widget) const override;
    [[nodiscard]] int pixelMetric(PixelMetric metric, const QStyleOption* option,
                                  const QWidget* widget) const override;
    [[nodiscard]] int styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                                QStyleHintReturn* result) const override;
    [[nodiscard]] QIcon standardIcon(StandardPixmap icon, const QStyleOption* option,
                                     const QWidget* widget) const override;
    [[nodiscard]] QPixmap standardPixmap(StandardPixmap pixmap, const QStyleOption* option,
                                         const QWidget* widget) const override;

private:
    // Each returns false for what Fusion should draw. flat_style_parts.cpp
    bool drawPart(PrimitiveElement element, const QStyleOption& option, QPainter& painter,
                  const QWidget* widget) const;
    bool drawSurface(PrimitiveElement element, const QStyleOption& option, QPainter& painter,
                     const QWidget* widget) const;
    bool drawMark(PrimitiveElement element, const QStyleOption& option, QPainter& painter) const;
    void drawButton(const QStyleOption& option, QPainter& painter) const;
    void drawToolButton(const QStyleOption& option, QPainter& painter) const;
    void drawField(const QStyleOption& option, const QRect& rect, QPainter& painter, bool hasKeys) const;
    void drawIndicator(const QStyleOption& option, QPainter& painter, bool isRound) const;
    // flat_style_bars.cpp
    bool drawBar(ControlElement element, const QStyleOption& option, QPainter& painter) const;
    void drawMenuItem(const QStyleOptionMenuItem& item, QPainter& painter) const;
    void drawTab(const QStyleOption& option, QPainter& painter) const;
    void drawHeader(const QStyleOption& option, QPainter& painter) const;
    void drawProgress(const QStyleOption& option, QPainter& painter) const;
    // flat_style_complex.cpp
    void drawWholeToolButton(const QStyleOptionComplex& option, QPainter& painter,
                             const QWidget* widget) const;
    void drawComboBox(const QStyleOptionComplex& option, QPainter& painter) const;
    void drawSpinBox(const QStyleOptionComplex& option, QPainter& painter, const QWidget* widget) const;
    void drawSlider(const QStyleOptionComplex& option, QPainter& painter, const QWidget* widget) const;
    void drawScrollBar(const QStyleOptionComplex& option, QPainter& painter, const QWidget* widget) const;
    void drawGroupBox(const QStyleOptionComplex& option, QPainter& painter, const QWidget* widget) const;
    [[nodiscard]] QRect scrollBarRect(const QStyleOptionComplex& option, SubControl part,
                                      const QWidget* widget) const;

    [[nodiscard]] QColor inkOf(const QStyleOption& option) const; // of marks; faded if disabled

    const Colours* m_colours;
    bool m_showsLetters = false;
};

} // namespace ui
