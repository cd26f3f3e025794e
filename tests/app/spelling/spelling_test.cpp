// The service behind underlines and F7, with dictionaries of our own, and the writer's words in their file.
#include "app/spelling/own_words.h"
#include "app/spelling/spelling.h"

#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace app;

namespace {

const QString kFolder = QStringLiteral(INKGATE_TEST_DATA_DIR "/spelling");

QString contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

// A service in a folder of its own, waited for.
struct Checker {
    explicit Checker(const QStringList& folders = {kFolder},
                     const QString& language = QStringLiteral("en_US"))
        : words(folder.filePath(QStringLiteral("data/words.txt")))
        , spelling({folders, words}, {language}) {}

    [[nodiscard]] bool isReady() {
        spelling.setOn(true);
        return QTest::qWaitFor([this] { return spelling.state() == Spelling::State::Ready; });
    }
    // The misspelled words of a text, once all are known.
    [[nodiscard]] QStringList wrong(const QString& text) {
        QSignalSpy known(&spelling, &Spelling::verdictsChanged);
        QList<TextRange> ranges = spelling.misspelled(text, {0, text.size()});
        while (known.wait(300))
            ranges = spelling.misspelled(text, {0, text.size()});
        QStringList found;
        for (const TextRange& range : ranges)
            found.append(text.mid(range.position, range.length));
        return found;
    }
    [[nodiscard]] std::optional<MisspelledWord> next(const QString& text, qsizetype from) {
        std::optional<MisspelledWord> word;
        bool isDone = false;
        const QObject context;
        QObject::connect(&spelling, &Spelling::wordFound, &context, [&](const auto& found) {
            word = found;
            isDone = true;
        });
        spelling.findNext(text, from);
        [[maybe_unused]] const bool came = QTest::qWaitFor([&] { return isDone; });
        return word;
    }

    QTemporaryDir folder;
    QString words;
    Spelling spelling;
};

} // namespace

class SpellingTest : public QObject {
    Q_OBJECT

private slots:
    void wrongWordsAreToldAndEachIsAskedOnce() {
        Checker checker;
        QVERIFY(checker.isReady());
        const QString text =
            QStringLiteral("The hous and the wel-known captain’s rian. *Hous* un*beliv*able");
        QCOMPARE(checker.wrong(text),
                 (QStringList{QStringLiteral("hous"), QStringLiteral("wel"), QStringLiteral("rian"),
                              QStringLiteral("Hous"), QStringLiteral("un*beliv*able")}));
        QSignalSpy known(&checker.spelling, &Spelling::verdictsChanged);
        (void)checker.spelling.misspelled(text, {0, text.size()});
        QVERIFY(!known.wait(200)); // nothing was asked
    }

    void nothingIsUnderlinedWithoutADictionary() {
        Checker checker({QStringLiteral("/nowhere")});
        checker.spelling.setOn(true);
        QTRY_COMPARE(checker.spelling.state(), Spelling::State::NoDictionary);
        QVERIFY(checker.spelling.language().isEmpty());
        QVERIFY(checker.wrong(QStringLiteral("hous")).isEmpty());
    }

    void aDictionaryThatComesIsFoundByTheNextSearch() {
        QTemporaryDir folder;
        Checker checker({folder.path()});
        checker.spelling.setOn(true);
        QTRY_COMPARE(checker.spelling.state(), Spelling::State::NoDictionary);
        for (const auto* const ending : {".aff", ".dic"})
            QVERIFY(QFile::copy(kFolder + QStringLiteral("/en_US") + QLatin1String(ending),
                                folder.filePath(QStringLiteral("en_US") + QLatin1String(ending))));
        const auto word = checker.next(QStringLiteral("the hous"), 0);
        QVERIFY(word);
        QCOMPARE(word->range, (TextRange{4, 4}));
        QCOMPARE(checker.spelling.state(), Spelling::State::Ready);
    }

    void aBrokenDictionaryIsOneSentence() {
        QTemporaryDir folder;
        for (const auto* const ending : {".aff", ".dic"}) {
            QFile file(folder.filePath(QStringLiteral("en_US") + QLatin1String(ending)));
            QVERIFY(file.open(QIODevice::WriteOnly));
        }
        Checker checker({folder.path()});
        checker.spelling.setOn(true);
        QTRY_COMPARE(checker.spelling.state(), Spelling::State::Broken);
        QVERIFY2(checker.spelling.problem().contains(QStringLiteral("hunspell-en-us")),
                 qPrintable(checker.spelling.problem()));
        QVERIFY(!checker.spelling.details().isEmpty());
        QVERIFY(checker.wrong(QStringLiteral("hous")).isEmpty());
    }

    void aStoryHasALanguageOfItsOwn() {
        Checker checker;
        QVERIFY(checker.isReady());
        QCOMPARE(checker.spelling.language(), QStringLiteral("en_US"));
        QSignalSpy changed(&checker.spelling, &Spelling::choiceChanged);
        checker.spelling.setLanguage(QStringLiteral("de_DE"));
        QCOMPARE(changed.size(), 1);
        QTRY_COMPARE(checker.spelling.state(), Spelling::State::Ready);
        QCOMPARE(checker.wrong(QStringLiteral("die Straße Strase house")),
                 (QStringList{QStringLiteral("Strase"), QStringLiteral("house")}));
        // Another story, which says nothing: the system's.
        checker.spelling.setChoice({});
        QCOMPARE(checker.spelling.language(), QStringLiteral("en_US"));
        // As a file of another program says it.
        checker.spelling.setChoice({QStringLiteral("ru"), {}});
        QCOMPARE(checker.spelling.language(), QStringLiteral("ru_RU"));
        checker.spelling.setChoice({QStringLiteral("sv_SE"), {}});
        QTRY_COMPARE(checker.spelling.state(), Spelling::State::NoDictionary);
        QCOMPARE(checker.spelling.wantedLanguage(), QStringLiteral("sv_SE"));
    }

