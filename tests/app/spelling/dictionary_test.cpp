// Dictionaries: found, chosen, read in their encodings, refused when they are broken.
#include "app/spelling/dictionary.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace app;
using engine::ErrorCode;

namespace {

const QString kFolder = QStringLiteral(INKGATE_TEST_DATA_DIR "/spelling");

std::unique_ptr<Dictionary> dictionary(const QString& language) {
    for (const DictionaryFiles& files : installedDictionaries({kFolder}))
        if (files.language == language)
            if (auto opened = Dictionary::open(files))
                return std::move(*opened);
    return nullptr;
}

void write(const QString& path, const QByteArray& bytes) {
    QDir().mkpath(QFileInfo(path).absolutePath());
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size());
}

QList<DictionaryFiles> named(const QStringList& names) {
    QList<DictionaryFiles> files;
    for (const QString& name : names)
        files.append({name, {}, {}});
    return files;
}

} // namespace

class DictionaryTest : public QObject {
    Q_OBJECT

private slots:
    void wordsAreRightOrNot_data() {
        QTest::addColumn<QString>("language");
        QTest::addColumn<QString>("right");
        QTest::addColumn<QString>("wrong");
        const auto row = [](const char* name, const char* language, const char* right, const char* wrong) {
            QTest::newRow(name) << QString::fromLatin1(language) << QString::fromUtf8(right)
                                << QString::fromUtf8(wrong);
        };
        row("affixes", "en_US", "house houses house's walked House", "hous houss walkd");
        row("apostrophes", "en_US", "don't isn't o'clock", "do'nt havn't");
        row("around", "en_US", "'tis 'house' house. Mr.", "tis' 'hous' hous.");
        row("hyphens", "en_US", "well-known sea-captain", "wel-known");
        row("English elides nothing", "en_US", "could", "could't");
        row("another alphabet", "en_US", "sea", "дом");
        row("ISO 8859-1", "de_DE", "Straße Straßen Größe über schön", "Strase Grösse uber дом");
        row("KOI8-R", "ru_RU", "дом река старый Дом", "домм sea Größe");
        row("elision", "fr_FR", "l'homme l'arbre l'école aujourd'hui d'homme", "l'hommme x'ville l'ville");
    }
    void wordsAreRightOrNot() {
        QFETCH(QString, language);
        const auto known = dictionary(language);
        QVERIFY(known);
        QFETCH(QString, right);
        for (const QString& word : right.split(u' '))
            QVERIFY2(known->isRight(word), qPrintable(word));
        QFETCH(QString, wrong);
        for (const QString& word : wrong.split(u' '))
            QVERIFY2(!known->isRight(word), qPrintable(word));
    }

    void suggestionsComeInUnicode() {
        QVERIFY(dictionary(QStringLiteral("en_US"))
                    ->suggestions(QStringLiteral("hous"))
                    .contains(QStringLiteral("house")));
        QVERIFY(dictionary(QStringLiteral("de_DE"))
                    ->suggestions(QStringLiteral("Strase"))
                    .contains(QStringLiteral("Straße")));
        QVERIFY(dictionary(QStringLiteral("ru_RU"))
                    ->suggestions(QStringLiteral("домм"))
                    .contains(QStringLiteral("дом")));
        QVERIFY(dictionary(QStringLiteral("de_DE"))->suggestions(QStringLiteral("дом")).isEmpty());
    }

    void brokenFilesAreRefused_data() {
        QTest::addColumn<QByteArray>("affixes");
        QTest::addColumn<QByteArray>("words");
        QTest::addColumn<int>("code");
        const QByteArray utf8 = "SET UTF-8\n";
        const auto row = [](const char* name, const QByteArray& affixes, const QByteArray& words,
                            ErrorCode code) {
            QTest::newRow(name) << affixes << words << static_cast<int>(code);
        };
        row("empty", utf8, "", ErrorCode::FileDamaged);
        row("no number of words", utf8, "house\nsea\n", ErrorCode::FileDamaged);
        row("a number and nothing", utf8, "3\n", ErrorCode::FileDamaged);
        row("more words than bytes", utf8, "2000000000\nhouse\n", ErrorCode::FileDamaged);
        row("a negative number", utf8, "-1\nhouse\n", ErrorCode::FileDamaged);
        row("UTF-16", utf8, QByteArray("2\0h\0o\0", 6), ErrorCode::FileDamaged);
        row("affixes that are no text", QByteArray("PK\3\4\0\0", 6), "1\nhouse\n", ErrorCode::FileDamaged);
        row("unknown encoding", "SET KLINGON-1\n", "1\nhouse\n", ErrorCode::UnsupportedFormat);
    }
    void brokenFilesAreRefused() {
        QTemporaryDir folder;
        QFETCH(QByteArray, affixes);
        QFETCH(QByteArray, words);
        const DictionaryFiles files{QStringLiteral("xx"), folder.filePath(QStringLiteral("xx.aff")),
                                    folder.filePath(QStringLiteral("xx.dic"))};
        write(files.affixes, affixes);
        write(files.words, words);
        const auto opened = Dictionary::open(files);
        QVERIFY(!opened);
        QTEST(static_cast<int>(opened.error().code), "code");
        QVERIFY(!opened.error().message.empty());
    }

