// dictionary_files.h: the Hunspell dictionaries that are installed, and which of them a language means.
// Threads: pure functions; installedDictionaries() reads folders.
#pragma once

#include <QList>
#include <QString>
#include <QStringList>

namespace app {

struct DictionaryFiles {
    QString language; // as the files are called: en_US, de_AT_frami
    QString affixes;  // path of the .aff file
    QString words;    // path of the .dic file

    bool operator==(const DictionaryFiles&) const = default;
};

// Where dictionaries lie: $DICPATH, the user's folders, then the system's, Hunspell's before MySpell's.
[[nodiscard]] QStringList dictionaryFolders();

// By language. Of two of one language that of the earlier folder counts. Files without their pair (of
// hyphenation, thesauri) are none.
[[nodiscard]] QList<DictionaryFiles> installedDictionaries(const QStringList& folders);

// The dictionary that fits the first of the languages for which there is one: the language and territory, the
// language in its own country, the language anywhere. -1: none.
[[nodiscard]] qsizetype dictionaryFor(const QList<DictionaryFiles>& installed, const QStringList& languages);

// Of the person, the most wanted first; American English if the system names none.
[[nodiscard]] QStringList systemLanguages();
// "German (Austria)"
[[nodiscard]] QString languageName(const QString& language);
// The Debian package with a dictionary for this language; empty: we know of none.
[[nodiscard]] QString dictionaryPackage(const QString& language);

} // namespace app
