// origin_legend.h: what the colours of the words on the page mean, in these colours.
// Threads: GUI thread only.
#pragma once

#include "ui/theme/colours.h"

#include <QWidget>

#include <array>

class QLabel;

namespace ui {

class OriginLegend : public QWidget {
    Q_OBJECT

public:
    explicit OriginLegend(QWidget* parent = nullptr);

    void setColours(const Colours& colours);

private:
    std::array<QLabel*, 3> m_names; // typed, generated, edited
};

} // namespace ui
