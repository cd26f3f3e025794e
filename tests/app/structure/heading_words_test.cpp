// Which lines are headings by their words alone, in each of the languages, and which are not.
#include "app/structure/heading_words.h"

#include "app/structure/story_line.h"

#include <QElapsedTimer>
#include <QTest>

using namespace app;

class HeadingWordsTest : public QObject {
    Q_OBJECT

private slots:
    void chapters_data() {
        QTest::addColumn<QString>("line");
        for (const char* const line : {"Chapter 1",
                                       "Chapter XIV",
                                       "CHAPTER ONE",
                                       "Chapter Twenty-One",
                                       "Chapter 3: The ferry",
                                       "**Chapter 3**",
                                       "Kapitel 3",
                                       "Kapitel XII",
                                       "KAPITEL ZWÖLF",
                                       "Kapitel Eins",
                                       "Kapitel 4 – Die Fähre",
                                       "Erstes Kapitel",
                                       "1. Kapitel",
                                       "12. KAPITEL: Die Fähre",
                                       "ZWANZIGSTES KAPITEL",
                                       "Drittes Kapitel: Die Fähre",
                                       "Chapitre 1",
                                       "CHAPITRE IV",
                                       "Chapitre premier",
                                       "Chapitre dix-sept",
                                       "Chapitre 2. Le bac",
                                       "Premier chapitre",
                                       "Vingtième chapitre",
                                       "Capítulo 1",
                                       "CAPÍTULO VII",
                                       "Capítulo primero",
                                       "Capítulo veinte",
                                       "Capitulo 9",
                                       "Primer capítulo",
                                       "Capitolo 1",
                                       "CAPITOLO PRIMO",
                                       "Capitolo ventesimo",
                                       "Capitolo undici: Il traghetto",
                                       "Primo capitolo",
                                       "Capítulo dezesseis",
                                       "Capítulo décimo primeiro",
                                       "Capítulo Vinte",
                                       "Décimo primeiro capítulo",
                                       "Hoofdstuk 1",
                                       "HOOFDSTUK EEN",
                                       "Hoofdstuk één",
                                       "Hoofdstuk twintig",
                                       "Eerste hoofdstuk",
                                       "Rozdział 1",
                                       "ROZDZIAŁ XX",
                                       "Rozdział pierwszy",
                                       "Rozdział dwudziesty",
                                       "Rozdział trzeci",
                                       "Rozdział dwanaście",
                                       "Pierwszy rozdział",
                                       "Глава 1",
                                       "ГЛАВА ПЕРВАЯ",
                                       "Глава третья",
                                       "Глава четвёртая. Паром",
                                       "Глава XX",
                                       "Глава двадцать",
                                       "Первая глава"})
            QTest::newRow(line) << QString::fromUtf8(line);
    }
    void chapters() {
        QFETCH(QString, line);
        QCOMPARE(divisionIn(line), Division::Chapter);
        // As some systems write accents: letter and mark apart.
        QCOMPARE(divisionIn(line.normalized(QString::NormalizationForm_D)), Division::Chapter);
        QCOMPARE(readStoryLine(line).kind, StoryLine::Kind::Heading);
        QVERIFY(!readStoryLine(line).isPart);
    }

    void parts_data() {
        QTest::addColumn<QString>("line");
        for (const char* const line :
             {"Part Two",           "PART III",        "Teil 1",          "TEIL EINS",
              "Teil Zwei: Das Tal", "Erster Teil",     "2. Teil",         "Zwanzigster Teil",
              "Partie 1",           "Première partie", "PREMIÈRE PARTIE", "Deuxième partie — Le bac",
              "Partie seconde",     "Parte 1",         "Parte IV",        "Parte primera",
              "Primera parte",      "Tercera parte",   "Parte dos",       "Parte prima",
              "PARTE SECONDA",      "Prima parte",     "Terza parte",     "Primeira parte",
              "Parte um",           "Terceira Parte",  "Deel 1",          "Deel een",
              "Eerste deel",        "DEEL TWEE",       "Część 1",         "Część pierwsza",
              "CZĘŚĆ DRUGA",        "Część trzecia",   "Druga część",     "Часть 1",
              "Часть первая",       "ЧАСТЬ ВТОРАЯ",    "Третья часть",    "Часть III"})
            QTest::newRow(line) << QString::fromUtf8(line);
    }
    void parts() {
        QFETCH(QString, line);
        QCOMPARE(divisionIn(line), Division::Part);
        QVERIFY(readStoryLine(line).isPart);
        QVERIFY(readStoryLine(QStringLiteral("# ") + line).isPart);
    }

    void proseIsNoHeading_data() {
        QTest::addColumn<QString>("line");
        for (const char* const line : {"Chapter and verse",
                                       "Chapter 3 was the longest.",
                                       "Part of me",
                                       "Part one of the plan failed.",
                                       "chapter 3",
                                       "Chapters 3",
                                       "Chapter",
                                       "Chapter 12345",
                                       "Parting is hard.",
                                       "Teil des Problems war",
                                       "Teil des Problems war …",
                                       "Teil eins war lang.",
                                       "teil 2",
                                       "Teil",
                                       "Teilen 3",
                                       "Kapitel für Kapitel",
                                       "Kapitel 3 war das längste.",
                                       "Erster Teil des Weges",
                                       "Ein Teil davon",
                                       "erster Teil",
                                       "Acht Kapitel",
                                       "1. Kapitel und 2. Kapitel waren fertig.",
                                       "1. Teile",
                                       "Partie de moi",
                                       "Partie avant l'aube.",
                                       "Chapitre après chapitre",
                                       "Une partie de cartes",
                                       "Première partie de la nuit.",
                                       "Parte de mí",
                                       "Parte de mí quería irse.",
                                       "Parte dos de la historia",
                                       "Capítulo aparte",
                                       "Parte di me",
                                       "Parte domani.",
                                       "Capitolo chiuso.",
                                       "Prima parte di tutto.",
                                       "Parte de mim",
                                       "Parte um navio.",
                                       "Capítulo encerrado.",
                                       "Deel van mij",
                                       "Deel een kamer met hem.",
                                       "Hoofdstuk na hoofdstuk",
                                       "Hoofdstukken 3",
                                       "Część mnie",
                                       "Część osób wyszła.",
                                       "Rozdział zamknięty.",
                                       "Часть меня",
                                       "Часть людей ушла.",
                                       "Глава семьи",
                                       "Главарь 1",
                                       "Первая часть пути.",
                                       ""})
            QTest::newRow(line) << QString::fromUtf8(line);
    }
    void proseIsNoHeading() {
        QFETCH(QString, line);
        QCOMPARE(divisionIn(line), Division::None);
        QVERIFY(readStoryLine(line).kind != StoryLine::Kind::Heading);
    }

    // All lines of a novel are asked when it is opened.
    void linesOfANovelAreQuick() {
        const QString line = QStringLiteral("Nobody came by the river, she said, until the night was over.");
        QElapsedTimer timer;
        timer.start();
        for (int i = 0; i < 10'000; ++i)
            QVERIFY(divisionIn(line) == Division::None);
        qInfo("10,000 lines in %lld us", static_cast<long long>(timer.nsecsElapsed() / 1000));
        QVERIFY(timer.elapsed() < 2000); // some ms; room for a sanitizer on a busy machine
    }
};

QTEST_GUILESS_MAIN(HeadingWordsTest)
#include "heading_words_test.moc"
