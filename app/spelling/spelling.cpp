#include "app/spelling/spelling.h"

#include "app/spelling/own_words.h"

#include <QMetaObject>

#include <algorithm>
#include <utility>

namespace app {

namespace {

// A long novel has some 20,000 different words. More come only from other languages and stories.
constexpr qsizetype kMostVerdicts = 200'000;

} // namespace

Spelling::Spelling(const SpellingPlaces& places, QStringList languages, QObject* parent)
    : QObject(parent)
    , m_languages(std::move(languages))
    , m_worker(new SpellingWorker(places.dictionaryFolders, places.ownWords)) {
    m_thread.setObjectName(QStringLiteral("spelling"));
    m_worker->moveToThread(&m_thread);
    connect(&m_thread, &QThread::finished, m_worker, &QObject::deleteLater);
    connectWorker();
    m_askTimer.setSingleShot(true);
    m_askTimer.setInterval(0); // all words of one look go in one message
    connect(&m_askTimer, &QTimer::timeout, this, &Spelling::askForWanted);
    m_thread.start(QThread::LowPriority); // the model comes first
}

Spelling::~Spelling() {
    m_worker->skipTo(m_lastRequest + 1);
    m_thread.quit();
    m_thread.wait();
}

template <class Function> void Spelling::inWorker(Function&& function) {
    QMetaObject::invokeMethod(
        m_worker, [worker = m_worker, function = std::forward<Function>(function)] { function(*worker); },
        Qt::QueuedConnection);
}

void Spelling::connectWorker() {
    connect(m_worker, &SpellingWorker::dictionariesFound, this,
            [this](const QList<DictionaryFiles>& installed) {
                const bool isFirst = !std::exchange(m_hasLooked, true);
                if (isFirst || installed != m_installed) {
                    m_installed = installed;
                    chooseDictionary();
                }
                if (--m_looks > 0) // whoever asked wants to know what was found since
                    return;
                if (m_state == State::NoDictionary)
                    m_waiting.reset();
                emit stateChanged(); // also if nothing has come
            });
    connect(m_worker, &SpellingWorker::opened, this,
            [this](const QString& language, const QString& problem, const QString& details) {
                if (language != m_opened.language)
                    return;
                setState(problem.isEmpty() ? State::Ready : State::Broken, problem, details);
                if (!problem.isEmpty())
                    m_waiting.reset();
                else if (m_waiting)
                    sendSearch();
                emit verdictsChanged();
            });
    connect(m_worker, &SpellingWorker::checked, this,
            [this](const QString& language, const QHash<QString, bool>& verdicts) {
                if (language != m_opened.language)
                    return;
                if (m_verdicts.size() > kMostVerdicts)
                    m_verdicts.clear();
                m_verdicts.insert(verdicts);
                for (auto it = verdicts.keyBegin(); it != verdicts.keyEnd(); ++it)
                    m_asked.remove(*it);
                emit verdictsChanged();
            });
    connect(m_worker, &SpellingWorker::suggested, this, &Spelling::suggested);
    connect(m_worker, &SpellingWorker::found, this,
            [this](quint64 request, const std::optional<MisspelledWord>& word) {
                if (request == m_searching) {
                    m_searching = 0;
                    emit wordFound(word);
                }
            });
    connect(m_worker, &SpellingWorker::ownWordsChanged, this,
            [this](const QSet<QString>& words, const QString& problem, const QString& details) {
                if (!problem.isEmpty())
                    emit ownWordsFailed(problem, details);
                if (words != m_ownWords || !problem.isEmpty()) { // a word that was not written is not there
                    m_ownWords = words;
                    refreshOwn();
                }
            });
}

void Spelling::setState(State state, const QString& problem, const QString& details) {
    if (state == m_state && problem == m_problem)
        return;
    m_state = state;
    m_problem = problem;
    m_details = details;
    emit stateChanged();
}

void Spelling::setOn(bool isOn) {
    if (isOn == m_isOn)
        return;
    m_isOn = isOn;
    if (isOn && !m_hasLooked) {
        setState(State::Opening);
        lookAgain();
        return;
    }
    chooseDictionary();
}

void Spelling::lookAgain() {
    ++m_looks;
    inWorker([](SpellingWorker& worker) { worker.look(); });
}

QString Spelling::wantedLanguage() const {
    if (!m_choice.language.isEmpty())
        return m_choice.language;
    return m_languages.isEmpty() ? QString() : m_languages.first();
}

void Spelling::chooseDictionary() {
    const QStringList languages = m_choice.language.isEmpty() ? m_languages : QStringList{m_choice.language};
    const qsizetype index = dictionaryFor(m_installed, languages);
    const DictionaryFiles files = index < 0 ? DictionaryFiles() : m_installed[index];
    m_language = files.language;
    const DictionaryFiles wanted = m_isOn ? files : DictionaryFiles(); // one that nobody asks takes memory
    if (!m_isOn || (m_hasLooked && files.language.isEmpty())) {
        m_waiting.reset();
        m_searching = 0;
    }
    if (wanted != m_opened) {
        m_opened = wanted;
        m_verdicts.clear();
        m_asked.clear();
        m_toAsk.clear();
        inWorker([wanted](SpellingWorker& worker) { worker.open(wanted); });
        setState(State::Opening);
    }
    if (!m_isOn)
        setState(State::Off);
    else if (files.language.isEmpty())
        setState(m_hasLooked ? State::NoDictionary : State::Opening);
    emit verdictsChanged();
}

// --- what the writer says -------------------------------------------------

void Spelling::setChoice(const SpellingChoice& choice) {
    m_choice = choice;
    refreshOwn();
    chooseDictionary();
    emit stateChanged(); // the language is another one
}

void Spelling::setLanguage(const QString& language) {
    if (language == m_choice.language)
        return;
    m_choice.language = language;
    chooseDictionary();
    emit stateChanged();
    emit choiceChanged(m_choice);
}

void Spelling::refreshOwn() {
    m_own = m_ownWords;
    for (const QString& word : std::as_const(m_choice.ignored))
        m_own.insert(word);
    emit verdictsChanged();
}

void Spelling::ignore(const QString& form) {
    if (m_choice.ignored.contains(form))
        return;
    m_choice.ignored.append(form);
    refreshOwn();
    emit choiceChanged(m_choice);
}

void Spelling::dontIgnore(const QString& form) {
    if (m_choice.ignored.removeAll(form) == 0)
        return;
    refreshOwn();
    emit choiceChanged(m_choice);
}

void Spelling::addWord(const QString& form) {
    m_ownWords.insert(form); // at once; the file follows
    refreshOwn();
    inWorker([form](SpellingWorker& worker) { worker.addOwnWord(form); });
}

void Spelling::removeWord(const QString& form) {
    m_ownWords.remove(form);
    refreshOwn();
    inWorker([form](SpellingWorker& worker) { worker.removeOwnWord(form); });
}

// --- verdicts -------------------------------------------------

Spelling::Verdict Spelling::verdict(const StoryWord& word) {
    if (holdsWord(m_own, word.form))
        return Verdict::Right;
    if (const auto known = m_verdicts.constFind(word.context); known != m_verdicts.cend())
        return *known ? Verdict::Right : Verdict::Wrong;
    if (!m_asked.contains(word.context)) {
        m_asked.insert(word.context);
        m_toAsk.append(word.context);
        m_askTimer.start();
    }
    return Verdict::Unknown;
}

void Spelling::askForWanted() {
    if (m_state == State::Ready && !m_toAsk.isEmpty())
        inWorker([words = std::exchange(m_toAsk, {})](SpellingWorker& worker) { worker.check(words); });
}

QList<StoryWord> Spelling::wrongIn(QStringView text, const StoryWord& word) {
    if (verdict(word) != Verdict::Wrong)
        return {};
    const QList<StoryWord> parts = hyphenParts(text, word);
    if (parts.isEmpty())
        return {word};
    QList<StoryWord> wrong;
    for (const StoryWord& part : parts)
        if (verdict(part) == Verdict::Wrong)
            wrong.append(part);
    return wrong;
}

QList<TextRange> Spelling::misspelled(QStringView text, const TextRange& range) {
    QList<TextRange> wrong;
    if (m_state != State::Ready)
        return wrong;
    for (const StoryWord& word : wordsIn(text, range))
        for (const StoryWord& part : wrongIn(text, word))
            wrong.append(part.range);
    return wrong;
}

std::optional<StoryWord> Spelling::misspelledAt(QStringView text, qsizetype place) {
    if (m_state != State::Ready)
        return std::nullopt;
    for (const StoryWord& word : wordsIn(text, {std::max<qsizetype>(place - 1, 0), 2}))
        if (word.range.position <= place && place <= word.range.end())
            for (const StoryWord& part : wrongIn(text, word))
                if (part.range.position <= place && place <= part.range.end())
                    return part;
    return std::nullopt;
}

// --- searching -------------------------------------------------

void Spelling::findNext(const QString& text, qsizetype from) {
    m_searching = 0;
    m_waiting = Search{text, from};
    m_worker->skipTo(m_lastRequest + 1);
    if (m_state == State::Ready) {
        sendSearch();
    } else if (m_state == State::NoDictionary) {
        lookAgain();
    } else if (m_state == State::Broken) {
        m_opened = {}; // it may have been mended
        chooseDictionary();
    }
}

void Spelling::sendSearch() {
    const Search search = *std::exchange(m_waiting, std::nullopt);
    m_searching = ++m_lastRequest;
    m_worker->skipTo(m_searching);
    inWorker([request = m_searching, search, own = m_own](SpellingWorker& worker) {
        worker.find(request, search.text, search.from, own);
    });
}

quint64 Spelling::suggest(const QString& form) {
    const quint64 request = ++m_lastRequest;
    inWorker([request, form](SpellingWorker& worker) { worker.suggest(request, form); });
    return request;
}

} // namespace app
