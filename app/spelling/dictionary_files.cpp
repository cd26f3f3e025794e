#include "app/spelling/dictionary_files.h"

#include <QDir>
#include <QFileInfo>
#include <QLocale>
#include <QStandardPaths>

#include <algorithm>
#include <array>

namespace app {

namespace {

QString spelled(QString language) { return language.replace(u'-', u'_'); }
QString languageOf(const QString& language) { return spelled(language).section(u'_', 0, 0); }

// The language as it is written in the country that most readers of it live in.
bool isInOwnCountry(const QString& language) {
    return spelled(language) == QLocale(languageOf(language)).name();
}

} // namespace

QStringList dictionaryFolders() {
    QStringList folders = qEnvironmentVariable("DICPATH").split(QDir::listSeparator(), Qt::SkipEmptyParts);
    for (const QString& data : QStandardPaths::standardLocations(QStandardPaths::GenericDataLocation))
        folders.append({data + QStringLiteral("/hunspell"), data + QStringLiteral("/myspell"),
                        data + QStringLiteral("/myspell/dicts")});
    for (const auto* const system : {"/usr/share/hunspell", "/usr/share/myspell", "/usr/share/myspell/dicts"})
        if (!folders.contains(QLatin1String(system)))
            folders.append(QLatin1String(system));
    return folders;
}

QList<DictionaryFiles> installedDictionaries(const QStringList& folders) {
    QList<DictionaryFiles> installed;
    for (const QString& folder : folders) {
        const QDir dir(folder);
        for (const QString& name : dir.entryList({QStringLiteral("*.aff")}, QDir::Files, QDir::Name)) {
            const QString language = name.chopped(4);
            const QString words = dir.filePath(language + QStringLiteral(".dic"));
            const bool isKnown =
                std::any_of(installed.begin(), installed.end(),
                            [&](const DictionaryFiles& known) { return known.language == language; });
            if (!isKnown && QFileInfo(words).isFile())
                installed.append({language, dir.filePath(name), words});
        }
    }
    std::sort(installed.begin(), installed.end(),
              [](const DictionaryFiles& a, const DictionaryFiles& b) { return a.language < b.language; });
    return installed;
}

qsizetype dictionaryFor(const QList<DictionaryFiles>& installed, const QStringList& languages) {
    const auto find = [&](const auto& fits) -> qsizetype {
        const auto found = std::find_if(installed.begin(), installed.end(), fits);
        return found == installed.end() ? -1 : found - installed.begin();
    };
    for (const QString& entry : languages) {
        const QString wanted = spelled(entry);
        if (wanted.isEmpty())
            continue;
        qsizetype best =
            find([&](const DictionaryFiles& files) { return spelled(files.language) == wanted; });
        if (best < 0) // a territory with a variant of its own: de_DE_frami
            best = find([&](const DictionaryFiles& files) {
                return spelled(files.language).startsWith(wanted + u'_') && wanted.contains(u'_');
            });
        const QString language = languageOf(wanted);
        const auto isLanguage = [&](const DictionaryFiles& files) {
            return languageOf(files.language) == language;
        };
        if (best < 0)
            best = find([&](const DictionaryFiles& files) {
                return isLanguage(files) && (isInOwnCountry(files.language) || files.language == language);
            });
        if (best < 0)
            best = find(isLanguage);
        if (best >= 0)
            return best;
    }
    return -1;
}

QStringList systemLanguages() {
    QStringList languages = QLocale::system().uiLanguages();
    languages.removeIf([](const QString& name) { return name == QLatin1String("C"); });
    return languages.isEmpty() ? QStringList{QStringLiteral("en_US")} : languages;
}

QString languageName(const QString& language) {
    const QString code = spelled(language);
    const QLocale locale(code);
    // An unknown language becomes the "C" locale.
    if (locale.language() == QLocale::C)
        return language;
    QString name = QLocale::languageToString(locale.language());
    const QStringList parts = code.split(u'_');
    if (parts.size() > 1 && locale.name().section(u'_', 1) == parts[1])
        name += QStringLiteral(" (%1)").arg(QLocale::territoryToString(locale.territory()));
    if (parts.size() > 2)
        name += QStringLiteral(", ") + parts.sliced(2).join(u' ');
    return name;
}

QString dictionaryPackage(const QString& language) {
    // Debian 12. The first of a language is that of its own country.
    static constexpr std::array kPackages{
        "af", "an",    "ar",    "be",    "bg",    "bn",    "bo",    "br",    "bs",    "ca",    "cs",
        "da", "de-de", "de-at", "de-ch", "dz",    "el",    "en-us", "en-gb", "en-au", "en-ca", "en-za",
        "es", "eu",    "fr",    "gd",    "gl",    "gu",    "he",    "hi",    "hr",    "hu",    "id",
        "is", "it",    "kk",    "kmr",   "ko",    "lo",    "lt",    "lv",    "ml",    "mn",    "ne",
        "nl", "no",    "oc",    "pl",    "pt-br", "pt-pt", "ro",    "ru",    "si",    "sk",    "sl",
        "sr", "sv",    "sw",    "te",    "th",    "tr",    "uk",    "uz",    "vi",
    };
    QString code = spelled(language).toLower().replace(u'_', u'-');
    QString base = code.section(u'-', 0, 0);
    if (base == QLatin1String("nb") || base == QLatin1String("nn"))
        base = QStringLiteral("no");
    const auto package = [](const char* name) { return QStringLiteral("hunspell-") + QLatin1String(name); };
    for (const char* const name : kPackages)
        if (code == QLatin1String(name))
            return package(name);
    for (const char* const name : kPackages)
        if (QLatin1String(name) == base || QLatin1String(name).startsWith(base + u'-'))
            return package(name);
    return {};
}

} // namespace app