    void theNextWordGoesRoundTheText() {
        Checker checker;
        QVERIFY(checker.isReady());
        QString text;
        for (int i = 0; i < 3000; ++i)
            text += QStringLiteral("The old house and the sea. ");
        text += QStringLiteral("Then teh rain, and wel-known boats.");
        const qsizetype first = text.indexOf(QStringLiteral("Then"));
        auto word = checker.next(text, 0);
        QVERIFY(word);
        QCOMPARE(word->range, (TextRange{first, 4}));
        QVERIFY(!word->isFromStart);
        word = checker.next(text, word->range.end());
        QCOMPARE(text.mid(word->range.position, word->range.length), QStringLiteral("teh"));
        QVERIFY(word->suggestions.contains(QStringLiteral("the")));
        word = checker.next(text, word->range.end());
        QCOMPARE(text.mid(word->range.position, word->range.length), QStringLiteral("wel"));
        word = checker.next(text, word->range.end());
        QCOMPARE(word->range.position, first);
        QVERIFY(word->isFromStart);
        QVERIFY(!checker.next(QStringLiteral("the sea"), 3));
        QVERIFY(!checker.next(QString(), 0));
    }

    void ownWordsAreRightInEveryStoryAndIgnoredOnesInOne() {
        Checker checker;
        QVERIFY(checker.isReady());
        const QString text = QStringLiteral("Anselm’s Anselm gloaming Gloaming");
        QCOMPARE(checker.wrong(text).size(), 4);
        checker.spelling.addWord(QStringLiteral("Anselm"));
        checker.spelling.ignore(QStringLiteral("gloaming"));
        QVERIFY(checker.wrong(text).isEmpty());
        QVERIFY(!checker.next(text, 0));
        QCOMPARE(checker.wrong(QStringLiteral("anselm")).size(), 1);
        QTRY_COMPARE(contentOf(checker.words), QStringLiteral("Anselm\n"));
        checker.spelling.setChoice({});
        QCOMPARE(checker.wrong(text).size(), 2);
        checker.spelling.removeWord(QStringLiteral("Anselm"));
        QTRY_COMPARE(contentOf(checker.words), QString());
        QCOMPARE(checker.wrong(text).size(), 4);
        // What was written is there at the next start.
        checker.spelling.addWord(QStringLiteral("Ansélm"));
        QTRY_COMPARE(contentOf(checker.words), QStringLiteral("Ansélm\n"));
        Spelling next({{kFolder}, checker.words}, {QStringLiteral("en_US")});
        next.setOn(true);
        QTRY_COMPARE(next.state(), Spelling::State::Ready);
        const QString again = QStringLiteral("Ansélm Anselm");
        QTRY_COMPARE(next.misspelled(again, {0, again.size()}), (QList<TextRange>{{7, 6}}));
    }

    void theFileOfOwnWordsLosesNothing() {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("words.txt"));
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("# mine\r\nAnselm\r\nno end"); // of another editor, without a last line end
        file.close();
        const auto added = addOwnWord(path, QStringLiteral("Gwen"));
        QVERIFY(added);
        QCOMPARE(*added,
                 (QSet<QString>{QStringLiteral("Anselm"), QStringLiteral("no end"), QStringLiteral("Gwen")}));
        QCOMPARE(contentOf(path), QStringLiteral("# mine\r\nAnselm\r\nno end\nGwen\n"));
        QVERIFY(addOwnWord(path, QStringLiteral("Gwen"))); // is there
        QVERIFY(removeOwnWord(path, QStringLiteral("Anselm")));
        QCOMPARE(contentOf(path), QStringLiteral("# mine\r\nno end\nGwen\n"));
        QVERIFY(QDir(folder.path()).entryList(QDir::Files) == QStringList{QStringLiteral("words.txt")});
    }

    void wordsThatCannotBeWrittenAreSaid() {
        Checker checker;
        QVERIFY(checker.isReady());
        QVERIFY(QDir().mkpath(checker.words)); // a folder where the file should be
        QSignalSpy failed(&checker.spelling, &Spelling::ownWordsFailed);
        checker.spelling.addWord(QStringLiteral("Anselm"));
        QTRY_COMPARE(failed.size(), 1);
        QVERIFY(failed.first().first().toString().contains(checker.words));
        QTRY_COMPARE(checker.wrong(QStringLiteral("Anselm")).size(), 1); // it is not there
    }

    void turningItOffForgetsTheDictionary() {
        Checker checker;
        QVERIFY(checker.isReady());
        QCOMPARE(checker.wrong(QStringLiteral("hous")).size(), 1);
        checker.spelling.setOn(false);
        QCOMPARE(checker.spelling.state(), Spelling::State::Off);
        QVERIFY(checker.wrong(QStringLiteral("hous")).isEmpty());
        QVERIFY(checker.isReady());
        QCOMPARE(checker.wrong(QStringLiteral("hous")).size(), 1);
    }
};

QTEST_GUILESS_MAIN(SpellingTest)
#include "spelling_test.moc"
