// dictionary.h: one Hunspell dictionary. Words come and go in Unicode, whatever encoding its files have. Its
// files are of others: what they hold is checked before it is used.
// Cost: opening takes tenths of a second and up to some ten MB; isRight() microseconds, suggestions() up to a
// second for long words.
// Threads: one at a time.
#pragma once

#include "app/spelling/dictionary_files.h"
#include "engine/core/error.h"

#include <QString>
#include <QStringList>

#include <memory>

class Hunspell;

namespace app {

class WordEncoding;

class Dictionary {
public:
    // Errors: FileUnreadable (a file is not there or may not be read), FileDamaged (there is no list of words
    // in it, or none of its words is one to Hunspell), UnsupportedFormat (its encoding is unknown here).
    [[nodiscard]] static engine::Expected<std::unique_ptr<Dictionary>> open(const DictionaryFiles& files);
    ~Dictionary();
    Q_DISABLE_COPY_MOVE(Dictionary)

    // A word (StoryWord::context) as the language writes it.
    [[nodiscard]] bool isRight(const QString& context);
    // Words that may be meant, the likeliest first.
    [[nodiscard]] QStringList suggestions(const QString& form);

private:
    Dictionary();
    [[nodiscard]] bool knows(const QString& form); // just as it is written
    [[nodiscard]] bool isElision(const QString& form);

    std::unique_ptr<Hunspell> m_hunspell;
    std::unique_ptr<WordEncoding> m_encoding;
    bool m_hasElision = false; // its language leaves vowels out before others: l'amica
};

} // namespace app
