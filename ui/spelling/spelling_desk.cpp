#include "ui/spelling/spelling_desk.h"

#include "app/document/document.h"
#include "app/preferences/preferences.h"
#include "app/project/project_controller.h"
#include "ui/editor/story_editor.h"
#include "ui/keys/key_hint.h"
#include "ui/spelling/spelling_marks.h"
#include "ui/spelling/spelling_menu.h"

#include <QAction>
#include <QActionGroup>
#include <QLocale>
#include <QMenu>

#include <utility>

namespace ui {

using State = app::Spelling::State;

SpellingDesk::SpellingDesk(const app::AppContext& context, StoryEditor& editor, QObject* parent)
    : QObject(parent)
    , m_context(context)
    , m_spelling(context.spelling)
    , m_editor(editor)
    , m_marks(new SpellingMarks(editor, context.document, context.spelling, this)) {
    connect(&m_spelling, &app::Spelling::wordFound, this, &SpellingDesk::onFound);
    connect(&m_spelling, &app::Spelling::stateChanged, this, &SpellingDesk::onStateChanged);
    connect(&m_spelling, &app::Spelling::ownWordsFailed, this, &SpellingDesk::failed);
    connect(&m_spelling, &app::Spelling::choiceChanged, &m_context.project,
            &app::ProjectController::keepSpelling);
    connect(&m_context.project, &app::ProjectController::opened, this, &SpellingDesk::onOpened);
    m_spelling.setOn(context.preferences.isSpellingOn());
}

void SpellingDesk::onOpened() {
    app::ProjectController& project = m_context.project;
    app::SpellingChoice choice = project.spelling();
    // The language that an imported file says it is in becomes the story's.
    const QString& written = project.importedDetails().language;
    if (choice.language.isEmpty() && QLocale(written).language() != QLocale::C) {
        choice.language = written;
        project.keepSpelling(choice);
    }
    m_spelling.setChoice(choice);
}

bool SpellingDesk::isShown() const {
    return m_spelling.state() == State::Ready || m_spelling.state() == State::Opening;
}

void SpellingDesk::setOn(bool isOn) {
    m_context.preferences.setSpellingOn(isOn);
    m_mustSay = isOn;
    m_isSearching = false;
    m_spelling.setOn(isOn);
    m_spelling.lookAgain(); // a dictionary may have come; answered by stateChanged()
}

// --- F7 -------------------------------------------------

void SpellingDesk::goToNext() {
    if (!m_spelling.isOn())
        setOn(true);
    m_mustSay = true;
    m_isSearching = true;
    m_searchedRevision = m_context.document.revision();
    m_spelling.findNext(m_context.document.text(), m_editor.selectedRange().end());
    if (m_spelling.state() == State::Opening)
        emit said(tr("reading the dictionary…"));
}

void SpellingDesk::onStateChanged() {
    const State state = m_spelling.state();
    emit isShownChanged(isShown());
    if (state == State::Ready) {
        m_mustSay = false;
        emit ready();
    } else if (state == State::NoDictionary || state == State::Broken) {
        m_isSearching = false;
        if (std::exchange(m_mustSay, false))
            sayWhatIsMissing();
    }
}

void SpellingDesk::onFound(const std::optional<app::MisspelledWord>& word) {
    if (!m_isSearching)
        return;
    if (m_context.document.revision() != m_searchedRevision) {
        goToNext(); // the text has changed meanwhile; places in it mean others
        return;
    }
    m_isSearching = false;
    if (!word) {
        emit said(tr("no misspelled word"));
        return;
    }
    if (word->isFromStart)
        emit said(tr("from the beginning again"));
    m_editor.setFocus();
    m_editor.showRange(word->range);
    openMenu(*word);
}

void SpellingDesk::openMenu(const app::MisspelledWord& word) {
    auto* const menu = new SpellingMenu(word.form, word.suggestions, &m_editor);
    connect(menu, &SpellingMenu::nextWanted, this, &SpellingDesk::goToNext, Qt::QueuedConnection);
    SpellingEntries& entries = menu->entries();
    connect(&entries, &SpellingEntries::chosen, this,
            [this, word](const QString& replacement) { replace(word.range, word.form, replacement); });
    connect(&entries, &SpellingEntries::addWanted, this, [this, word] { add(word.form); });
    connect(&entries, &SpellingEntries::ignoreWanted, this, [this, word] { ignore(word.form); });
    QTextCursor start = m_editor.textCursor();
    start.setPosition(start.selectionStart());
    const QRect place = m_editor.cursorRect(start);
    menu->popup(m_editor.viewport()->mapToGlobal(place.bottomLeft() + QPoint(0, 4)));
}

// --- what is done about a word -------------------------------------------------

void SpellingDesk::addTo(QMenu& menu, qsizetype place) {
    const auto word = m_spelling.misspelledAt(m_context.document.text(), place);
    if (!word)
        return;
    auto* const first = menu.actions().isEmpty() ? nullptr : menu.actions().first();
    auto* const entries = new SpellingEntries(menu, first, word->form);
    connect(&m_spelling, &app::Spelling::suggested, entries,
            [entries, request = m_spelling.suggest(word->form)](quint64 answered,
                                                                const QStringList& suggestions) {
                if (answered == request)
                    entries->setSuggestions(suggestions);
            });
    connect(entries, &SpellingEntries::chosen, this,
            [this, word](const QString& replacement) { replace(word->range, word->form, replacement); });
    connect(entries, &SpellingEntries::addWanted, this, [this, word] { add(word->form); });
    connect(entries, &SpellingEntries::ignoreWanted, this, [this, word] { ignore(word->form); });
}

void SpellingDesk::replace(const app::TextRange& range, const QString& form, const QString& replacement) {
    app::Document& story = m_context.document;
    const QString old = story.text().mid(range.position, range.length);
    // The model may have written meanwhile: then the word is somewhere else, and not looked for.
    const QList<app::StoryWord> there = app::wordsIn(story.text(), range);
    const bool isThere = old.size() == range.length && !there.isEmpty() &&
                         app::wordsIn(old, {0, old.size()}).value(0).form == form;
    if (!isThere) {
        emit said(tr("the text has changed; the word was left as it is"));
        return;
    }
    story.applyReplacements({{range, app::writtenAs(replacement, old)}});
    m_editor.setFocus();
}

void SpellingDesk::add(const QString& form) {
    m_spelling.addWord(form);
    emit done(tr("“%1” is in your dictionary, for every story.").arg(form),
              [this, form] { m_spelling.removeWord(form); });
}

void SpellingDesk::ignore(const QString& form) {
    m_spelling.ignore(form);
    emit done(tr("“%1” is right in this story.").arg(form), [this, form] { m_spelling.dontIgnore(form); });
}

// --- languages -------------------------------------------------

void SpellingDesk::fillLanguages(QMenu& menu) {
    menu.clear();
    m_spelling.lookAgain();
    auto* const group = new QActionGroup(&menu);
    for (const app::DictionaryFiles& files : m_spelling.installed()) {
        QAction* const action = menu.addAction(app::languageName(files.language));
        action->setObjectName(files.language);
        action->setCheckable(true);
        action->setChecked(files.language == m_spelling.language());
        group->addAction(action);
        connect(action, &QAction::triggered, this,
                [this, language = files.language] { m_spelling.setLanguage(language); });
    }
    if (m_spelling.installed().isEmpty())
        menu.addAction(tr("No dictionary is installed"))->setEnabled(false);
    menu.addSeparator();
    connect(menu.addAction(tr("&Other languages…")), &QAction::triggered, this,
            &SpellingDesk::sayHowToInstall);
}

void SpellingDesk::sayWhatIsMissing() {
    if (m_spelling.state() == State::Broken)
        emit missing(m_spelling.problem(), m_spelling.details());
    else
        sayHowToInstall();
}

void SpellingDesk::sayHowToInstall() {
    const QString language = m_spelling.wantedLanguage();
    const QString package = app::dictionaryPackage(language);
    const QString example = package.isEmpty() ? QStringLiteral("hunspell-en-us") : package;
    const QString reason =
        m_spelling.state() != State::NoDictionary ? tr("Each language has a dictionary of its own.")
        : m_spelling.installed().isEmpty()
            ? tr("Spelling is off, as no dictionary is installed.")
            : tr("Spelling is off, as there is no dictionary for %1.").arg(app::languageName(language));
    emit missing(tr("%1 Install one, on Debian with: sudo apt install %2. Then press %3.")
                     .arg(reason, example, keysOf(m_editor, "nextMisspelled")),
                 {});
}

} // namespace ui
