#include "ui/find/find_bar.h"

#include "app/document/document.h"
#include "ui/editor/story_editor.h"
#include "ui/keys/key_hint.h"

#include <QBoxLayout>
#include <QCheckBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTimer>
#include <QToolButton>

#include <algorithm>
#include <numeric>
#include <utility>

namespace ui {

namespace {

constexpr int kDelayMs = 120; // after a key or an edit, before the text is searched

} // namespace

FindBar::FindBar(StoryEditor& editor, app::Document& story, QWidget* parent)
    : QWidget(parent)
    , m_editor(editor)
    , m_story(story)
    , m_search(new TextSearch(this))
    , m_delay(new QTimer(this)) {
    build();
    m_delay->setSingleShot(true);
    m_delay->setInterval(kDelayMs);
    connect(m_delay, &QTimer::timeout, this, [this] { search(m_then); });
    connect(m_search, &TextSearch::found, this, &FindBar::onFound);
    connect(m_pattern, &QLineEdit::textEdited, this, [this] {
        m_then = Step::NearCursor;
        m_delay->start();
    });
    for (QCheckBox* const box : {m_case, m_word, m_regex, m_everywhere}) {
        connect(box, &QCheckBox::toggled, this, [this] { search(Step::NearCursor); });
    }
    connect(m_everywhere, &QCheckBox::toggled, this, [this] { search(Step::None); });
    connect(m_pattern, &QLineEdit::returnPressed, this, &FindBar::findNext);
    connect(m_replacement, &QLineEdit::returnPressed, this, &FindBar::replaceCurrent);
    connect(m_replace, &QPushButton::clicked, this, &FindBar::replaceCurrent);
    connect(m_replaceAll, &QPushButton::clicked, this, &FindBar::replaceAll);
    connect(&m_editor, &StoryEditor::selectionChanged, this, [this] {
        if (isVisible()) {
            m_others.leave(); // the writer is in the story again
            tell();
        }
    });
    const auto onStoryChanged = [this] {
        if (isVisible()) {
            m_delay->start();
        }
    };
    connect(&m_story, &app::Document::stepDone, this, onStoryChanged); // not for each of thousands of edits
    connect(&m_story, &app::Document::wasReset, this, onStoryChanged);
    hide();
}

void FindBar::build() {
    setObjectName(QStringLiteral("findBar"));
    setAttribute(Qt::WA_StyledBackground);
    m_pattern = new QLineEdit;
    m_pattern->setObjectName(QStringLiteral("findPattern"));
    m_pattern->setPlaceholderText(tr("Find"));
    m_pattern->setMinimumWidth(140);
    m_pattern->setAccessibleName(tr("Find"));
    m_pattern->setClearButtonEnabled(true);
    m_count = new QLabel;
    m_count->setProperty("quiet", true);
    m_count->setObjectName(QStringLiteral("findCount"));
    m_count->setMinimumWidth(fontMetrics().horizontalAdvance(QStringLiteral("88888 of 88888")));
    m_case = new QCheckBox(tr("Match &case"));
    m_word = new QCheckBox(tr("Whole &words"));
    m_regex = new QCheckBox(tr("&Regular expression"));
    m_regex->setObjectName(QStringLiteral("findRegex"));
    m_regex->setToolTip(
        tr("Finds patterns: “colou?r” finds both spellings, “\\bthe (\\w+)” the word after every “the”."));
    m_everywhere = new QCheckBox(tr("N&otes, too"));
    m_everywhere->setObjectName(QStringLiteral("findEverywhere"));
    m_everywhere->setToolTip(tr("Also in the synopses and notes of all scenes"));
    m_everywhere->hide();
    auto* previous = new QPushButton(tr("&Previous"));
    new KeyHint(*previous, [previous] {
        previous->setToolTip(withKeys(*previous, tr("The match before"), "findPrevious"));
    });
    auto* next = new QPushButton(tr("&Next"));
    next->setObjectName(QStringLiteral("findNextButton"));
    new KeyHint(*next, [next] { next->setToolTip(withKeys(*next, tr("The next match"), "findNext")); });
    auto* close = new QToolButton;
    close->setText(QStringLiteral("✕"));
    close->setAutoRaise(true);
    close->setToolTip(tr("Close (Esc)"));
    close->setAccessibleName(tr("Close the find bar"));
    connect(previous, &QPushButton::clicked, this, &FindBar::findPrevious);
    connect(next, &QPushButton::clicked, this, &FindBar::findNext);
    connect(close, &QToolButton::clicked, this, &FindBar::close);

    m_replacement = new QLineEdit;
    m_replacement->setObjectName(QStringLiteral("findReplacement"));
    m_replacement->setPlaceholderText(tr("Replace with"));
    m_replacement->setAccessibleName(tr("Replace with"));
    m_replacement->setToolTip(
        tr("With a regular expression, $1 stands for the first bracket’s match and \\n for a new line."));
    m_replace = new QPushButton(tr("Rep&lace"));
    m_replaceAll = new QPushButton(tr("Replace &all"));
    m_replaceAll->setObjectName(QStringLiteral("findReplaceAll"));

    auto* first = new QHBoxLayout;
    first->setContentsMargins(0, 0, 0, 0);
    for (QWidget* const widget : std::initializer_list<QWidget*>{m_pattern, m_count, previous, next, close}) {
        first->addWidget(widget, widget == m_pattern ? 1 : 0);
    }
    // In a row of their own: between two panels the line itself must not shrink to a few letters.
    auto* options = new QHBoxLayout;
    options->setContentsMargins(0, 0, 0, 0);
    options->setSpacing(16);
    for (QCheckBox* const box : {m_case, m_word, m_regex, m_everywhere}) {
        options->addWidget(box);
    }
    options->addStretch(1);
    m_replaceRow = new QWidget;
    auto* second = new QHBoxLayout(m_replaceRow);
    second->setContentsMargins(0, 0, 0, 0);
    second->addWidget(m_replacement, 1);
    second->addWidget(m_replace);
    second->addWidget(m_replaceAll);
    auto* rows = new QVBoxLayout(this);
    rows->setContentsMargins(12, 8, 8, 8);
    rows->setSpacing(6);
    rows->addLayout(first);
    rows->addWidget(m_replaceRow);
    rows->addLayout(options);
}

SearchQuery FindBar::query() const {
    return {m_pattern->text(), m_regex->isChecked(), m_case->isChecked(), m_word->isChecked()};
}

void FindBar::setSource(std::unique_ptr<FindSource> source) {
    m_everywhere->setVisible(source != nullptr);
    m_others.setSource(std::move(source));
}

void FindBar::open(bool withReplace) {
    m_replaceRow->setVisible(withReplace);
    const QString selected = m_editor.selectedText();
    if (!selected.isEmpty() && !selected.contains(u'\n')) {
        m_pattern->setText(selected);
    }
    show();
    m_pattern->setFocus();
    m_pattern->selectAll();
    search(Step::None);
}

void FindBar::close() {
    hide();
    m_editor.setMarks(StoryEditor::Mark::Match, {});
    m_editor.setFocus();
}

void FindBar::findNext() { step(Step::Next); }
void FindBar::findPrevious() { step(Step::Previous); }

void FindBar::search(Step then) {
    m_delay->stop();
    m_then = then;
    m_hasResult = false;
    m_searchRevision = m_story.revision();
    m_search->start(m_story.text(), query(), m_others.readTexts(m_everywhere->isChecked()));
}

void FindBar::onFound(const SearchResult& result) {
    m_result = result;
    m_hasResult = true;
    m_others.set(result.others);
    m_resultRevision = m_searchRevision;
    if (m_resultRevision != m_story.revision()) {
        m_delay->start(); // the text has moved on: these places may be wrong
        return;
    }
    if (isVisible()) {
        m_editor.setMarks(StoryEditor::Mark::Match, m_result.matches);
    }
    const Step then = std::exchange(m_then, Step::None);
    if (then != Step::None) {
        step(then);
    }
    tell();
}

void FindBar::step(Step step) {
    if (m_pattern->text().isEmpty()) {
        open(false);
        return;
    }
    if (m_delay->isActive() || !m_hasResult || m_resultRevision != m_story.revision()) {
        search(step);
        return;
    }
    const auto& matches = m_result.matches;
    if (matches.isEmpty() && m_others.count() == 0) {
        tell();
        return;
    }
    const app::TextRange selected = m_editor.selectedRange();
    const auto startsBefore = [](const app::TextRange& match, qsizetype position) {
        return match.position < position;
    };
    qsizetype index = 0;
    if (step == Step::Previous) {
        index = std::lower_bound(matches.begin(), matches.end(), selected.position, startsBefore) -
                matches.begin() - 1;
    } else {
        const qsizetype from = step == Step::NearCursor ? selected.position : selected.end();
        index = std::lower_bound(matches.begin(), matches.end(), from, startsBefore) - matches.begin();
    }
    if (stepOutside(step, index)) {
        return;
    }
    index = (index + matches.size()) % matches.size(); // goes round
    m_editor.showRange(matches[index]);
    tell();
}

// Matches outside follow the last one of the story. `index`: where the step leads in the story.
bool FindBar::stepOutside(Step step, qsizetype index) {
    const qsizetype shown = m_others.shown();
    qsizetype match = -1;
    if (shown >= 0) {
        match = step == Step::Previous ? shown - 1 : shown + 1;
        if ((match < 0 || match >= m_others.count()) && !m_result.matches.isEmpty()) {
            const bool isBack = match < 0;
            m_others.leave();
            m_editor.showRange(isBack ? m_result.matches.last() : m_result.matches.first());
            tell();
            return true;
        }
        match = (match + m_others.count()) % m_others.count();
    } else if (m_others.count() > 0 && (index < 0 || index >= m_result.matches.size())) {
        match = index < 0 ? m_others.count() - 1 : 0;
    }
    if (match < 0) {
        return false;
    }
    m_others.show(match);
    tell();
    return true;
}

int FindBar::replaceOutside(const QList<qsizetype>& matches) {
    const auto [places, undo] = m_others.replace(matches, Replacer(query(), m_replacement->text()));
    if (places > 0) {
        emit replacedElsewhere(places, undo);
    }
    return places;
}

qsizetype FindBar::currentMatch() const {
    const app::TextRange selected = m_editor.selectedRange();
    return selected.length > 0 ? m_result.matches.indexOf(selected) : -1;
}

void FindBar::tell() {
    const qsizetype all = matchCount();
    const bool any = all > 0;
    m_replace->setEnabled(any);
    m_replaceAll->setEnabled(any);
    m_count->setToolTip(m_result.problem);
    if (!m_result.problem.isEmpty()) {
        m_count->setText(tr("Not a pattern"));
    } else if (m_pattern->text().isEmpty()) {
        m_count->clear();
    } else if (!any) {
        m_count->setText(tr("Not found"));
    } else if (m_others.shown() >= 0) {
        m_count->setText(tr("%1 of %2").arg(m_result.matches.size() + m_others.shown() + 1).arg(all));
    } else if (const qsizetype current = currentMatch(); current >= 0) {
        m_count->setText(tr("%1 of %2").arg(current + 1).arg(all));
    } else {
        m_count->setText(tr("%n match(es)", nullptr, static_cast<int>(all)));
    }
}

void FindBar::replaceCurrent() {
    if (m_others.shown() >= 0 && m_hasResult) {
        (void)replaceOutside({m_others.shown()});
        search(Step::None);
        return;
    }
    const qsizetype current = currentMatch();
    if (current < 0 || !m_hasResult || m_resultRevision != m_story.revision()) {
        step(Step::Next);
        return;
    }
    const app::TextRange match = m_result.matches[current];
    if (const auto text = Replacer(query(), m_replacement->text()).replacementFor(m_story.text(), match)) {
        m_story.applyReplacements({{match, *text}});
    }
    search(Step::Next);
}

void FindBar::replaceAll() {
    if (!m_hasResult || m_resultRevision != m_story.revision()) {
        return; // the buttons come back with the next result
    }
    const Replacer replacer(query(), m_replacement->text());
    QList<app::Document::Replacement> replacements;
    for (const app::TextRange& match : m_result.matches) {
        if (const auto text = replacer.replacementFor(m_story.text(), match)) {
            replacements.append({match, *text});
        }
    }
    QList<qsizetype> outside(m_others.count());
    std::iota(outside.begin(), outside.end(), 0);
    const int elsewhere = replaceOutside(outside);
    if (replacements.isEmpty()) {
        if (elsewhere > 0) {
            search(Step::None);
        }
        return;
    }
    emit aboutToReplaceAll();
    m_editor.setMarks(StoryEditor::Mark::Match, {});
    m_story.applyReplacements(replacements);
    search(Step::None);
}

} // namespace ui
