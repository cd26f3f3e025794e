#include "ui/window/help_dialogs.h"

#include "ui/window/actions.h"

#include <QAction>
#include <QCoreApplication>
#include <QDialog>
#include <QDialogButtonBox>
#include <QGridLayout>
#include <QLabel>
#include <QMenu>
#include <QScrollArea>

#include <algorithm>

namespace ui {

namespace {

QString words(QString text) { return text.remove(u'&').remove(QChar(0x2026)); }

class ShortcutsDialog : public QDialog {
    Q_DECLARE_TR_FUNCTIONS(ui::ShortcutsDialog)

public:
    ShortcutsDialog(const Actions& actions, QWidget& parent)
        : QDialog(&parent) {
        setAttribute(Qt::WA_DeleteOnClose);
        setWindowTitle(tr("Keyboard shortcuts"));
        auto* list = new QWidget;
        m_grid = new QGridLayout(list);
        m_grid->setColumnStretch(1, 1);
        m_grid->setHorizontalSpacing(24);
        for (const QMenu* const menu : actions.menus) {
            addHeading(words(menu->title()));
            for (const QAction* const action : menu->actions()) {
                if (!action->shortcuts().isEmpty()) {
                    add(action->shortcuts(), words(action->text()));
                }
            }
        }
        addHeading(tr("While a suggestion is shown"));
        addText(tr("Tab"), tr("Takes all of it"));
        addText(tr("Ctrl+Right"), tr("Takes its next word"));
        addText(tr("Esc"), tr("Lets it go, as anything else but its own letters"));
        addHeading(tr("In the heatmap"));
        addText(tr("Arrow keys"), tr("From token to token and layer to layer"));
        addText(tr("Enter"), tr("The channels of the layer"));
        addText(tr("Esc"), tr("Lets the token go, then back to all layers"));
        addText(tr("Wheel, Shift+wheel"), tr("Zoom, scroll"));
        auto* scroll = new QScrollArea;
        scroll->setWidget(list);
        scroll->setWidgetResizable(true);
        scroll->setFrameShape(QFrame::NoFrame);
        auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
        connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
        auto* layout = new QVBoxLayout(this);
        layout->addWidget(scroll, 1);
        layout->addWidget(buttons);
        resize(600, 640);
    }

private:
    void addHeading(const QString& text) {
        auto* heading = new QLabel(text);
        heading->setObjectName(QStringLiteral("sidebarHeading"));
        heading->setContentsMargins(0, m_row > 0 ? 12 : 0, 0, 2);
        m_grid->addWidget(heading, m_row++, 0, 1, 2);
    }
    void add(const QList<QKeySequence>& keys, const QString& does) {
        QStringList names;
        // The platform's further keys (F16 for Copy on some keyboards) would only bury the ones people use.
        for (const QKeySequence& key : keys.first(std::min<qsizetype>(2, keys.size()))) {
            names.append(key.toString(QKeySequence::NativeText));
        }
        addText(names.join(QStringLiteral(", ")), does);
    }
    void addText(const QString& keys, const QString& does) {
        m_grid->addWidget(new QLabel(keys), m_row, 0);
        m_grid->addWidget(new QLabel(does), m_row++, 1);
    }

    QGridLayout* m_grid = nullptr;
    int m_row = 0;
};

} // namespace

void showShortcuts(const Actions& actions, QWidget& parent) {
    (new ShortcutsDialog(actions, parent))->show();
}

} // namespace ui