    void filesThatAreGoneAreRefused() {
        const auto opened = Dictionary::open(
            {QStringLiteral("xx"), QStringLiteral("/nowhere/xx.aff"), QStringLiteral("/nowhere/xx.dic")});
        QVERIFY(!opened);
        QCOMPARE(opened.error().code, ErrorCode::FileUnreadable);
    }

    void theFirstFolderCountsAndHalfPairsAreNone() {
        QTemporaryDir folder;
        const QString first = folder.filePath(QStringLiteral("hunspell"));
        const QString second = folder.filePath(QStringLiteral("myspell/dicts"));
        for (const QString& path : {first, second})
            for (const auto* const ending : {".aff", ".dic"})
                write(path + QStringLiteral("/de_DE") + QLatin1String(ending), "1\nx\n");
        write(second + QStringLiteral("/hyph_de_DE.dic"), "x");
        write(second + QStringLiteral("/sv_SE.aff"), "x");
        const auto found = installedDictionaries({folder.filePath(QStringLiteral("none")), first, second});
        QCOMPARE(found.size(), 1);
        QCOMPARE(found.first().words, first + QStringLiteral("/de_DE.dic"));
        const QStringList folders = dictionaryFolders();
        QVERIFY(folders.contains(QStringLiteral("/usr/share/hunspell")));
        QVERIFY(folders.contains(QStringLiteral("/usr/share/myspell/dicts")));
    }

    void theDictionaryOfALanguage_data() {
        QTest::addColumn<QStringList>("installed");
        QTest::addColumn<QStringList>("languages");
        QTest::addColumn<QString>("chosen");
        const QStringList german{"de_AT", "de_CH_frami", "de_DE", "en_US"};
        QTest::newRow("itself") << german << QStringList{"de-AT"} << "de_AT";
        QTest::newRow("with a variant") << german << QStringList{"de_CH"} << "de_CH_frami";
        QTest::newRow("its own country first") << german << QStringList{"de_LI"} << "de_DE";
        QTest::newRow("the language alone") << german << QStringList{"de"} << "de_DE";
        QTest::newRow("anywhere") << QStringList{"en_ZA"} << QStringList{"en_US"} << "en_ZA";
        QTest::newRow("the second wish") << german << QStringList{"fr_FR", "en_GB"} << "en_US";
        QTest::newRow("none") << german << QStringList{"fr_FR", ""} << "";
        QTest::newRow("no part of a name") << QStringList{"de_DE"} << QStringList{"d"} << "";
    }
    void theDictionaryOfALanguage() {
        QFETCH(QStringList, installed);
        QFETCH(QStringList, languages);
        const auto files = named(installed);
        const qsizetype index = dictionaryFor(files, languages);
        QTEST(index < 0 ? QString() : files[index].language, "chosen");
    }

    void namesOfLanguagesAndPackages() {
        QCOMPARE(languageName(QStringLiteral("de_AT")), QStringLiteral("German (Austria)"));
        QCOMPARE(languageName(QStringLiteral("de_DE_frami")), QStringLiteral("German (Germany), frami"));
        QCOMPARE(languageName(QStringLiteral("tlh")), QStringLiteral("tlh"));
        QCOMPARE(dictionaryPackage(QStringLiteral("en_US")), QStringLiteral("hunspell-en-us"));
        QCOMPARE(dictionaryPackage(QStringLiteral("de-LI")), QStringLiteral("hunspell-de-de"));
        QCOMPARE(dictionaryPackage(QStringLiteral("fr_CA")), QStringLiteral("hunspell-fr"));
        QCOMPARE(dictionaryPackage(QStringLiteral("nb_NO")), QStringLiteral("hunspell-no"));
        QCOMPARE(dictionaryPackage(QStringLiteral("tlh")), QString());
    }
};

QTEST_GUILESS_MAIN(DictionaryTest)
#include "dictionary_test.moc"
