// gguf_world_vocabulary_test.cpp: the World vocabulary (INKGATE_TEST_VOCABULARY) inside a GGUF file.
#include "engine/core/random.h"
#include "engine/tokenizer/tokenizer.h"
#include "tests/engine/model/gguf_vocabulary_samples.h"
#include "tests/engine/tokenizer/hard_texts.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace engine;
using namespace samples;

class GgufWorldVocabularyTest : public QObject {
    Q_OBJECT

private slots:
    void theWorldVocabularyInsideIsThatOfTheFile() {
        const QTemporaryDir folder;
        const std::string path = folder.filePath("model.gguf").toStdString();
        const QString vocabulary = qEnvironmentVariable("INKGATE_TEST_VOCABULARY");
        const auto world = loadRwkvWorld(vocabulary.toStdString());
        QVERIFY(world);
        TokenList list{{"<s>"}, {kControl}};
        for (int id = 1; id < 65536; ++id) {
            const std::string_view bytes = (*world)->bytes(id);
            list.tokens.push_back(bytes.empty() ? "[PAD" + std::to_string(id) + "]" : escaped(bytes));
            list.types.push_back(bytes.empty() ? kUnused : kNormal);
        }
        GgufWriter writer = modelOf(65536);
        addList(writer, list);
        const auto inside = samples::tokenizerOf(writer, path);
        QVERIFY2(inside, inside ? "" : inside.error().message.c_str());
        QCOMPARE((*inside)->vocabularySize(), 65536);
        QCOMPARE((*inside)->kind(), (*world)->kind());
        for (int id = 0; id < 65536; ++id)
            QCOMPARE((*inside)->bytes(id), (*world)->bytes(id));
        QVERIFY(std::ranges::equal((*inside)->unsampledTokens(), (*world)->unsampledTokens()));
        for (const test::NamedText& text : test::hardTexts())
            QVERIFY2(*(*inside)->encode(text.text) == *(*world)->encode(text.text), text.name);
        Random random(3);
        for (int round = 0; round < 50; ++round) {
            const std::string text = test::randomText(random, 500);
            QVERIFY(*(*inside)->encode(text) == *(*world)->encode(text));
        }

        QFile file(vocabulary);
        QVERIFY(file.open(QIODevice::ReadOnly));
        GgufWriter whole = modelOf(65536);
        whole.addText("tokenizer.rwkv.world", file.readAll().toStdString());
        const auto fromText = samples::tokenizerOf(whole, path);
        QVERIFY2(fromText, fromText ? "" : fromText.error().message.c_str());
        QVERIFY(*(*fromText)->encode("Hello, world!\n\nThe end.") ==
                (std::vector<int>{33155, 45, 40213, 34, 261, 6699, 21616, 47}));
    }
};

QTEST_GUILESS_MAIN(GgufWorldVocabularyTest)
#include "gguf_world_vocabulary_test.moc"
