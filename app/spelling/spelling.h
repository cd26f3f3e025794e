// spelling.h: which words of the story no dictionary has. What is known is answered at once; what is not is
// asked in a thread of its own, and told when it is known. A word is asked about once, however often it
// stands in the story.
// Threads: GUI thread only; nothing here waits, except destroying it.
#pragma once

#include "app/spelling/dictionary_files.h"
#include "app/spelling/spelling_choice.h"
#include "app/spelling/spelling_worker.h"
#include "app/spelling/story_words.h"

#include <QHash>
#include <QObject>
#include <QSet>
#include <QThread>
#include <QTimer>

#include <memory>
#include <optional>

namespace app {

// Where spelling finds and keeps what it needs.
struct SpellingPlaces {
    QStringList dictionaryFolders;
    QString ownWords; // path of the writer's own dictionary
};

class Spelling : public QObject {
    Q_OBJECT

public:
    enum class State {
        Off,          // the writer does not want it
        NoDictionary, // for the story's language none is installed
        Opening,      // looking for dictionaries, or reading one
        Ready,
        Broken, // the dictionary cannot be used; see problem()
    };

    // `languages`: of the system, the most wanted first.
    Spelling(const SpellingPlaces& places, QStringList languages, QObject* parent = nullptr);
    ~Spelling() override;

    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] const QString& problem() const { return m_problem; } // one sentence while Broken
    [[nodiscard]] const QString& details() const { return m_details; }
    [[nodiscard]] const QList<DictionaryFiles>& installed() const { return m_installed; }
    // The dictionary that is asked, or would be; empty: none is installed.
    [[nodiscard]] const QString& language() const { return m_language; }
    // The language that the story is in, whether or not there is a dictionary.
    [[nodiscard]] QString wantedLanguage() const;

    void setOn(bool isOn);
    [[nodiscard]] bool isOn() const { return m_isOn; }
    // Looks for dictionaries again: one may have been installed.
    void lookAgain();

    void setChoice(const SpellingChoice& choice); // what the story says
    [[nodiscard]] const SpellingChoice& choice() const { return m_choice; }
    void setLanguage(const QString& language); // of the story; emits choiceChanged()
    void ignore(const QString& form);          // in this story; emits choiceChanged()
    void dontIgnore(const QString& form);
    // In every story.
    void addWord(const QString& form);
    void removeWord(const QString& form);

    // The misspelled words of a part of the text that are known by now; of the others
    // verdictsChanged() tells.
    [[nodiscard]] QList<TextRange> misspelled(QStringView text, const TextRange& range);
    // The misspelled word at a place, if it is known to be one.
    [[nodiscard]] std::optional<StoryWord> misspelledAt(QStringView text, qsizetype place);

    // Ends in one wordFound(), unless another search comes before or there turns out to be no dictionary;
    // then stateChanged() is the end. Looks for a dictionary again where there was none.
    void findNext(const QString& text, qsizetype from);
    // Ends in one suggested() with the number that this returns.
    [[nodiscard]] quint64 suggest(const QString& form);

signals:
    void stateChanged();    // or language() is another one, or dictionaries were looked for
    void verdictsChanged(); // more is known, or something else is right now
    void choiceChanged(const app::SpellingChoice& choice);
    void wordFound(const std::optional<app::MisspelledWord>& word); // nothing: there is none in the text
    void suggested(quint64 request, const QStringList& suggestions);
    void ownWordsFailed(const QString& problem, const QString& details);

private:
    enum class Verdict { Unknown, Right, Wrong };

    void connectWorker();
    template <class Function> void inWorker(Function&& function);
    void setState(State state, const QString& problem = {}, const QString& details = {});
    void chooseDictionary();
    void refreshOwn();
    void askForWanted();
    void sendSearch();
    [[nodiscard]] Verdict verdict(const StoryWord& word);
    // The word itself, or the parts of it that are wrong.
    [[nodiscard]] QList<StoryWord> wrongIn(QStringView text, const StoryWord& word);

    struct Search {
        QString text;
        qsizetype from = 0;
    };

    const QStringList m_languages;
    QThread m_thread;
    SpellingWorker* m_worker; // in m_thread, which destroys it
    State m_state = State::Off;
    QString m_problem;
    QString m_details;
    bool m_isOn = false;
    bool m_hasLooked = false;
    int m_looks = 0; // that are not answered yet
    QList<DictionaryFiles> m_installed;
    QString m_language;       // of the dictionary
    DictionaryFiles m_opened; // that the worker was told last
    SpellingChoice m_choice;
    QSet<QString> m_ownWords;
    QSet<QString> m_own; // with what is ignored in this story
    QHash<QString, bool> m_verdicts;
    QSet<QString> m_asked; // and not answered yet
    QStringList m_toAsk;
    QTimer m_askTimer;
    quint64 m_lastRequest = 0;
    quint64 m_searching = 0;         // the request; 0: none
    std::optional<Search> m_waiting; // until the dictionary is open
};

} // namespace app
