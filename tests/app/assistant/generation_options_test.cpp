#include "app/generation/generation_options.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

#include <limits>

using namespace app;

class GenerationOptionsTest : public QObject {
    Q_OBJECT

private slots:
    void everythingSurvivesJson() {
        GenerationOptions options;
        options.sampler = {0.1, 40,   0.5, 0.05, 0.9, 0.25, 0.125, 1.25,
                           0.5, 0.75, 1.5, 3,    100, 0.2,  0.4,   std::numeric_limits<quint64>::max()};
        options.stopAt = StopAt::Paragraph;
        options.endsWithSentence = false;
        options.stopTokens = {0, 261};
        options.bannedPhrases = {QStringLiteral("shiver down")};
        options.biases = {{QStringLiteral(" sea"), 2.5},
                          {QStringLiteral("12"), -std::numeric_limits<double>::infinity()}};
        options.wordsPerMinute = 250;
        options.randomSeed = false;
        options.maxTokens = 33;
        options.stopStrings = {QStringLiteral("\n\n"), QStringLiteral("THE END")};
        options.stopAtDocumentEnd = false;
        options.recordChoices = false;
        options.firstToken = 12;
        options.firstTokenRepeatsPrompt = true;
        options.recordGates = false;
        options.recordChannels = false;
        const QByteArray text = QJsonDocument(toJson(options)).toJson();
        QCOMPARE(generationOptionsFromJson(QJsonDocument::fromJson(text).object()), options);

        const ModelInfo info{QStringLiteral("tales"),
                             QStringLiteral("gated"),
                             QStringLiteral("ab12"),
                             QStringLiteral("rwkv6"),
                             QStringLiteral("adaptive"),
                             6,
                             384,
                             8192,
                             10'123'456,
                             true,
                             QStringLiteral("cpu"),
                             {QStringLiteral("h-1"), QStringLiteral("x0")}};
        QCOMPARE(modelInfoFromJson(toJson(info)), info);
    }

    void runsOfBeforeThereWasAChoiceDidNotMakeIt() {
        QVERIFY(!generationOptionsOfRun({}).endsWithSentence);
        QVERIFY(!generationOptionsOfRun({}).recordChoices);
        QVERIFY(generationOptionsOfRun(toJson(GenerationOptions())).endsWithSentence);
    }

    void whatIsMissingOrOfAnotherKindKeepsItsDefault() {
        QCOMPARE(generationOptionsFromJson({}), GenerationOptions());
        const QJsonObject odd{{QStringLiteral("maxTokens"), QStringLiteral("many")},
                              {QStringLiteral("sampler"), 5},
                              {QStringLiteral("stopTokens"), QJsonArray{-1, QStringLiteral("x")}},
                              {QStringLiteral("stopStrings"), true}};
        QCOMPARE(generationOptionsFromJson(odd), GenerationOptions());
    }
};

QTEST_GUILESS_MAIN(GenerationOptionsTest)
#include "generation_options_test.moc"
