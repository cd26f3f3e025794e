#include "ui/window/message_bar.h"

#include <QAccessible>
#include <QBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>

namespace ui {

MessageBar::MessageBar(QWidget* parent)
    : QWidget(parent)
    , m_message(new QLabel)
    , m_details(new QLabel)
    , m_detailsButton(new QPushButton(tr("Details"))) {
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
    for (QPushButton*& action : m_actions) {
        action = new QPushButton;
    }
    m_actions[0]->setObjectName(QStringLiteral("messageAction"));
    m_actions[1]->setObjectName(QStringLiteral("messageOtherAction"));
    auto* close = new QToolButton;
    close->setText(QStringLiteral("✕"));
    close->setAutoRaise(true);
    close->setAccessibleName(tr("Close this message"));
    close->setToolTip(tr("Close this message"));
    auto* row = new QHBoxLayout;
    row->addWidget(m_message, 1);
    row->addWidget(m_detailsButton);
    for (QPushButton* const action : m_actions) {
        row->addWidget(action);
    }
    row->addWidget(close);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(14, 6, 8, 6);
    layout->setSpacing(4);
    layout->addLayout(row);
    layout->addWidget(m_details);
    connect(close, &QToolButton::clicked, this, &MessageBar::dismiss);
    connect(m_detailsButton, &QPushButton::toggled, m_details, &QWidget::setVisible);
    for (std::size_t i = 0; i < m_actions.size(); ++i) {
        connect(m_actions[i], &QPushButton::clicked, this, [this, i] {
            const QList<Action> actions = messageOf(topic()).actions;
            // What it is about goes with its cause, not with the first try.
            if (topic() == Topic::Passing) {
                dismiss();
            }
            if (static_cast<qsizetype>(i) < actions.size() && actions[static_cast<qsizetype>(i)].run) {
                actions[static_cast<qsizetype>(i)].run();
            }
        });
    }
    for (QWidget* const part :
         std::initializer_list<QWidget*>{m_details, m_detailsButton, m_actions[0], m_actions[1], this}) {
        part->hide();
    }
    showTop();
}

void MessageBar::show(Kind kind, const QString& message, const QString& details, const Action& action) {
    show(Topic::Passing,
         {kind, message, details, action.label.isEmpty() ? QList<Action>() : QList<Action>{action}});
}

void MessageBar::show(Topic topic, const Message& message) {
    const Message& old = messageOf(topic);
    const bool isNew = !m_order.contains(topic) || old.text != message.text || old.details != message.details;
    messageOf(topic) = message;
    if (!isNew) {
        return;
    }
    m_order.removeAll(topic);
    m_order.append(topic);
    showTop();
}

void MessageBar::clear(Topic topic) {
    const bool wasShown = !m_order.isEmpty() && m_order.last() == topic;
    m_order.removeAll(topic);
    messageOf(topic) = {};
    if (wasShown) {
        showTop();
    }
}

void MessageBar::showTop() {
    if (m_order.isEmpty()) {
        hide();
        return;
    }
    const Message& message = messageOf(m_order.last());
    m_message->setText(message.text);
    m_details->setText(message.details);
    m_details->hide();
    m_detailsButton->setChecked(false);
    m_detailsButton->setVisible(!message.details.isEmpty());
    for (std::size_t i = 0; i < m_actions.size(); ++i) {
        const bool isUsed = static_cast<qsizetype>(i) < message.actions.size();
        m_actions[i]->setText(isUsed ? message.actions[static_cast<qsizetype>(i)].label : QString());
        m_actions[i]->setVisible(isUsed);
    }
    setProperty("problem", message.kind == Kind::Problem);
    update();
    setVisible(true);
    QAccessibleEvent event(m_message, QAccessible::Alert);
    QAccessible::updateAccessibility(&event);
}

void MessageBar::dismiss() {
    if (m_order.isEmpty()) {
        return;
    }
    clear(m_order.last());
    emit dismissed();
}

QString MessageBar::message() const { return m_order.isEmpty() ? QString() : messageOf(m_order.last()).text; }

MessageBar::Kind MessageBar::kind() const {
    return m_order.isEmpty() ? Kind::Hint : messageOf(m_order.last()).kind;
}

} // namespace ui
