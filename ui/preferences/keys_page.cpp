#include "ui/preferences/keys_page.h"

#include "ui/keys/shortcut_set.h"
#include "ui/preferences/key_recorder.h"

#include <QAction>
#include <QBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTreeWidget>

#include <utility>

namespace ui {

namespace {

constexpr int kActionRole = Qt::UserRole; // the command's object name
enum Column { Name, Keys };

} // namespace

KeysPage::KeysPage(ShortcutSet& shortcuts, QWidget* parent)
    : QWidget(parent)
    , m_shortcuts(shortcuts)
    , m_search(new QLineEdit)
    , m_list(new QTreeWidget)
    , m_recorder(new KeyRecorder)
    , m_take(new QPushButton)
    , m_remove(new QPushButton(tr("Re&move")))
    , m_reset(new QPushButton(tr("&Reset")))
    , m_resetAll(new QPushButton(tr("Reset &all")))
    , m_message(new QLabel) {
    build();
    connect(m_search, &QLineEdit::textChanged, this, &KeysPage::search);
    connect(m_list, &QTreeWidget::currentItemChanged, this, [this] {
        m_recorder->clear();
        say({});
        refresh();
    });
    connect(m_list, &QTreeWidget::itemActivated, this, [this] { m_recorder->setFocus(); });
    connect(m_recorder, &KeyRecorder::recorded, this, &KeysPage::record);
    connect(m_take, &QPushButton::clicked, this, [this] { give(std::exchange(m_taken, {})); });
    connect(m_remove, &QPushButton::clicked, this, [this] {
        if (QAction* const action = chosen())
            m_shortcuts.setKeys(*action, {});
    });
    connect(m_reset, &QPushButton::clicked, this, [this] {
        if (QAction* const action = chosen())
            m_shortcuts.reset(*action);
    });
    connect(m_resetAll, &QPushButton::clicked, &m_shortcuts, &ShortcutSet::resetAll);
    connect(&m_shortcuts, &ShortcutSet::changed, this, [this] {
        m_recorder->clear();
        say({});
        fill();
    });
    fill();
}

void KeysPage::build() {
    m_search->setObjectName(QStringLiteral("keysSearch"));
    m_search->setPlaceholderText(tr("Find a command or a key"));
    m_search->setAccessibleName(tr("Find a command or a key"));
    m_search->setClearButtonEnabled(true);
    m_list->setObjectName(QStringLiteral("keysList"));
    m_list->setAccessibleName(tr("Commands"));
    m_list->setColumnCount(2);
    m_list->setHeaderLabels({tr("Command"), tr("Keys")});
    m_list->header()->setSectionResizeMode(Name, QHeaderView::Stretch);
    m_list->header()->setSectionResizeMode(Keys, QHeaderView::ResizeToContents);
    m_list->header()->setStretchLastSection(false);
    m_list->setRootIsDecorated(false);
    m_list->setItemsExpandable(false);
    m_list->setIndentation(14);
    m_list->setUniformRowHeights(true);
    m_recorder->setObjectName(QStringLiteral("keysRecorder"));
    m_recorder->setAccessibleName(tr("New keys"));
    m_recorder->setToolTip(tr("With the cursor in here, press the keys that the command should have."));
    m_take->setObjectName(QStringLiteral("keysTake"));
    m_remove->setObjectName(QStringLiteral("keysRemove"));
    m_remove->setToolTip(tr("The command has no keys then; it stays in its menu."));
    m_reset->setObjectName(QStringLiteral("keysReset"));
    m_reset->setToolTip(tr("Gives the command its usual keys again"));
    m_resetAll->setObjectName(QStringLiteral("keysResetAll"));
    m_resetAll->setToolTip(tr("Gives every command its usual keys again"));
    m_message->setObjectName(QStringLiteral("keysMessage"));
    m_message->setWordWrap(true);
    m_message->setMinimumHeight(2 * m_message->fontMetrics().lineSpacing()); // nothing jumps
    for (QPushButton* const button : {m_take, m_remove, m_reset, m_resetAll})
        button->setAutoDefault(false);
    m_take->hide();
    auto* name = new QLabel(tr("&New keys"));
    name->setBuddy(m_recorder);
    auto* row = new QHBoxLayout;
    row->addWidget(name);
    row->addWidget(m_recorder, 1);
    row->addWidget(m_remove);
    row->addWidget(m_reset);
    row->addWidget(m_resetAll);
    auto* answer = new QHBoxLayout;
    answer->addWidget(m_message, 1);
    answer->addWidget(m_take);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_search);
    layout->addWidget(m_list, 1);
    layout->addLayout(row);
    layout->addLayout(answer);
}

QString KeysPage::keysOf(const QAction& action) {
    QStringList names;
    // The platform's further keys (F16 for Copy on some keyboards) would only bury the ones people use.
    for (const QKeySequence& key : action.shortcuts().mid(0, 2))
        names.append(key.toString(QKeySequence::NativeText));
    return names.join(QStringLiteral(", "));
}

