// gates_by_class_test.cpp: sums and classes against a plain loop over a sink that keeps everything.
#include "engine/evaluation/gates/gates_by_class.h"

#include "engine/text/documents.h"

#include <QTest>

#include <array>
#include <cmath>
#include <map>

using namespace engine;

namespace {

// The mean gate of every token and layer, as they come.
class KeepingSink final : public GateSink {
public:
    KeepingSink(int layers, int width)
        : m_width(static_cast<std::size_t>(width))
        , m_means(static_cast<std::size_t>(layers)) {}
    void gates(int layer, std::span<const float> values) override {
        for (std::size_t begin = 0; begin < values.size(); begin += m_width) {
            double sum = 0;
            for (const float value : values.subspan(begin, m_width))
                sum += static_cast<double>(value);
            m_means[static_cast<std::size_t>(layer)].push_back(sum / static_cast<double>(m_width));
        }
    }
    [[nodiscard]] double mean(std::size_t layer, std::size_t token) const { return m_means[layer][token]; }

private:
    std::size_t m_width;
    std::vector<std::vector<double>> m_means; // [layers][tokens]
};

} // namespace

class GatesByClassTest : public QObject {
    Q_OBJECT

private:
    std::shared_ptr<const Model> m_model;
    std::unique_ptr<const Tokenizer> m_tokenizer = makeByteTokenizer();
    const std::string m_text = "Once upon a time Alice met Bob. \"Well,\" said Alice; nothing more.\n\n"
                               "Then they went home, as people do.\n\n\f\n"
                               "Another story began. Of Alice it knew nothing!\n";

    static std::shared_ptr<const Model>
    model(EnhancementConfig::Variant variant,
          EnhancementConfig::Gate gate = EnhancementConfig::Gate::Learned) {
        ModelConfig config;
        config.architecture = Architecture::Rwkv6;
        config.layers = 2;
        config.width = 64;
        config.vocabulary = 256;
        config.enhancement.variant = variant;
        config.enhancement.gate = gate;
        if (variant == EnhancementConfig::Variant::SourceGates)
            config.enhancement.sources = *sourcesNamed(std::array<std::string, 2>{"h-1", "x0"});
        auto made = Model::random(config, {}, 5);
        return made ? *made : nullptr;
    }
    Expected<GatesByClass> measure(const std::string& text, const GatesByClassOptions& options = {},
                                   const std::shared_ptr<const Model>& other = nullptr) const {
        Session session(other ? other : m_model, std::make_shared<ThreadPool>(2));
        return measureGatesByClass(session, *m_tokenizer, text, options);
    }

private slots:
    void initTestCase() {
        m_model = model(EnhancementConfig::Variant::Adaptive);
        QVERIFY(m_model);
    }

    void agreesWithAPlainLoop() {
        std::map<TokenClass, std::array<double, 2>> sums;
        std::map<TokenClass, std::int64_t> counts;
        Session session(m_model, std::make_shared<ThreadPool>(1));
        for (const std::string_view document : splitDocuments(m_text)) {
            KeepingSink sink(2, 64);
            State state(m_model->config());
            std::vector<int> tokens{m_tokenizer->documentSeparator()};
            const auto encoded = m_tokenizer->encode(document);
            tokens.insert(tokens.end(), encoded->begin(), encoded->end());
            QVERIFY(session.prefill(state, tokens, {}, &sink));
            const auto labels = labelTokens(document, std::vector<std::size_t>(encoded->size(), 1));
            for (std::size_t i = 0; i < labels.size(); ++i) {
                ++counts[labels[i].tokenClass];
                for (std::size_t layer = 0; layer < 2; ++layer)
                    sums[labels[i].tokenClass][layer] += sink.mean(layer, i + 1);
            }
        }
        const auto report = measure(m_text);
        QVERIFY2(report, report ? "" : report.error().message.c_str());
        QCOMPARE(report->layout.layers, 2);
        QVERIFY(report->rowNames.empty());
        // The separator line is no part of any; the first document ends in a break.
        QCOMPARE(report->paragraphs, 3);
        std::int64_t all = 0;
        for (std::size_t i = 0; i < kTokenClasses.size(); ++i) {
            const TokenClass tokenClass = kTokenClasses[i];
            const MeanGates& gates = report->classes[i];
            QCOMPARE(gates.tokens, counts[tokenClass]);
            all += gates.tokens;
            for (std::size_t layer = 0; layer < gates.rows.size(); ++layer) {
                const double expected = sums[tokenClass][layer] / static_cast<double>(counts[tokenClass]);
                QVERIFY(std::abs(gates.rows[layer].value - expected) < 1e-6);
            }
            if (gates.allLayers)
                QVERIFY(std::abs(gates.allLayers->value - (gates.rows[0].value + gates.rows[1].value) / 2) <
                        1e-12);
        }
        QCOMPARE(report->all.tokens, all);
        QCOMPARE(all, static_cast<std::int64_t>(m_text.size()) - 2);
    }

