#include "ui/reading/lore_form.h"

#include "app/reading/lore_keys.h"

#include <QBoxLayout>
#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSet>
#include <QSignalBlocker>
#include <QSpinBox>

namespace ui {

namespace {

enum Rule { AllRead, OneRead, SomeRead };
constexpr int kMostOfGroup = 1000;

QString textOf(const QPlainTextEdit& box) {
    return box.document()->toRawText().replace(QChar::ParagraphSeparator, u'\n');
}

void setLine(QLineEdit& line, const QString& text) {
    if (line.text() != text)
        line.setText(text);
}

Rule ruleOf(int most) { return most == 0 ? AllRead : most == 1 ? OneRead : SomeRead; }

} // namespace

LoreForm::LoreForm(QWidget* parent)
    : QWidget(parent)
    , m_name(new QLineEdit)
    , m_keys(new QLineEdit)
    , m_problem(new QLabel)
    , m_text(new QPlainTextEdit)
    , m_isAlways(new QCheckBox(tr("Al&ways, without a keyword")))
    , m_matchesCase(new QCheckBox(tr("Ca&pitals matter")))
    , m_matchesWords(new QCheckBox(tr("&Whole words only")))
    , m_range(new QSpinBox)
    , m_place(new QComboBox)
    , m_group(new QComboBox)
    , m_groupRule(new QComboBox)
    , m_groupMost(new QSpinBox) {
    m_name->setObjectName(QStringLiteral("loreName"));
    m_keys->setObjectName(QStringLiteral("loreKeys"));
    m_keys->setPlaceholderText(tr("ferry, boatman, /rows? (over|across)/"));
    m_keys->setToolTip(
        tr("Words that call for this entry, with commas between them. Between slashes stands a "
           "regular expression, as in /ferr(y|ies)/."));
    m_problem->setObjectName(QStringLiteral("loreProblem"));
    m_problem->setWordWrap(true);
    m_problem->hide();
    m_text->setObjectName(QStringLiteral("loreText"));
    m_text->setTabChangesFocus(true);
    m_text->setPlaceholderText(tr("The ferry at Harrow Bend is an old scow, drawn along a chain."));
    auto* layout = new QFormLayout(this);
    layout->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    layout->addRow(tr("&Name"), m_name);
    layout->addRow(tr("&Keywords"), m_keys);
    layout->addRow(QString(), m_problem);
    layout->addRow(tr("The model &reads"), m_text);
    layout->addRow(tr("When"), buildWhen());
    layout->addRow(tr("Where"), buildWhere());
    connectParts();
}

QWidget* LoreForm::buildWhen() {
    m_isAlways->setObjectName(QStringLiteral("loreAlways"));
    m_matchesCase->setObjectName(QStringLiteral("loreCase"));
    m_matchesWords->setObjectName(QStringLiteral("loreWords"));
    m_range->setObjectName(QStringLiteral("loreRange"));
    m_range->setRange(1, app::LoreEntry::kMostRangeWords);
    m_range->setSingleStep(100);
    m_range->setAccessibleName(tr("Words before the cursor in which keywords are looked for"));
    auto* widget = new QWidget;
    auto* layout = new QVBoxLayout(widget);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* range = new QHBoxLayout;
    auto* before = new QLabel(tr("A keyword &stands in the last"));
    before->setBuddy(m_range);
    range->addWidget(before);
    range->addWidget(m_range);
    range->addWidget(new QLabel(tr("words before the cursor")));
    range->addStretch(1);
    auto* checks = new QHBoxLayout;
    for (QCheckBox* const check : {m_matchesWords, m_matchesCase})
        checks->addWidget(check);
    checks->addStretch(1);
    layout->addLayout(range);
    layout->addLayout(checks);
    layout->addWidget(m_isAlways);
    return widget;
}

QWidget* LoreForm::buildWhere() {
    m_place->setObjectName(QStringLiteral("lorePlace"));
    m_place->addItems({tr("Above the story, below the memory"), tr("Near the end, at the author’s note")});
    m_place->setAccessibleName(tr("Where the model reads it"));
    m_place->setToolTip(
        tr("Above the story it is background, and the story is read anew whenever it comes or "
           "goes. Near the end it weighs more, and only the end is read anew."));
    m_group->setObjectName(QStringLiteral("loreGroup"));
    m_group->setEditable(true);
    m_group->setInsertPolicy(QComboBox::NoInsert);
    m_group->setAccessibleName(tr("Group"));
    m_group->lineEdit()->setAccessibleName(tr("Group"));
    m_group->lineEdit()->setPlaceholderText(tr("no group"));
    m_groupRule->setObjectName(QStringLiteral("loreGroupRule"));
    m_groupRule->addItems({tr("all of the group may be read"), tr("only one of the group is read"),
                           tr("of the group are read at most")});
    m_groupRule->setAccessibleName(tr("How many of the group are read"));
    m_groupRule->setToolTip(
        tr("Those that are always there come first, then those whose keywords stand nearest to the cursor."));
    m_groupMost->setObjectName(QStringLiteral("loreGroupMost"));
    m_groupMost->setRange(2, kMostOfGroup);
    m_groupMost->setAccessibleName(tr("Entries of the group that are read at most"));
    auto* widget = new QWidget;
    auto* layout = new QVBoxLayout(widget);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* row = new QHBoxLayout;
    auto* label = new QLabel(tr("&Group"));
    label->setBuddy(m_group);
    row->addWidget(label);
    row->addWidget(m_group, 1);
    auto* rule = new QHBoxLayout;
    rule->addWidget(m_groupMost);
    rule->addWidget(m_groupRule, 1);
    layout->addWidget(m_place);
    layout->addLayout(row);
    layout->addLayout(rule);
    return widget;
}

void LoreForm::connectParts() {
    connect(m_name, &QLineEdit::textEdited, this, &LoreForm::change);
    connect(m_keys, &QLineEdit::textEdited, this, &LoreForm::change);
    connect(m_text, &QPlainTextEdit::textChanged, this, &LoreForm::change);
    for (QCheckBox* const check : {m_isAlways, m_matchesCase, m_matchesWords})
        connect(check, &QCheckBox::clicked, this, &LoreForm::change);
    connect(m_range, &QSpinBox::valueChanged, this, &LoreForm::change);
    connect(m_groupMost, &QSpinBox::valueChanged, this, &LoreForm::change);
    connect(m_place, &QComboBox::activated, this, &LoreForm::change);
    connect(m_groupRule, &QComboBox::activated, this, &LoreForm::change);
    connect(m_group->lineEdit(), &QLineEdit::textEdited, this, [this] {
        // The limit is the group's, so another group brings its own.
        m_entry.group = m_group->currentText().trimmed();
        emit groupChosen();
    });
    connect(m_group, &QComboBox::activated, this, [this] {
        m_entry.group = m_group->currentText().trimmed();
        emit groupChosen();
    });
}

void LoreForm::setEntry(const app::LoreEntry& entry, const app::Lorebook& book) {
    const QList<QObject*> parts{m_name,  m_keys,  m_text,  m_isAlways,          m_matchesCase, m_matchesWords,
                                m_range, m_place, m_group, m_group->lineEdit(), m_groupRule,   m_groupMost};
    for (QObject* const part : parts)
        part->blockSignals(true);
    m_entry = entry;
    setLine(*m_name, entry.name);
    if (app::keysFromLine(m_keys->text()) != entry.keys)
        m_keys->setText(app::lineOfKeys(entry.keys));
    if (textOf(*m_text) != entry.text)
        m_text->setPlainText(entry.text);
    m_isAlways->setChecked(entry.isAlways);
    m_matchesCase->setChecked(entry.matchesCase);
    m_matchesWords->setChecked(entry.matchesWords);
    m_range->setValue(entry.rangeWords);
    m_place->setCurrentIndex(static_cast<int>(entry.place));
    if (!m_group->hasFocus()) { // else the writer is typing in it
        QSet<QString> groups;
        for (const app::LoreEntry& other : book.entries)
            groups.insert(other.group);
        groups.remove(QString());
        QStringList names(groups.begin(), groups.end());
        names.sort(Qt::CaseInsensitive);
        m_group->clear();
        m_group->addItems(QStringList{QString()} + names);
    }
    if (m_group->currentText().trimmed() != entry.group)
        m_group->setEditText(entry.group);
    const int most = book.mostOf(entry.group);
    m_groupRule->setCurrentIndex(ruleOf(most));
    m_groupMost->setValue(most);
    m_groupMost->setVisible(ruleOf(most) == SomeRead && !entry.group.isEmpty());
    m_groupRule->setVisible(!entry.group.isEmpty());
    m_keys->setEnabled(!entry.isAlways);
    m_range->setEnabled(!entry.isAlways);
    for (QObject* const part : parts)
        part->blockSignals(false);
    showProblem();
}

void LoreForm::change() {
    m_entry.name = m_name->text();
    m_entry.keys = app::keysFromLine(m_keys->text());
    m_entry.text = textOf(*m_text);
    m_entry.isAlways = m_isAlways->isChecked();
    m_entry.matchesCase = m_matchesCase->isChecked();
    m_entry.matchesWords = m_matchesWords->isChecked();
    m_entry.rangeWords = m_range->value();
    m_entry.place = static_cast<app::LorePlace>(m_place->currentIndex());
    m_keys->setEnabled(!m_entry.isAlways);
    m_range->setEnabled(!m_entry.isAlways);
    const auto rule = static_cast<Rule>(m_groupRule->currentIndex());
    m_groupMost->setVisible(rule == SomeRead && !m_entry.group.isEmpty());
    m_fault.clear(); // of what was there before
    showProblem();
    emit edited(m_entry, rule == AllRead ? 0 : rule == OneRead ? 1 : m_groupMost->value());
}

void LoreForm::setFault(const QString& problem) {
    m_fault = problem;
    showProblem();
}

void LoreForm::showProblem() {
    QString problem;
    for (const QString& key : std::as_const(m_entry.keys))
        if (problem = app::problemOfKey(key); !problem.isEmpty())
            break;
    if (problem.isEmpty())
        problem = m_fault;
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
}

void LoreForm::takeFocus() {
    m_name->setFocus();
    m_name->selectAll();
}

} // namespace ui
