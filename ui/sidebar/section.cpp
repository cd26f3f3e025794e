#include "ui/sidebar/section.h"

#include <QBoxLayout>
#include <QToolButton>

namespace ui {

Section::Section(const QString& title, bool isOpen, QWidget* parent)
    : QWidget(parent)
    , m_heading(new QToolButton)
    , m_content(new QWidget)
    , m_body(new QVBoxLayout(m_content)) {
    m_heading->setText(title);
    m_heading->setCheckable(true);
    m_heading->setAutoRaise(true);
    m_heading->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_heading->setObjectName(QStringLiteral("sectionHeading"));
    m_heading->setFocusPolicy(Qt::TabFocus);
    m_heading->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    m_body->setContentsMargins(0, 4, 0, 10);
    m_body->setSpacing(6);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_heading);
    layout->addWidget(m_content);
    connect(m_heading, &QToolButton::toggled, this, &Section::setOpen);
    setOpen(isOpen);
}

void Section::setOpen(bool isOpen) {
    m_heading->setChecked(isOpen);
    m_heading->setArrowType(isOpen ? Qt::DownArrow : Qt::RightArrow);
    m_content->setVisible(isOpen);
}

} // namespace ui
