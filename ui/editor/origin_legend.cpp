#include "ui/editor/origin_legend.h"

#include <QBoxLayout>
#include <QLabel>

namespace ui {

OriginLegend::OriginLegend(QWidget* parent)
    : QWidget(parent)
    , m_names{new QLabel(tr("● yours")), new QLabel(tr("● model")), new QLabel(tr("● edited"))} {
    setObjectName(QStringLiteral("originLegend"));
    setAccessibleName(tr("Colours of the words"));
    setToolTip(tr("The colours of the words on the page: what you typed, what the model wrote, and what you "
                  "changed in the model’s words"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 6, 0);
    row->setSpacing(10);
    for (QLabel* const name : m_names) {
        name->setTextFormat(Qt::PlainText);
        row->addWidget(name);
    }
    row->addStretch(1);
}

void OriginLegend::setColours(const Colours& colours) {
    const std::array inks{colours.ink, colours.generatedInk, colours.editedInk};
    for (std::size_t i = 0; i < m_names.size(); ++i) {
        QPalette palette = m_names[i]->palette();
        palette.setColor(QPalette::WindowText, inks[i]);
        m_names[i]->setPalette(palette);
    }
}

} // namespace ui