    // A row for each source of each layer: together, what the layer's gates are on average.
    void aGateOfEverySourceHasARowOfItsOwn() {
        const auto gated = model(EnhancementConfig::Variant::SourceGates);
        QVERIFY(gated);
        const auto report = measure(m_text, {}, gated);
        QVERIFY2(report, report ? "" : report.error().message.c_str());
        QCOMPARE(report->rowNames, (std::vector<std::string>{"h-1", "x0"}));
        QCOMPARE(report->layout.layers, 2);
        QCOMPARE(report->all.rows.size(), std::size_t{4});
        std::array<double, 4> sums{};
        std::int64_t count = 0;
        Session session(gated, std::make_shared<ThreadPool>(1));
        for (const std::string_view document : splitDocuments(m_text)) {
            KeepingSink sink(2, 8); // of every row by itself
            State state(gated->config());
            std::vector<int> tokens{m_tokenizer->documentSeparator()};
            const auto encoded = m_tokenizer->encode(document);
            tokens.insert(tokens.end(), encoded->begin(), encoded->end());
            QVERIFY(session.prefill(state, tokens, {}, &sink));
            for (std::size_t i = 1; i < tokens.size(); ++i, ++count)
                for (std::size_t row = 0; row < 4; ++row)
                    sums[row] += sink.mean(row / 2, 2 * i + row % 2);
        }
        QCOMPARE(report->all.tokens, count);
        for (std::size_t row = 0; row < 4; ++row)
            QVERIFY(std::abs(report->all.rows[row].value - sums[row] / static_cast<double>(count)) < 1e-6);
    }

    void intervalsHoldTheirValueAndRepeat() {
        const auto once = measure(m_text), again = measure(m_text);
        QVERIFY(once && again);
        for (std::size_t i = 0; i < kTokenClasses.size(); ++i) {
            for (std::size_t layer = 0; layer < once->classes[i].rows.size(); ++layer) {
                const Estimate& gate = once->classes[i].rows[layer];
                QCOMPARE(gate.value, again->classes[i].rows[layer].value);
                QCOMPARE(gate.interval.low, again->classes[i].rows[layer].interval.low);
                QVERIFY(gate.interval.low <= gate.value + 1e-12 && gate.value <= gate.interval.high + 1e-12);
            }
        }
    }

    void aClassWithoutTokensHasNoGates() {
        const auto report = measure("one two three");
        QVERIFY(report);
        const MeanGates& ends = report->classes[static_cast<std::size_t>(TokenClass::SentenceEnd)];
        QCOMPARE(ends.tokens, 0);
        QVERIFY(ends.rows.empty() && !ends.allLayers);
    }

    void whatHasNoGatesIsRefused() {
        const auto base = measure(m_text, {}, model(EnhancementConfig::Variant::None));
        QVERIFY(!base && base.error().code == ErrorCode::InvalidArgument);
        const auto fixed =
            measure(m_text, {}, model(EnhancementConfig::Variant::Adaptive, EnhancementConfig::Gate::Fixed));
        QVERIFY(!fixed && fixed.error().code == ErrorCode::InvalidArgument);
        const auto nothing = measure("\f\n");
        QVERIFY(!nothing && nothing.error().code == ErrorCode::InvalidArgument);
        const auto broken = measure("abc\xFF");
        QVERIFY(!broken && broken.error().code == ErrorCode::InvalidText);
    }

    void progressAndStop() {
        GatesByClassOptions options;
        std::int64_t last = 0;
        options.progress = [&](std::int64_t done, std::int64_t total) {
            QVERIFY(done > last && done <= total);
            last = done;
        };
        QVERIFY(measure(m_text, options));
        QCOMPARE(last, static_cast<std::int64_t>(m_text.size()) - 2);
        std::stop_source stop;
        stop.request_stop();
        options.stop = stop.get_token();
        const auto stopped = measure(m_text, options);
        QVERIFY(!stopped && stopped.error().code == ErrorCode::Cancelled);
    }
};

QTEST_GUILESS_MAIN(GatesByClassTest)
#include "gates_by_class_test.moc"
