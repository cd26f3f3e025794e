#include "ui/window/panels/dock_title.h"

#include <QApplication>
#include <QBoxLayout>
#include <QDockWidget>
#include <QLabel>
#include <QPainter>
#include <QStyle>
#include <QToolButton>

namespace ui {

namespace {

constexpr int kMarkWidth = 3;

} // namespace

DockTitle::DockTitle(QDockWidget& dock)
    : QWidget(&dock)
    , m_dock(dock)
    , m_name(new QLabel)
    , m_close(new QToolButton) {
    setObjectName(QStringLiteral("dockTitle"));
    m_name->setProperty("heading", true);
    m_name->setTextFormat(Qt::PlainText);
    m_close->setObjectName(QStringLiteral("dockClose"));
    m_close->setAutoRaise(true);
    m_close->setText(QStringLiteral("✕"));
    m_close->setFocusPolicy(Qt::TabFocus);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(14, 4, 6, 4);
    row->setSpacing(4);
    row->addWidget(m_name, 1);
    row->addWidget(m_close);
    rename(dock.windowTitle());
    connect(&dock, &QWidget::windowTitleChanged, this, &DockTitle::rename);
    connect(m_close, &QToolButton::clicked, &dock, &QWidget::close);
    connect(qApp, &QApplication::focusChanged, this, [this](const QWidget*, const QWidget* now) {
        const bool hasKeys = now != nullptr && (now == &m_dock || m_dock.isAncestorOf(now));
        if (hasKeys != m_hasKeys) {
            m_hasKeys = hasKeys;
            update();
        }
    });
    dock.setTitleBarWidget(this);
}

void DockTitle::rename(const QString& name) {
    m_name->setText(name);
    m_close->setAccessibleName(tr("Close the panel “%1”").arg(name));
    m_close->setToolTip(tr("Closes this panel"));
}

void DockTitle::paintEvent(QPaintEvent* /*event*/) {
    QPainter painter(this);
    if (m_hasKeys)
        painter.fillRect(QRect(0, 0, kMarkWidth, height()), palette().color(QPalette::Link));
}

} // namespace ui
