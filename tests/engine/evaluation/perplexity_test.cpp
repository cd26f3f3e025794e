// perplexity_test.cpp: chunks and threads against a plain loop that reads one token after the other and adds
// doubles.
#include "engine/evaluation/perplexity.h"

#include "engine/core/random.h"
#include "engine/text/documents.h"

#include <QTest>

#include <cmath>
#include <vector>

using namespace engine;

class PerplexityTest : public QObject {
    Q_OBJECT

private:
    std::shared_ptr<const Model> m_model;
    std::unique_ptr<const Tokenizer> m_tokenizer = makeByteTokenizer();

    static std::string text(std::size_t bytes, std::uint64_t seed = 3) {
        Random random(seed);
        std::string result;
        while (result.size() < bytes)
            result += "abcdefgh ijklm\n"[random.below(15)];
        return result;
    }

    struct Figures {
        double bits = 0;
        std::int64_t tokens = 0;
    };
    Figures plainLoop(const std::string& text) const {
        Session session(m_model, std::make_shared<ThreadPool>(1));
        Figures figures;
        for (const std::string_view document : splitDocuments(text)) {
            State state(m_model->config());
            int previous = m_tokenizer->documentSeparator();
            const auto tokens = m_tokenizer->encode(document);
            for (const int token : *tokens) {
                std::vector<float> logits(static_cast<std::size_t>(m_model->config().vocabulary));
                if (!session.decode(state, previous, logits))
                    qFatal("decode failed");
                double largest = -1e300, sum = 0;
                for (const float logit : logits)
                    largest = std::max(largest, static_cast<double>(logit));
                for (const float logit : logits)
                    sum += std::exp(static_cast<double>(logit) - largest);
                figures.bits +=
                    (std::log(sum) + largest - static_cast<double>(logits[static_cast<std::size_t>(token)])) /
                    std::log(2.0);
                ++figures.tokens;
                previous = token;
            }
        }
        return figures;
    }
    Expected<PerplexityReport> measure(const std::string& text, int threads,
                                       const PerplexityOptions& options = {}) const {
        auto pool = std::make_shared<ThreadPool>(threads);
        Session session(m_model, pool);
        return measurePerplexity(session, *m_tokenizer, *pool, text, options);
    }

private slots:
    void initTestCase() {
        ModelConfig config;
        config.architecture = Architecture::Rwkv6;
        config.layers = 2;
        config.width = 64;
        config.vocabulary = 256;
        config.enhancement.variant = EnhancementConfig::Variant::Adaptive;
        auto model = Model::random(config, {}, 5);
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        m_model = *model;
    }

    void agreesWithAPlainLoop_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("one byte") << QByteArray("a");
        QTest::newRow("less than a chunk") << QByteArray::fromStdString(text(100));
        QTest::newRow("a chunk exactly") << QByteArray::fromStdString(text(256));
        QTest::newRow("several chunks and a rest") << QByteArray::fromStdString(text(600));
        QTest::newRow("two documents") << QByteArray::fromStdString(text(300) + "\n\f\n" + text(77, 4));
    }
    void agreesWithAPlainLoop() {
        QFETCH(QByteArray, text);
        const Figures expected = plainLoop(text.toStdString());
        const auto report = measure(text.toStdString(), 2);
        QVERIFY2(report, report ? "" : report.error().message.c_str());
        QCOMPARE(report->tokens, expected.tokens);
        QCOMPARE(report->bytes, expected.tokens); // a byte is a token here
        // Prefill and decode may differ by 1e-4 in a logit.
        QVERIFY(std::abs(report->bitsPerByte - expected.bits / static_cast<double>(report->bytes)) < 1e-4);
        QVERIFY(std::abs(report->perplexity / std::exp2(expected.bits / static_cast<double>(report->tokens)) -
                         1) < 1e-4);
    }

    // Positions count in each document anew; the stretches hold every token once.
    void positionsAddUp() {
        const std::string a = text(600, 1), b = text(130, 2);
        const auto both = measure(a + "\n\f\n" + b, 2), short1 = measure(a.substr(0, 128), 2),
                   short2 = measure(b.substr(0, 128), 2);
        QVERIFY(both && short1 && short2);
        QCOMPARE(both->byPosition.size(), std::size_t{5});
        const std::vector<std::int64_t> expected = {256, 386, 89, 0, 0}; // a has a line end more
        std::vector<std::int64_t> found;
        double nats = 0;
        for (const PositionLoss& stretch : both->byPosition) {
            found.push_back(stretch.tokens);
            nats += stretch.nats;
        }
        QCOMPARE(found, expected);
        QVERIFY(std::abs(nats / std::log(2.0) / static_cast<double>(both->bytes) - both->bitsPerByte) < 1e-9);
        const double first = (short1->bitsPerByte + short2->bitsPerByte) * 128 * std::log(2.0);
        QVERIFY(std::abs(both->byPosition.front().nats - first) < 1e-3 * first);
    }

    void separatorLinesAreNoBytes() {
        const auto report = measure("ab\n\f\ncd\n\f\n", 1);
        QVERIFY(report);
        QCOMPARE(report->bytes, 6);
        QCOMPARE(report->documents, 2);
    }

    void documentsDoNotKnowOfEachOther() {
        const std::string a = text(150, 1), b = text(90, 2);
        const auto first = measure(a + "\n", 1), second = measure(b, 1), both = measure(a + "\n\f\n" + b, 1);
        QVERIFY(first && second && both);
        const double bits = first->bitsPerByte * static_cast<double>(first->bytes) +
                            second->bitsPerByte * static_cast<double>(second->bytes);
        QVERIFY(std::abs(both->bitsPerByte * static_cast<double>(both->bytes) - bits) < 1e-6 * bits);
    }

    void figuresAreReproducible() {
        const std::string sample = text(700);
        const auto once = measure(sample, 2), again = measure(sample, 2);
        QVERIFY(once && again);
        QCOMPARE(once->bitsPerByte, again->bitsPerByte);
    }

    void progressEndsAtTheLastByte() {
        PerplexityOptions options;
        std::vector<std::int64_t> seen;
        options.progress = [&](const PerplexityProgress& progress) {
            QCOMPARE(progress.bytesTotal, 700);
            seen.push_back(progress.bytesDone);
        };
        QVERIFY(measure(text(700), 1, options));
        QVERIFY(seen.size() > 1 && std::ranges::is_sorted(seen));
        QCOMPARE(seen.back(), 700);
    }

    void aStopRequestIsCancelled() {
        PerplexityOptions options;
        std::stop_source stop;
        options.stop = stop.get_token();
        options.progress = [&](const PerplexityProgress&) { stop.request_stop(); };
        const auto report = measure(text(5000), 1, options);
        QVERIFY(!report);
        QCOMPARE(report.error().code, ErrorCode::Cancelled);
    }

    void textsThatCannotBeScoredAreRefused_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("code");
        QTest::newRow("empty") << QByteArray() << static_cast<int>(ErrorCode::InvalidArgument);
        QTest::newRow("only separators")
            << QByteArray("\f\n\f\n") << static_cast<int>(ErrorCode::InvalidArgument);
        QTest::newRow("not UTF-8") << QByteArray("abc\xFF") << static_cast<int>(ErrorCode::InvalidText);
    }
    void textsThatCannotBeScoredAreRefused() {
        QFETCH(QByteArray, text);
        QFETCH(int, code);
        const auto report = measure(text.toStdString(), 1);
        QVERIFY(!report);
        QCOMPARE(static_cast<int>(report.error().code), code);
    }
};

QTEST_GUILESS_MAIN(PerplexityTest)
#include "perplexity_test.moc"