void KeysPage::fill() {
    const QAction* const before = chosen();
    {
        const QSignalBlocker quiet(m_list);
        m_list->clear();
        QTreeWidgetItem* group = nullptr;
        for (const ShortcutSet::Command& command : m_shortcuts.commands()) {
            const QString name = command.group.isEmpty() ? tr("Other") : command.group;
            if (group == nullptr || group->text(Name) != name) {
                group = new QTreeWidgetItem(m_list, {name});
                group->setFlags(Qt::ItemIsEnabled);
                QFont font = m_list->font();
                font.setWeight(QFont::DemiBold);
                group->setFont(Name, font);
            }
            auto* const item = new QTreeWidgetItem(group, {command.title, keysOf(*command.action)});
            item->setData(Name, kActionRole, command.action->objectName());
            item->setToolTip(Name, command.action->toolTip());
            if (m_shortcuts.isChanged(*command.action)) {
                QFont font = m_list->font();
                font.setItalic(true);
                item->setFont(Keys, font);
                item->setToolTip(Keys, tr("Not the usual keys"));
            }
        }
        m_list->expandAll();
        m_list->setCurrentItem(itemOf(before));
    }
    search(m_search->text());
    refresh();
}

// By the words of the command, or by its keys.
void KeysPage::search(const QString& words) {
    const QString wanted = words.trimmed();
    for (int i = 0; i < m_list->topLevelItemCount(); ++i) {
        QTreeWidgetItem* const group = m_list->topLevelItem(i);
        bool isAny = false;
        for (int j = 0; j < group->childCount(); ++j) {
            QTreeWidgetItem* const item = group->child(j);
            const bool fits = item->text(Name).contains(wanted, Qt::CaseInsensitive) ||
                              item->text(Keys).contains(wanted, Qt::CaseInsensitive);
            item->setHidden(!fits);
            isAny = isAny || fits;
        }
        group->setHidden(!isAny);
    }
}

bool KeysPage::choose(const QString& command) {
    for (const ShortcutSet::Command& candidate : m_shortcuts.commands()) {
        if (candidate.action->objectName() == command) {
            m_list->setCurrentItem(itemOf(candidate.action));
            return m_list->currentItem() != nullptr;
        }
    }
    return false;
}

QTreeWidgetItem* KeysPage::itemOf(const QAction* action) const {
    for (QTreeWidgetItemIterator it(m_list); *it != nullptr && action != nullptr; ++it)
        if ((*it)->data(Name, kActionRole).toString() == action->objectName())
            return *it;
    return nullptr;
}

QAction* KeysPage::chosen() const {
    const QTreeWidgetItem* const item = m_list->currentItem();
    const QString name = item != nullptr ? item->data(Name, kActionRole).toString() : QString();
    for (const ShortcutSet::Command& command : m_shortcuts.commands())
        if (!name.isEmpty() && command.action->objectName() == name)
            return command.action;
    return nullptr;
}

void KeysPage::record(const QKeySequence& keys) {
    QAction* const action = chosen();
    if (action == nullptr)
        return;
    m_taken = {};
    if (const QString refusal = m_shortcuts.refusal(keys); !refusal.isEmpty()) {
        say(refusal);
    } else if (const QAction* const holder = m_shortcuts.holder(keys, *action)) {
        m_taken = keys;
        say(tr("%1 is already used by “%2”.")
                .arg(keys.toString(QKeySequence::NativeText), ShortcutSet::titleOf(*holder)));
    } else {
        give(keys);
    }
}

void KeysPage::give(const QKeySequence& keys) {
    QAction* const action = chosen();
    if (action == nullptr || keys.isEmpty())
        return;
    m_shortcuts.setKeys(*action, {keys});
    say(tr("“%1” has the keys %2 now.")
            .arg(ShortcutSet::titleOf(*action), keys.toString(QKeySequence::NativeText)));
}

void KeysPage::say(const QString& words) {
    m_message->setText(words);
    const QAction* const action = chosen();
    m_take->setVisible(!m_taken.isEmpty() && action != nullptr);
    if (action != nullptr)
        m_take->setText(tr("&Use it for “%1”").arg(ShortcutSet::titleOf(*action)));
}

void KeysPage::refresh() {
    const QAction* const action = chosen();
    m_recorder->setEnabled(action != nullptr);
    m_remove->setEnabled(action != nullptr && !action->shortcuts().isEmpty());
    m_reset->setEnabled(action != nullptr && m_shortcuts.isChanged(*action));
    bool isAnyChanged = false;
    for (const ShortcutSet::Command& command : m_shortcuts.commands())
        isAnyChanged = isAnyChanged || m_shortcuts.isChanged(*command.action);
    m_resetAll->setEnabled(isAnyChanged);
    if (action == nullptr)
        m_message->setText(tr("Choose a command to change its keys."));
}

} // namespace ui
