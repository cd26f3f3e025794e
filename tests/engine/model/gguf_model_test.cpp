// Models in GGUF files, as the rest of the engine meets them: their logits, and the vocabulary that they
// bring along.
#include "engine/model/model.h"
#include "engine/model/model_tokenizer.h"
#include "engine/runtime/generation.h"
#include "engine/runtime/session.h"
#include "engine/runtime/state/state.h"
#include "tests/engine/formats/samples/sample_gguf.h"
#include "tests/engine/formats/samples/sample_safetensors.h"
#include "tests/engine/model/gguf_vocabulary_samples.h"
#include "tests/engine/tokenizer/hard_texts.h"
#include "tests/support/tensor_comparison.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace engine;
using samples::addList;
using samples::GgufOptions;
using samples::GgufWriter;
using samples::kControl;
using samples::kNormal;
using samples::kUnused;
using samples::modelOf;
using samples::smallList;
using samples::TokenList;
using samples::Version;

Q_DECLARE_METATYPE(samples::Version)
Q_DECLARE_METATYPE(samples::GgufOptions)

class GgufModelTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_dir;

    std::string path(const char* name) const { return m_dir.filePath(name).toStdString(); }

    Expected<std::unique_ptr<const Tokenizer>> tokenizerOf(const GgufWriter& writer,
                                                           const std::string& given = {}) const {
        return samples::tokenizerOf(writer, path("model.gguf"), given);
    }

