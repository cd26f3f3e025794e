// spelling_worker.h: the spelling thread's side: finds and opens dictionaries and asks them.
// Threads: spelling thread only; made in any thread and moved there before the first call. skipTo() any.
#pragma once

#include "app/document/text_origin.h"
#include "app/spelling/dictionary_files.h"
#include "engine/core/error.h"

#include <QHash>
#include <QObject>
#include <QSet>
#include <QString>
#include <QStringList>

#include <atomic>
#include <memory>
#include <optional>

namespace app {

class Dictionary;

// The next word that no dictionary has.
struct MisspelledWord {
    TextRange range;
    QString form; // StoryWord::form
    QStringList suggestions;
    bool isFromStart = false; // the search went on at the beginning of the text
};

class SpellingWorker : public QObject {
    Q_OBJECT

public:
    SpellingWorker(QStringList dictionaryFolders, QString ownWordsPath);
    ~SpellingWorker() override;

    // Answered with dictionariesFound() and ownWordsChanged().
    void look();
    // Puts this dictionary in the place of the one before; none if it has no language. Answered with
    // opened().
    void open(const DictionaryFiles& files);
    // Answered with checked(): for each word (StoryWord::context) whether it is right.
    void check(const QStringList& words);
    // Answered with suggested().
    void suggest(quint64 request, const QString& form);
    // Looks for the first misspelled word at or behind `from`, going on at the beginning. Answered with
    // found(). `own`: words that are right, too.
    void find(quint64 request, const QString& text, qsizetype from, const QSet<QString>& own);
    // Searches before this one are not wanted any more.
    void skipTo(quint64 request) { m_wanted = request; }
    void addOwnWord(const QString& word);
    void removeOwnWord(const QString& word);

signals:
    void dictionariesFound(const QList<app::DictionaryFiles>& installed);
    // `problem`: a sentence if it cannot be used.
    void opened(const QString& language, const QString& problem, const QString& details);
    void checked(const QString& language, const QHash<QString, bool>& verdicts);
    void suggested(quint64 request, const QStringList& suggestions);
    void found(quint64 request, const std::optional<app::MisspelledWord>& word);
    // `problem`: a sentence if the file of own words cannot be read or written; else empty.
    void ownWordsChanged(const QSet<QString>& words, const QString& problem, const QString& details);

private:
    [[nodiscard]] std::optional<MisspelledWord> firstWrong(quint64 request, const QString& text,
                                                           TextRange range, const QSet<QString>& own);
    void tell(const engine::Expected<QSet<QString>>& words, bool isRead);

    const QStringList m_folders;
    const QString m_ownWordsPath;
    std::unique_ptr<Dictionary> m_dictionary;
    QString m_language;
    QSet<QString> m_ownWords;
    std::atomic<quint64> m_wanted{0};
};

} // namespace app
