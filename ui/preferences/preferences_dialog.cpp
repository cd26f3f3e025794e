#include "ui/preferences/preferences_dialog.h"

#include "app/writing/story_writer.h"
#include "ui/preferences/appearance_page.h"
#include "ui/preferences/assistance_page.h"
#include "ui/preferences/keys_page.h"
#include "ui/preferences/writing_page.h"

#include <QBoxLayout>
#include <QDialogButtonBox>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QStackedWidget>

namespace ui {

namespace {

constexpr int kNamesWidth = 140;

} // namespace

PreferencesDialog::PreferencesDialog(const app::AppContext& context, ShortcutSet& shortcuts, QAction& toolBar,
                                     QAction& misspelled, QWidget* parent)
    : QDialog(parent)
    , m_names(new QListWidget)
    , m_pages(new QStackedWidget)
    , m_appearance(new AppearancePage(context.preferences, toolBar))
    , m_keys(new KeysPage(shortcuts)) {
    setWindowTitle(tr("Preferences"));
    setObjectName(QStringLiteral("preferencesDialog"));
    setModal(false);
    m_names->setObjectName(QStringLiteral("preferencesPages"));
    m_names->setAccessibleName(tr("Pages of settings"));
    m_names->setFixedWidth(kNamesWidth);
    m_names->setFrameShape(QFrame::NoFrame);
    m_names->viewport()->setAutoFillBackground(false);
    m_names->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    connect(m_names, &QListWidget::currentRowChanged, m_pages, &QStackedWidget::setCurrentIndex);
    addPage(tr("Appearance"), m_appearance);
    addPage(tr("Writing"), new WritingPage(context.writer));
    addPage(tr("While you write"), new AssistancePage(context.preferences, misspelled));
    addPage(tr("Keys"), m_keys);
    m_names->setCurrentRow(0);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    buttons->button(QDialogButtonBox::Close)->setAutoDefault(false);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);
    auto* row = new QHBoxLayout;
    row->setSpacing(20);
    row->addWidget(m_names);
    row->addWidget(m_pages, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 16, 16, 14);
    layout->setSpacing(14);
    layout->addLayout(row, 1);
    layout->addWidget(buttons);
    resize(760, 560);
}

void PreferencesDialog::addPage(const QString& name, QWidget* page) {
    auto* const sheet = new QWidget;
    auto* const column = new QVBoxLayout(sheet);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(12);
    auto* const heading = new QLabel(name);
    heading->setProperty("heading", true);
    column->addWidget(heading);
    column->addWidget(page, 1);
    m_names->addItem(name);
    m_pages->addWidget(sheet);
}

int PreferencesDialog::pages() const { return m_pages->count(); }

void PreferencesDialog::showPage(int page) { m_names->setCurrentRow(page); }

void PreferencesDialog::setColours(const Colours& colours) { m_appearance->setColours(colours); }

void PreferencesDialog::open() {
    show();
    raise();
    activateWindow();
    m_names->setFocus();
}

} // namespace ui
