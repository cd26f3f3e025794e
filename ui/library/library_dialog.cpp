#include "ui/library/library_dialog.h"

#include "ui/library/library_table.h"
#include "ui/library/library_words.h"

#include <QBoxLayout>
#include <QDir>
#include <QFileDialog>
#include <QHeaderView>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMessageBox>
#include <QProgressBar>
#include <QPushButton>
#include <QShortcut>
#include <QTreeView>

namespace ui {

namespace {

constexpr QSize kFirstSize(900, 560);

QString shownFolder(const QString& folder) {
    const QString home = QDir::homePath();
    return folder.startsWith(home + u'/') ? u'~' + folder.mid(home.size()) : folder;
}

} // namespace

LibraryDialog::LibraryDialog(app::ModelLibrary& library, QWidget* parent)
    : QDialog(parent)
    , m_library(library)
    , m_table(new LibraryTable(library, this))
    , m_rows(new LibrarySearch(this))
    , m_search(new QLineEdit)
    , m_list(new QTreeView)
    , m_name(new QLabel)
    , m_goodFor(new QLabel)
    , m_bar(new QProgressBar)
    , m_status(new QLabel)
    , m_note(new QLabel)
    , m_paste(new QPushButton(tr("From an &address…")))
    , m_catalogue(new QPushButton(tr("Catalog&ue")))
    , m_act(new QPushButton(tr("&Download")))
    , m_remove(new QPushButton(tr("&Remove…"))) {
    m_rows->setSourceModel(m_table);
    build();
    connectParts();
    refresh();
}

void LibraryDialog::build() {
    setWindowTitle(tr("Get models"));
    setObjectName(QStringLiteral("libraryDialog"));
    setModal(false);
    resize(kFirstSize);
    m_search->setObjectName(QStringLiteral("librarySearch"));
    m_search->setPlaceholderText(tr("Search: a name, a language, a use"));
    m_search->setAccessibleName(tr("Search"));
    m_search->setClearButtonEnabled(true);
    m_paste->setObjectName(QStringLiteral("libraryPaste"));
    m_paste->setToolTip(tr("Downloads a model file whose address you have"));
    m_catalogue->setObjectName(QStringLiteral("libraryCatalogue"));
    auto* const menu = new QMenu(m_catalogue);
    menu->addAction(tr("From a &file…"), this, &LibraryDialog::askForCatalogueFile);
    menu->addAction(tr("From an &address…"), this, [this] {
        askForAddress(tr("A catalogue from an address"), tr("Address of the catalogue:"),
                      [this](const QString& address) { m_library.useCatalogueAt(address); });
    });
    menu->addAction(tr("The one that came with &Inkgate"), &m_library,
                    &app::ModelLibrary::useBuiltInCatalogue);
    m_catalogue->setMenu(menu);
    m_list->setObjectName(QStringLiteral("libraryList"));
    m_list->setAccessibleName(tr("Models"));
    m_list->setModel(m_rows);
    m_list->setRootIsDecorated(false);
    m_list->setUniformRowHeights(true);
    m_list->setAllColumnsShowFocus(true);
    m_list->setSortingEnabled(true);
    m_list->sortByColumn(LibraryTable::Size, Qt::AscendingOrder);
    QHeaderView* const header = m_list->header();
    header->setStretchLastSection(true);
    header->setSectionsMovable(false);
    const QFontMetrics metrics = m_list->fontMetrics();
    const int digit = metrics.averageCharWidth();
    for (const auto& [column, characters] : {std::pair{LibraryTable::Name, 54},
                                             {LibraryTable::Size, 13},
                                             {LibraryTable::Memory, 21},
                                             {LibraryTable::Speed, 18},
                                             {LibraryTable::Languages, 17}})
        header->resizeSection(column, characters * digit);
    auto* const top = new QHBoxLayout;
    top->addWidget(m_search, 1);
    top->addWidget(m_paste);
    top->addWidget(m_catalogue);
    auto* const close = new QPushButton(tr("&Close"));
    connect(close, &QPushButton::clicked, this, &QDialog::close);
    m_act->setObjectName(QStringLiteral("libraryAct"));
    m_remove->setObjectName(QStringLiteral("libraryRemove"));
    auto* const where = new QLabel(tr("Models are kept in %1.").arg(shownFolder(m_library.folder())));
    where->setProperty("quiet", true);
    where->setTextFormat(Qt::PlainText);
    where->setWordWrap(true);
    auto* const buttons = new QHBoxLayout;
    buttons->addWidget(where, 1);
    buttons->addWidget(m_remove);
    buttons->addWidget(m_act);
    buttons->addWidget(close);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(18, 16, 18, 14);
    layout->setSpacing(10);
    layout->addLayout(top);
    layout->addWidget(m_list, 1);
    layout->addWidget(buildDetails());
    layout->addLayout(buttons);
    for (QPushButton* const button : findChildren<QPushButton*>())
        button->setAutoDefault(false);
}

QWidget* LibraryDialog::buildDetails() {
    m_name->setObjectName(QStringLiteral("libraryName"));
    QFont bold = m_name->font();
    bold.setBold(true);
    m_name->setFont(bold);
    m_goodFor->setObjectName(QStringLiteral("libraryGoodFor"));
    m_status->setObjectName(QStringLiteral("libraryStatus"));
    m_note->setObjectName(QStringLiteral("libraryNote"));
    for (QLabel* const label : {m_name, m_goodFor, m_status, m_note}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
        label->setAlignment(Qt::AlignLeft | Qt::AlignTop);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    }
    // No jumping when they fill.
    m_goodFor->setMinimumHeight(m_goodFor->fontMetrics().lineSpacing());
    m_status->setMinimumHeight(2 * m_status->fontMetrics().lineSpacing());
    m_bar->setRange(0, 1000);
    m_bar->setTextVisible(false);
    m_bar->setAccessibleName(tr("Progress of the download"));
    QSizePolicy size = m_bar->sizePolicy();
    size.setRetainSizeWhenHidden(true);
    m_bar->setSizePolicy(size);
    m_note->hide();
    auto* const details = new QWidget;
    auto* const layout = new QVBoxLayout(details);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(m_name);
    layout->addWidget(m_goodFor);
    layout->addWidget(m_bar);
    layout->addWidget(m_status);
    layout->addWidget(m_note);
    return details;
}

void LibraryDialog::connectParts() {
    connect(m_search, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_rows->setWords(text);
        if (!m_list->currentIndex().isValid() && m_rows->rowCount() > 0)
            m_list->setCurrentIndex(m_rows->index(0, 0));
        refresh();
    });
    connect(m_search, &QLineEdit::returnPressed, m_list, [this] { m_list->setFocus(); });
    connect(m_list->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &LibraryDialog::refresh);
    connect(m_list, &QTreeView::activated, this, &LibraryDialog::act);
    connect(m_table, &QAbstractItemModel::dataChanged, this, &LibraryDialog::refresh);
    connect(m_table, &QAbstractItemModel::rowsRemoved, this, &LibraryDialog::refresh);
    connect(m_table, &QAbstractItemModel::modelReset, this, &LibraryDialog::refresh);
    connect(m_act, &QPushButton::clicked, this, &LibraryDialog::act);
    connect(m_remove, &QPushButton::clicked, this, &LibraryDialog::askToRemove);
    auto* const remove = new QShortcut(QKeySequence::Delete, m_list, this, &LibraryDialog::askToRemove);
    remove->setContext(Qt::WidgetShortcut);
    connect(m_paste, &QPushButton::clicked, this, [this] {
        askForAddress(tr("A model from an address"),
                      tr("Address of the model’s file (it begins with https://):"),
                      [this](const QString& address) { getPasted(address); });
    });
    connect(&m_library, &app::ModelLibrary::catalogueChanged, this, &LibraryDialog::tellCatalogue);
    connect(&m_library, &app::ModelLibrary::catalogueFailed, this, &LibraryDialog::say);
    connect(&m_library, &app::ModelLibrary::removeFailed, this, &LibraryDialog::say);
}

