#include "ui/window/message_bar.h"

#include <QAccessible>
#include <QBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStyle>
#include <QToolButton>

namespace ui {

MessageBar::MessageBar(QWidget* parent)
    : QWidget(parent)
    , m_message(new QLabel)
    , m_details(new QLabel)
    , m_detailsButton(new QPushButton(tr("Details")))
    , m_action(new QPushButton) {
    setObjectName(QStringLiteral("messageBar"));
    setAttribute(Qt::WA_StyledBackground);
    m_message->setObjectName(QStringLiteral("messageText"));
    m_message->setTextFormat(Qt::PlainText);
    m_message->setWordWrap(true);
    m_details->setTextFormat(Qt::PlainText);
    m_details->setWordWrap(true);
    m_details->setProperty("quiet", true);
    m_details->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_detailsButton->setCheckable(true);
    m_detailsButton->setFlat(true);
    m_action->setObjectName(QStringLiteral("messageAction"));
    auto* close = new QToolButton;
    close->setText(QStringLiteral("✕"));
    close->setAutoRaise(true);
    close->setAccessibleName(tr("Close this message"));
    close->setToolTip(tr("Close this message"));
    auto* row = new QHBoxLayout;
    row->addWidget(m_message, 1);
    row->addWidget(m_detailsButton);
    row->addWidget(m_action);
    row->addWidget(close);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(14, 6, 8, 6);
    layout->setSpacing(4);
    layout->addLayout(row);
    layout->addWidget(m_details);
    connect(close, &QToolButton::clicked, this, &MessageBar::dismiss);
    connect(m_detailsButton, &QPushButton::toggled, m_details, &QWidget::setVisible);
    connect(m_action, &QPushButton::clicked, this, [this] {
        const auto run = m_run;
        dismiss();
        if (run) {
            run();
        }
    });
    for (QWidget* const part : std::initializer_list<QWidget*>{m_details, m_detailsButton, m_action, this}) {
        part->hide();
    }
}

void MessageBar::show(Kind kind, const QString& message, const QString& details, const Action& action) {
    m_kind = kind;
    m_message->setText(message);
    m_details->setText(details);
    m_details->hide();
    m_detailsButton->setChecked(false);
    m_detailsButton->setVisible(!details.isEmpty());
    m_action->setText(action.label);
    m_action->setVisible(!action.label.isEmpty());
    m_run = action.run;
    setProperty("problem", kind == Kind::Problem);
    style()->unpolish(this);
    style()->polish(this);
    setVisible(true);
    QAccessibleEvent event(m_message, QAccessible::Alert);
    QAccessible::updateAccessibility(&event);
}

void MessageBar::dismiss() {
    if (isHidden()) {
        return;
    }
    hide();
    m_run = {};
    emit dismissed();
}

QString MessageBar::message() const { return isHidden() ? QString() : m_message->text(); }

} // namespace ui