private slots:
    void logitsAreThoseOfTheOfficialModel_data() {
        QTest::addColumn<Version>("version");
        QTest::addColumn<GgufOptions>("options");
        for (const Version version : {Version::V6, Version::V7})
            for (const DataType type : {DataType::Float32, DataType::Q5_1, DataType::Q8_0, DataType::Q4_K,
                                        DataType::Q5_K, DataType::Q6_K})
                QTest::newRow(qPrintable(QString("%1 %2")
                                             .arg(version == Version::V6 ? 6 : 7)
                                             .arg(QString::fromStdString(std::string(name(type))))))
                    << version << GgufOptions{.type = type};
        QTest::newRow("6 rescaled") << Version::V6 << GgufOptions{.rescaleEvery = 1};
        QTest::newRow("6 rescaled q4_k")
            << Version::V6 << GgufOptions{.type = DataType::Q4_K, .rescaleEvery = 1};
        QTest::newRow("6 of an older converter")
            << Version::V6 << GgufOptions{.version = 2, .hasFusedMixes = false, .hasFlatVectors = true};
    }

    // The sample values are exact in every type, so as float32 nothing is left to tolerate. Packed weights
    // see inputs of 16 bits; scales rounded to float16 and made anew move the sample's logits by this much.
    void logitsAreThoseOfTheOfficialModel() {
        QFETCH(Version, version);
        QFETCH(GgufOptions, options);
        const samples::Sizes sizes{
            .layers = 3, .vocabulary = 48, .heads = 4, .headSize = 64, .feedForward = 512, .rank = 32};
        const auto official = samples::officialModel(version, sizes);
        samples::writeFile(path("model.safetensors"), samples::safetensors(official));
        samples::writeFile(path("model.gguf"), samples::gguf(official, version, sizes, options));
        std::vector<std::vector<float>> found;
        struct Way {
            const char* file;
            WeightType weights;
        };
        for (const auto& [file, weights] :
             {Way{"model.safetensors", WeightType::AsStored}, Way{"model.gguf", WeightType::Float32},
              Way{"model.gguf", WeightType::AsStored}}) {
            const auto model = Model::load(path(file), {weights});
            QVERIFY2(model.has_value(), model ? "" : model.error().message.c_str());
            Session session(*model, std::make_shared<ThreadPool>());
            State state((*model)->config());
            auto& logits = found.emplace_back(48);
            QVERIFY(session.prefill(state, std::vector<int>{1, 47, 3, 3, 20, 0}, logits).has_value());
            QVERIFY(session.decode(state, 9, logits).has_value());
        }
        QVERIFY(std::ranges::none_of(found[0], [](float logit) { return std::isnan(logit); }));
        QVERIFY(*std::ranges::max_element(found[0]) - *std::ranges::min_element(found[0]) > 0.1f);
        QVERIFY(found[1] == found[0]);
        const auto packed = support::compare(found[2], std::span<const float>(found[0]));
        const bool hasNewScales = options.type == DataType::Q4_K || options.type == DataType::Q5_K ||
                                  options.type == DataType::Q6_K;
        QVERIFY2(packed.isWithinShare(hasNewScales ? 1e-2 : 1e-4), packed.describe().c_str());
    }

    // Files say of bytes of the World vocabulary that they begin and end a text, of two line ends that they
    // end a turn, and have a bare word for a chat template. A story ends with token 0 alone.
    void nothingElseEndsAStory() {
        constexpr int kTwoLines = 258;
        GgufWriter writer = modelOf(261);
        addList(writer, smallList(261));
        writer.addNumber("tokenizer.ggml.bos_token_id", 1);
        writer.addNumber("tokenizer.ggml.eos_token_id", 2);
        writer.addNumber("tokenizer.ggml.eot_token_id", kTwoLines);
        writer.addText("tokenizer.chat_template", "rwkv-world");
        const auto tokenizer = tokenizerOf(writer);
        QVERIFY2(tokenizer, tokenizer ? "" : tokenizer.error().message.c_str());
        QCOMPARE((*tokenizer)->documentSeparator(), 0);
        QCOMPARE((*tokenizer)->bytes(kTwoLines), std::string_view("\n\n"));
        QFile config(m_dir.filePath("config.json"));
        QVERIFY(config.open(QIODevice::WriteOnly) &&
                config.write(R"({"bos_token_id":1,"eos_token_id":2})") > 0);
        config.close();
        const auto model = Model::load(path("model.gguf"), {});
        QVERIFY(model);
        Session session(*model, std::make_shared<ThreadPool>(1));
        GenerationSettings settings;
        settings.maxTokens = 3000;
        settings.sampler.temperature = 100;
        settings.sampler.topP = 1;
        settings.sampler.bannedTokens = {0}; // so that nothing but another end could be one
        Generation generation(session, **tokenizer, settings);
        QVERIFY(generation.readPrompt("\n"));
        std::vector<int> drawn;
        StopReason stop = StopReason::None;
        while (stop == StopReason::None) {
            const auto token = generation.next();
            QVERIFY2(token, token ? "" : token.error().message.c_str());
            drawn.push_back(token->token);
            stop = token->stop;
        }
        QCOMPARE(int(stop), int(StopReason::MaxTokens));
        QCOMPARE(drawn.size(), std::size_t{3000});
        for (const int token : {1, 2, kTwoLines})
            QVERIFY2(std::ranges::count(drawn, token) > 0, qPrintable(QString::number(token)));
        QCOMPARE(std::ranges::count(drawn, 0), std::ptrdiff_t{0});
    }

    // Names tell nothing of types: files called Q8_0 are published that hold something else.
    void typesAreThoseOfTheTensors() {
        const samples::Sizes sizes{
            .layers = 1, .vocabulary = 48, .heads = 4, .headSize = 64, .feedForward = 512, .rank = 32};
        auto writer = samples::ggufWriter(samples::officialModel(Version::V7, sizes), Version::V7, sizes,
                                          {.type = DataType::Q6_K});
        writer.addNumber("general.file_type", 7); // mostly Q8_0
        samples::writeFile(path("model-Q8_0.gguf"), writer.finish());
        const auto checkpoint = Checkpoint::open(path("model-Q8_0.gguf"));
        QVERIFY2(checkpoint, checkpoint ? "" : checkpoint.error().message.c_str());
        QCOMPARE(checkpoint->find("blocks.0.att.key.weight")->type, DataType::Q6_K);
    }

    void onlyNormalTokensAreTextAndSampled() {
        GgufWriter writer = modelOf(264);
        addList(writer, smallList(264));
        const auto inside = tokenizerOf(writer);
        QVERIFY2(inside, inside ? "" : inside.error().message.c_str());
        QCOMPARE((*inside)->vocabularySize(), 264);
        QCOMPARE((*inside)->bytes(257), std::string_view("it's\""));
        QCOMPARE((*inside)->bytes(260), std::string_view("qq"));
        for (const char* name : {"<s>", "[PAD262]"}) {
            const auto tokens = (*inside)->encode(name);
            QCOMPARE(tokens->size(), std::string_view(name).size()); // letter by letter
            QCOMPARE(*(*inside)->decode(*tokens), std::string(name));
        }
        QCOMPARE((*inside)->bytes(0), std::string_view());
        QCOMPARE((*inside)->documentSeparator(), 0);
        const auto unsampled = (*inside)->unsampledTokens();
        QCOMPARE(std::vector<int>(unsampled.begin(), unsampled.end()), (std::vector<int>{261, 262, 263}));
    }

    void brokenVocabulariesAreSaidInOneSentence_data() {
        QTest::addColumn<int>("rows");
        QTest::addColumn<QString>("token"); // in place of number 258
        QTest::addColumn<QString>("says");
        QTest::newRow("fewer tokens than the model") << 266 << "x"
                                                     << "264 tokens, but ";
        QTest::newRow("more tokens than the model") << 263 << "x"
                                                    << "264 tokens, but ";
        QTest::newRow("escape without digits") << 264 << "\\x4"
                                               << "token 258: the token holds a broken escape";
        QTest::newRow("escape without end") << 264 << "abc\\"
                                            << "token 258: the token holds a broken escape";
        QTest::newRow("token twice") << 264 << "a"
                                     << "token 258: another id has the same token";
    }

    void brokenVocabulariesAreSaidInOneSentence() {
        QFETCH(int, rows);
        QFETCH(QString, token);
        QFETCH(QString, says);
        TokenList list = smallList(264);
        list.tokens[258] = token == "x" ? list.tokens[258] : token.toStdString();
        GgufWriter writer = modelOf(rows);
        addList(writer, list);
        const auto inside = tokenizerOf(writer);
        QVERIFY(!inside);
        QCOMPARE(inside.error().code, ErrorCode::VocabularyMismatch);
        const QString message = QString::fromStdString(inside.error().message);
        QVERIFY2(message.contains(says) && message.contains(QString::fromStdString(path("model.gguf"))) &&
                     message.contains("--vocab"),
                 qPrintable(message));
    }

    void aMissingByteIsNamed() {
        TokenList list = smallList(264);
        list.types[201] = kUnused;
        GgufWriter writer = modelOf(264);
        addList(writer, list);
        QVERIFY(tokenizerOf(writer).error().message.find("no token for the byte 200") != std::string::npos);
    }

    void theGivenVocabularyGoesBeforeTheOneInsideAndThatBeforeTheOneBeside() {
        // World files of 65536 ids whose last line names their origin.
        const auto write = [&](const char* name, const char* word) {
            std::string text;
            for (int byte = 0; byte < 256; ++byte)
                text += std::to_string(byte + 1) + " b'\\x" +
                        QByteArray::number(byte, 16).rightJustified(2, '0').toStdString() + "' 1\n";
            text += "257 '" + std::string(word) + "' " + std::to_string(std::string_view(word).size()) + "\n";
            samples::writeFile(path(name), std::as_bytes(std::span(text)));
        };
        GgufWriter writer = modelOf(65536);
        const GgufWriter without = writer;
        addList(writer, smallList(65536));
        const auto word = [&](const auto& found) {
            return found ? std::string((*found)->bytes(257)) : found.error().message;
        };
        QCOMPARE(word(tokenizerOf(writer)), std::string("it's\""));
        write("given.txt", "given");
        QCOMPARE(word(tokenizerOf(writer, path("given.txt"))), std::string("given"));
        write("rwkv_vocab_v20230424.txt", "beside");
        QCOMPARE(word(tokenizerOf(writer)), std::string("it's\""));
        QCOMPARE(word(tokenizerOf(without)), std::string("beside"));
        // One inside that is of no use gives way.
        GgufWriter broken = without;
        addList(broken, {{"<s>", "a"}, {kControl, kNormal}});
        QCOMPARE(word(tokenizerOf(broken)), std::string("beside"));
        QVERIFY(QFile::remove(m_dir.filePath("rwkv_vocab_v20230424.txt")));
        QVERIFY(!tokenizerOf(broken));
    }
};

QTEST_GUILESS_MAIN(GgufModelTest)
#include "gguf_model_test.moc"