void LibraryDialog::open() {
    show();
    raise();
    activateWindow();
    m_library.open();
    if (!selected() && m_rows->rowCount() > 0)
        m_list->setCurrentIndex(m_rows->index(0, 0));
    m_list->setFocus();
}

void LibraryDialog::select(const QString& name) {
    const QModelIndex index = m_rows->mapFromSource(m_table->index(m_table->rowOf(name), 0));
    if (!index.isValid())
        return;
    m_list->setCurrentIndex(index);
    m_list->scrollTo(index);
}

const LibraryRow* LibraryDialog::selected() const {
    const QModelIndex index = m_list->currentIndex();
    return index.isValid() ? m_table->row(m_rows->mapToSource(index).row()) : nullptr;
}

void LibraryDialog::refresh() { showRow(selected()); }

void LibraryDialog::showRow(const LibraryRow* row) {
    using app::DownloadState;
    m_act->setEnabled(row != nullptr);
    m_remove->setEnabled(row && row->status);
    m_name->setText(row                      ? row->name()
                    : m_rows->rowCount() > 0 ? QString()
                                             : tr("No model has all of these words."));
    m_goodFor->setText(row ? row->model.goodFor : QString());
    const bool isComplete = row && row->status && row->status->state == DownloadState::Complete;
    m_bar->setVisible(row && row->status && !isComplete);
    if (!row || !row->status) {
        m_act->setText(tr("&Download"));
        const bool isTooLarge = row && row->estimate.fit == app::MemoryFit::TooLarge;
        m_status->setText(isTooLarge ? tr("It needs more memory than is free on this computer now.")
                                     : QString());
        return;
    }
    const app::DownloadStatus& status = *row->status;
    m_act->setText(isComplete                              ? tr("&Write with it")
                   : status.isActive()                     ? tr("&Pause")
                   : status.state == DownloadState::Failed ? tr("&Try again")
                                                           : tr("&Go on"));
    m_status->setText(progressWords(status));
    m_bar->setValue(status.total > 0 ? int(1000 * status.have / status.total) : 0);
}

