#include "ui/reading/lore_page.h"

#include "app/reading/lore_keys.h"
#include "app/reading/lorebook_file.h"
#include "app/reading/story_reading.h"
#include "ui/reading/lore_files.h"
#include "ui/reading/lore_form.h"

#include <QBoxLayout>
#include <QComboBox>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QSplitter>

#include <algorithm>

namespace ui {

namespace {

QString nameOf(const app::LoreEntry& entry) {
    if (!entry.name.trimmed().isEmpty())
        return entry.name;
    return entry.keys.isEmpty() ? LorePage::tr("without a name") : app::lineOfKeys(entry.keys);
}

} // namespace

LorePage::LorePage(app::StoryReading& reading, app::ProjectController& project, QWidget* parent)
    : QWidget(parent)
    , m_reading(reading)
    , m_files(new LoreFiles(reading, project, *this))
    , m_filter(new QLineEdit)
    , m_list(new QListWidget)
    , m_form(new LoreForm)
    , m_empty(
          new QLabel(tr("An entry is read when one of its keywords stands near the cursor: people, places, "
                        "things the model should know when they come up.\n\nSelect “New” for the first "
                        "one, or import a lorebook from a file.")))
    , m_said(new QLabel)
    , m_remove(new QPushButton(tr("&Delete")))
    , m_bringBack(new QPushButton(tr("&Undo delete")))
    , m_up(new QPushButton(tr("Up")))
    , m_down(new QPushButton(tr("Down")))
    , m_export(new QPushButton(tr("E&xport…"))) {
    m_empty->setWordWrap(true);
    m_empty->setProperty("quiet", true);
    m_empty->setAlignment(Qt::AlignTop);
    m_said->setObjectName(QStringLiteral("loreSaid"));
    m_said->setWordWrap(true);
    m_said->setProperty("quiet", true);
    m_said->hide();
    auto* form = new QScrollArea;
    form->setWidget(m_form);
    form->setWidgetResizable(true);
    form->setFrameShape(QFrame::NoFrame);
    form->setFocusPolicy(Qt::NoFocus);
    form->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* right = new QWidget;
    auto* forms = new QVBoxLayout(right);
    forms->setContentsMargins(8, 0, 0, 0);
    forms->addWidget(form, 1);
    forms->addWidget(m_empty, 1);
    auto* splitter = new QSplitter;
    splitter->addWidget(buildList());
    splitter->addWidget(right);
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({220, 600});
    splitter->setChildrenCollapsible(false);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(splitter, 1);
    layout->addWidget(m_said);
    connectParts();
    fill();
}

QWidget* LorePage::buildList() {
    m_filter->setObjectName(QStringLiteral("loreFilter"));
    m_filter->setPlaceholderText(tr("Find an entry"));
    m_filter->setAccessibleName(tr("Find an entry"));
    m_filter->setClearButtonEnabled(true);
    m_list->setObjectName(QStringLiteral("loreList"));
    m_list->setAccessibleName(tr("Entries of the lorebook"));
    auto* fresh = new QPushButton(tr("&New"));
    auto* import = new QPushButton(tr("&Import…"));
    fresh->setObjectName(QStringLiteral("loreNew"));
    import->setObjectName(QStringLiteral("loreImport"));
    m_remove->setObjectName(QStringLiteral("loreDelete"));
    m_bringBack->setObjectName(QStringLiteral("loreBringBack"));
    m_up->setToolTip(tr("The model reads it earlier (Alt+Up)"));
    m_down->setToolTip(tr("The model reads it later (Alt+Down)"));
    m_export->setObjectName(QStringLiteral("loreExport"));
    import->setToolTip(tr("Entries of Inkgate, SillyTavern, NovelAI or KoboldAI, as JSON"));
    connect(fresh, &QPushButton::clicked, this, &LorePage::add);
    connect(import, &QPushButton::clicked, m_files, &LoreFiles::askForImport);
    auto* widget = new QWidget;
    auto* layout = new QVBoxLayout(widget);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* buttons = new QGridLayout;
    buttons->addWidget(fresh, 0, 0);
    buttons->addWidget(m_remove, 0, 1);
    buttons->addWidget(m_up, 1, 0);
    buttons->addWidget(m_down, 1, 1);
    buttons->addWidget(import, 2, 0);
    buttons->addWidget(m_export, 2, 1);
    buttons->addWidget(m_bringBack, 3, 0, 1, 2);
    layout->addWidget(m_filter);
    layout->addWidget(m_list, 1);
    layout->addLayout(buttons);
    return widget;
}

void LorePage::connectParts() {
    connect(m_filter, &QLineEdit::textChanged, this, &LorePage::filter);
    connect(m_list, &QListWidget::currentRowChanged, this, &LorePage::showChosen);
    connect(m_list, &QListWidget::itemChanged, this, [this](const QListWidgetItem* item) {
        app::Lorebook changed = book();
        changed.entries[m_list->row(item)].isOn = item->checkState() == Qt::Checked;
        change(changed);
    });
    connect(m_form, &LoreForm::edited, this, &LorePage::changeChosen);
    connect(m_form, &LoreForm::groupChosen, this, [this] {
        if (chosen() < 0)
            return;
        const auto* const group = m_form->findChild<QComboBox*>(QStringLiteral("loreGroup"));
        app::LoreEntry entry = book().entries[chosen()];
        entry.group = group->currentText().trimmed();
        changeChosen(entry, book().mostOf(entry.group));
        m_form->setEntry(entry, book());
    });
    connect(m_remove, &QPushButton::clicked, this, &LorePage::remove);
    connect(m_bringBack, &QPushButton::clicked, this, &LorePage::bringBack);
    connect(m_up, &QPushButton::clicked, this, [this] { move(-1); });
    connect(m_down, &QPushButton::clicked, this, [this] { move(+1); });
    connect(m_export, &QPushButton::clicked, m_files, &LoreFiles::askForExport);
    m_list->installEventFilter(this);
    connect(m_files, &LoreFiles::read, this, &LorePage::takeIn);
    connect(m_files, &LoreFiles::failed, this, &LorePage::say);
    connect(&m_reading, &app::StoryReading::changed, this, [this] {
        if (!m_isChanging && m_shown != book())
            fill();
    });
    connect(&m_reading, &app::StoryReading::wasReset, this, [this] {
        m_removed.clear();
        m_said->hide();
        fill();
    });
}

const app::Lorebook& LorePage::book() const { return m_reading.settings().lorebook; }

qsizetype LorePage::chosen() const {
    const int row = m_list->currentRow();
    return row < book().entries.size() ? row : -1;
}

void LorePage::change(const app::Lorebook& book) {
    app::ReadingSettings settings = m_reading.settings();
    settings.lorebook = book;
    m_isChanging = true;
    m_reading.change(settings);
    m_isChanging = false;
    m_shown = book;
}

void LorePage::fill() {
    m_shown = book();
    const int row = m_list->currentRow();
    {
        const QSignalBlocker quiet(m_list);
        m_list->clear();
        for (const app::LoreEntry& entry : book().entries) {
            auto* item = new QListWidgetItem(m_list);
            item->setFlags(item->flags() | Qt::ItemIsUserCheckable);
            showRow(*item, entry);
        }
        m_list->setCurrentRow(std::clamp(row, m_list->count() > 0 ? 0 : -1, m_list->count() - 1));
    }
    filter();
    showChosen();
}

void LorePage::showRow(QListWidgetItem& item, const app::LoreEntry& entry) {
    item.setText(nameOf(entry));
    item.setCheckState(entry.isOn ? Qt::Checked : Qt::Unchecked);
    item.setToolTip(entry.isAlways ? tr("always") : app::lineOfKeys(entry.keys));
}

void LorePage::filter() {
    const QString wanted = m_filter->text().trimmed();
    for (int row = 0; row < m_list->count(); ++row) {
        const app::LoreEntry& entry = book().entries[row];
        const bool isFound = wanted.isEmpty() || entry.name.contains(wanted, Qt::CaseInsensitive) ||
                             entry.text.contains(wanted, Qt::CaseInsensitive) ||
                             app::lineOfKeys(entry.keys).contains(wanted, Qt::CaseInsensitive);
        m_list->item(row)->setHidden(!isFound);
    }
}

void LorePage::showChosen() {
    const qsizetype entry = chosen();
    m_form->setVisible(entry >= 0);
    m_form->parentWidget()->parentWidget()->setVisible(entry >= 0);
    m_empty->setVisible(entry < 0);
    m_remove->setEnabled(entry >= 0);
    m_up->setEnabled(entry > 0);
    m_down->setEnabled(entry >= 0 && entry + 1 < book().entries.size());
    m_export->setEnabled(!book().entries.isEmpty());
    m_bringBack->setVisible(!m_removed.isEmpty());
    if (entry < 0)
        return;
    m_form->setEntry(book().entries[entry], book());
    const auto fault = std::ranges::find(m_faults, entry, &app::LoreFault::entry);
    m_form->setFault(fault == m_faults.end() ? QString() : fault->problem);
}

void LorePage::changeChosen(const app::LoreEntry& entry, int groupMost) {
    const qsizetype place = chosen();
    if (place < 0)
        return;
    app::Lorebook changed = book();
    const bool isOn = changed.entries[place].isOn; // the list has it, not the form
    changed.entries[place] = entry;
    changed.entries[place].isOn = isOn;
    if (!entry.group.isEmpty())
        changed.setMost(entry.group, groupMost);
    change(changed);
    const QSignalBlocker quiet(m_list);
    showRow(*m_list->item(static_cast<int>(place)), changed.entries[place]);
}

void LorePage::setFaults(const QList<app::LoreFault>& faults) {
    m_faults = faults;
    if (const qsizetype entry = chosen(); entry >= 0) {
        const auto fault = std::ranges::find(m_faults, entry, &app::LoreFault::entry);
        m_form->setFault(fault == m_faults.end() ? QString() : fault->problem);
    }
}

// --- the list -------------------------------------------------

void LorePage::select(qsizetype entry) {
    m_filter->clear();
    m_list->setCurrentRow(static_cast<int>(entry));
    m_list->setFocus();
}

void LorePage::takeFocus() { m_list->setFocus(); }

void LorePage::add() {
    app::Lorebook changed = book();
    app::LoreEntry entry;
    entry.name = tr("New entry");
    changed.entries.append(entry);
    change(changed);
    m_filter->clear();
    fill();
    m_list->setCurrentRow(m_list->count() - 1);
    m_form->takeFocus();
}

void LorePage::remove() {
    const qsizetype place = chosen();
    if (place < 0)
        return;
    app::Lorebook changed = book();
    m_removed.append({place, changed.entries.takeAt(place)});
    change(changed);
    fill();
}

void LorePage::bringBack() {
    if (m_removed.isEmpty())
        return;
    const Removed removed = m_removed.takeLast();
    app::Lorebook changed = book();
    const qsizetype place = std::min(removed.place, changed.entries.size());
    changed.entries.insert(place, removed.entry);
    change(changed);
    fill();
    m_list->setCurrentRow(static_cast<int>(place));
}

void LorePage::move(int step) {
    const qsizetype from = chosen();
    const qsizetype to = from + step;
    if (from < 0 || to < 0 || to >= book().entries.size())
        return;
    app::Lorebook changed = book();
    changed.entries.swapItemsAt(from, to);
    change(changed);
    fill();
    m_list->setCurrentRow(static_cast<int>(to));
}

// The list's own keys. As shortcuts, Alt+Up and Ctrl+Z would meet those of the window.
bool LorePage::eventFilter(QObject* watched, QEvent* event) {
    if (watched != m_list || event->type() != QEvent::KeyPress)
        return QWidget::eventFilter(watched, event);
    const auto* const key = static_cast<QKeyEvent*>(event);
    if (key->matches(QKeySequence::Undo))
        bringBack();
    else if (key->key() == Qt::Key_Delete)
        remove();
    else if (key->modifiers() == Qt::AltModifier && key->key() == Qt::Key_Up)
        move(-1);
    else if (key->modifiers() == Qt::AltModifier && key->key() == Qt::Key_Down)
        move(+1);
    else
        return false;
    return true;
}

// --- files -------------------------------------------------

void LorePage::say(const QString& sentence) {
    m_said->setText(sentence);
    m_said->setVisible(!sentence.isEmpty());
}

void LorePage::importFrom(const QString& path) { m_files->importFrom(path); }

void LorePage::exportTo(const QString& path) { m_files->exportTo(path); }

void LorePage::takeIn(const app::Lorebook& added, const QString& notice) {
    change(app::joined(book(), added));
    fill();
    m_list->setCurrentRow(static_cast<int>(book().entries.size() - added.entries.size()));
    const QString count = tr("%n entry(s) came in behind the others.", nullptr, added.entries.size());
    say(notice.isEmpty() ? count : count + u' ' + notice);
}

} // namespace ui
