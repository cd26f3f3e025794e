#include "app/spelling/dictionary.h"

#include "app/spelling/word_encoding.h"

#include <QFile>

#include <hunspell/hunspell.hxx>

#include <algorithm>
#include <array>
#include <exception>

namespace app {

namespace {

using engine::ErrorCode;
using engine::Expected;

constexpr qint64 kLookedAtBytes = 64 * 1024; // of each file, before Hunspell reads it
constexpr qsizetype kMostSuggestions = 7;

Expected<QByteArray> beginningOf(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return engine::failure(ErrorCode::FileUnreadable,
                               (path + QStringLiteral(": ") + file.errorString()).toStdString());
    return file.read(kLookedAtBytes);
}

engine::Failure damaged(const QString& path, const char* why) {
    return engine::failure(ErrorCode::FileDamaged, path.toStdString() + ": " + why);
}

// The words at the beginning of the list, in the dictionary's encoding. Hunspell takes whatever it is given
// and says nothing, so what is no list is found here.
Expected<QList<QByteArray>> firstWords(const DictionaryFiles& files) {
    auto affixes = beginningOf(files.affixes);
    if (!affixes)
        return failure(affixes.error());
    if (affixes->contains('\0'))
        return damaged(files.affixes, "not a text");
    auto words = beginningOf(files.words);
    if (!words)
        return failure(words.error());
    if (words->contains('\0'))
        return damaged(files.words, "not a text");
    QList<QByteArray> lines = words->split('\n');
    if (lines.first().startsWith("\xef\xbb\xbf"))
        lines.first().remove(0, 3);
    bool isNumber = false;
    const qint64 count = lines.takeFirst().trimmed().split(' ').first().toLongLong(&isNumber);
    // Hunspell reserves memory for so many.
    if (!isNumber || count <= 0 || count > QFile(files.words).size())
        return damaged(files.words, "the first line is no number of words");
    QList<QByteArray> found;
    for (const QByteArray& line : std::as_const(lines)) {
        const auto end = std::find_if(line.begin(), line.end(),
                                      [](char c) { return c == '/' || c == '\t' || c == ' ' || c == '\r'; });
        if (end != line.begin())
            found.append(line.first(end - line.begin()));
    }
    if (found.size() > 1)
        found.removeLast(); // may be cut
    return found;
}

} // namespace

Dictionary::Dictionary() = default;
Dictionary::~Dictionary() = default;

Expected<std::unique_ptr<Dictionary>> Dictionary::open(const DictionaryFiles& files) {
    const auto sample = firstWords(files);
    if (!sample)
        return failure(sample.error());
    auto dictionary = std::unique_ptr<Dictionary>(new Dictionary);
    try {
        dictionary->m_hunspell = std::make_unique<Hunspell>(QFile::encodeName(files.affixes).constData(),
                                                            QFile::encodeName(files.words).constData());
        const std::string& encoding = dictionary->m_hunspell->get_dict_encoding();
        dictionary->m_encoding = WordEncoding::open(QByteArray::fromStdString(encoding));
        if (!dictionary->m_encoding)
            return engine::failure(ErrorCode::UnsupportedFormat,
                                   files.affixes.toStdString() + ": unknown encoding " + encoding);
        const bool isUsable = std::any_of(sample->begin(), sample->end(), [&](const QByteArray& word) {
            return dictionary->m_hunspell->spell(word.toStdString());
        });
        if (!isUsable)
            return damaged(files.words, "none of its words can be used");
    } catch (const std::exception& problem) {
        return damaged(files.affixes, problem.what());
    }
    static constexpr std::array kEliding{"fr", "it", "ca", "oc", "co", "pms", "fur"};
    const QString language = files.language.section(u'_', 0, 0).section(u'-', 0, 0);
    dictionary->m_hasElision = std::any_of(kEliding.begin(), kEliding.end(), [&](const char* eliding) {
        return language == QLatin1String(eliding);
    });
    return dictionary;
}

bool Dictionary::knows(const QString& form) {
    if (const auto word = m_encoding->encoded(form); word && m_hunspell->spell(*word))
        return true;
    if (!form.contains(u'\''))
        return false;
    // Some dictionaries have the printer's apostrophe alone.
    const auto printed = m_encoding->encoded(QString(form).replace(u'\'', u'\u2019'));
    return printed && m_hunspell->spell(*printed);
}

// The article or pronoun may stand before any word with a vowel, and not every dictionary lists them
// together.
bool Dictionary::isElision(const QString& form) {
    const qsizetype apostrophe = form.indexOf(u'\'');
    if (!m_hasElision || apostrophe <= 0 || apostrophe + 2 >= form.size())
        return false;
    const QString first = form.first(apostrophe);
    const QString rest = form.sliced(apostrophe + 1);
    const QChar vowel = rest.normalized(QString::NormalizationForm_D).front().toLower();
    return QStringLiteral("aeiouyhœæ").contains(vowel) && knows(rest) &&
           (first.size() == 1 || knows(first + u'\'') || knows(first));
}

bool Dictionary::isRight(const QString& context) {
    const bool hasBefore = context.startsWith(u'\'');
    const bool hasBehind = context.endsWith(u'\'') || context.endsWith(u'.');
    const QString form = context.sliced(hasBefore, context.size() - hasBefore - hasBehind);
    return knows(form) || (hasBefore && knows(u'\'' + form)) || (hasBehind && knows(form + context.back())) ||
           isElision(form);
}

QStringList Dictionary::suggestions(const QString& form) {
    QStringList suggestions;
    const auto word = m_encoding->encoded(form);
    if (!word)
        return suggestions;
    for (const std::string& suggestion : m_hunspell->suggest(*word)) {
        if (const auto text = m_encoding->decoded(suggestion); text && !suggestions.contains(*text))
            suggestions.append(*text);
        if (suggestions.size() == kMostSuggestions)
            break;
    }
    return suggestions;
}

} // namespace app