void LibraryDialog::act() {
    const LibraryRow* const row = selected();
    if (!row)
        return;
    say({});
    if (!row->status)
        m_library.get(row->model);
    else if (row->status->state == app::DownloadState::Complete) {
        emit modelWanted(row->status->path);
        close();
    } else if (row->status->isActive())
        m_library.pause(row->name());
    else if (findModel(m_library.catalogue(), row->name()))
        m_library.get(row->model); // with what the catalogue says of it now
    else
        m_library.goOn(row->name());
}

void LibraryDialog::askToRemove() {
    const LibraryRow* const row = selected();
    if (!row || !row->status)
        return;
    const QString name = row->name();
    auto* const box = new QMessageBox(QMessageBox::NoIcon, tr("Remove a model"),
                                      tr("Delete %1 (%2) from the disk? It can be downloaded again.")
                                          .arg(name, sizeWords(row->status->have)),
                                      QMessageBox::Cancel, this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    QPushButton* const yes = box->addButton(tr("&Delete"), QMessageBox::AcceptRole);
    connect(yes, &QPushButton::clicked, this, [this, name] { m_library.remove(name); });
    box->open();
}

void LibraryDialog::askForAddress(const QString& title, const QString& label,
                                  const std::function<void(const QString&)>& then) {
    auto* const dialog = new QInputDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(title);
    dialog->setLabelText(label);
    dialog->resize(560, dialog->sizeHint().height());
    connect(dialog, &QInputDialog::textValueSelected, this, then);
    dialog->open();
}

void LibraryDialog::getPasted(const QString& address) {
    QString name;
    const QString problem = m_library.getAddress(address, name);
    say(problem);
    if (!problem.isEmpty())
        return;
    m_search->clear();
    select(name);
}

void LibraryDialog::askForCatalogueFile() {
    auto* const dialog = new QFileDialog(this, tr("A catalogue from a file"), QString(),
                                         tr("Catalogues (*.json);;All files (*)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, &m_library, &app::ModelLibrary::useCatalogueFile);
    dialog->open();
}

void LibraryDialog::tellCatalogue() {
    const app::Catalogue& catalogue = m_library.catalogue();
    m_note->setToolTip(catalogue.refused.join(u'\n'));
    if (!catalogue.refused.isEmpty())
        say(tr("%n model(s) left out of the catalogue. ", nullptr, int(catalogue.refused.size())) +
            catalogue.refused.first());
    else
        say(m_library.isBuiltIn()
                ? QString()
                : tr("The catalogue is “%1”, with %n model(s).", nullptr, int(catalogue.models.size()))
                      .arg(catalogue.title));
    if (!selected() && m_rows->rowCount() > 0)
        m_list->setCurrentIndex(m_rows->index(0, 0));
}

void LibraryDialog::say(const QString& note) {
    m_note->setText(note);
    m_note->setVisible(!note.isEmpty());
}

} // namespace ui
