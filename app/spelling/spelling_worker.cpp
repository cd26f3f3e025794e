#include "app/spelling/spelling_worker.h"

#include "app/spelling/dictionary.h"
#include "app/spelling/own_words.h"
#include "app/spelling/story_words.h"

#include <algorithm>
#include <utility>

namespace app {

namespace {

constexpr qsizetype kSlice = 4096; // of the text, between two looks whether anybody still wants to know

} // namespace

SpellingWorker::SpellingWorker(QStringList dictionaryFolders, QString ownWordsPath)
    : m_folders(std::move(dictionaryFolders))
    , m_ownWordsPath(std::move(ownWordsPath)) {}

SpellingWorker::~SpellingWorker() = default;

void SpellingWorker::look() {
    emit dictionariesFound(installedDictionaries(m_folders));
    tell(readOwnWords(m_ownWordsPath), true);
}

void SpellingWorker::open(const DictionaryFiles& files) {
    m_dictionary.reset();
    m_language = files.language;
    if (files.language.isEmpty())
        return;
    auto opened = Dictionary::open(files);
    if (opened) {
        m_dictionary = std::move(*opened);
        emit this->opened(m_language, QString(), QString());
        return;
    }
    const QString package = dictionaryPackage(m_language);
    const QString remedy = package.isEmpty()
                               ? tr("Install it anew, or choose another language.")
                               : tr("Install the package %1 anew, or choose another language.").arg(package);
    emit this->opened(m_language,
                      tr("The dictionary “%1” cannot be used, as its files are damaged or of an unknown "
                         "kind. %2")
                          .arg(m_language, remedy),
                      QString::fromStdString(opened.error().message));
}

void SpellingWorker::check(const QStringList& words) {
    if (!m_dictionary)
        return;
    QHash<QString, bool> verdicts;
    for (const QString& word : words)
        verdicts.insert(word, m_dictionary->isRight(word));
    emit checked(m_language, verdicts);
}

void SpellingWorker::suggest(quint64 request, const QString& form) {
    emit suggested(request, m_dictionary ? m_dictionary->suggestions(form) : QStringList());
}

std::optional<MisspelledWord> SpellingWorker::firstWrong(quint64 request, const QString& text,
                                                         TextRange range, const QSet<QString>& own) {
    const auto isRight = [&](const StoryWord& word) {
        return holdsWord(own, word.form) || m_dictionary->isRight(word.context);
    };
    for (qsizetype at = range.position; at < range.end() && m_wanted <= request; at += kSlice) {
        for (const StoryWord& word : wordsIn(text, {at, std::min(kSlice, range.end() - at)})) {
            if (word.range.position < range.position || isRight(word))
                continue;
            QList<StoryWord> wrong = hyphenParts(text, word);
            const bool isOne = wrong.isEmpty();
            wrong.removeIf(isRight);
            if (isOne)
                wrong.append(word);
            if (!wrong.isEmpty())
                return MisspelledWord{wrong.first().range, wrong.first().form, {}, false};
        }
    }
    return std::nullopt;
}

void SpellingWorker::find(quint64 request, const QString& text, qsizetype from, const QSet<QString>& own) {
    if (!m_dictionary || m_wanted > request)
        return;
    const qsizetype start = std::clamp<qsizetype>(from, 0, text.size());
    auto word = firstWrong(request, text, {start, text.size() - start}, own);
    if (!word && start > 0) {
        word = firstWrong(request, text, {0, start}, own);
        if (word)
            word->isFromStart = true;
    }
    if (m_wanted > request)
        return;
    if (word)
        word->suggestions = m_dictionary->suggestions(word->form);
    emit found(request, word);
}

void SpellingWorker::tell(const engine::Expected<QSet<QString>>& words, bool isRead) {
    if (words) {
        m_ownWords = *words;
        emit ownWordsChanged(m_ownWords, QString(), QString());
        return;
    }
    emit ownWordsChanged(m_ownWords,
                         isRead ? tr("Your own words in %1 cannot be read. Check that it is a text file that "
                                     "you may read.")
                                      .arg(m_ownWordsPath)
                                : tr("The word could not be written to %1. Check that there is room on the "
                                     "disk and that you may write there.")
                                      .arg(m_ownWordsPath),
                         QString::fromStdString(words.error().message));
}

void SpellingWorker::addOwnWord(const QString& word) { tell(app::addOwnWord(m_ownWordsPath, word), false); }

void SpellingWorker::removeOwnWord(const QString& word) {
    tell(app::removeOwnWord(m_ownWordsPath, word), false);
}

} // namespace app
