#include "engine/runtime/state/state_file.h"

#include "tests/support/model_writer.h"
#include "tests/support/random_tensor.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace engine;

namespace {

const std::string kOwner = "0123abcd";

} // namespace

class StateFileTest : public QObject {
    Q_OBJECT

    const ModelConfig m_config = support::smallConfig(Architecture::Rwkv7);

    [[nodiscard]] State someState() const {
        State state(m_config);
        std::ranges::copy(support::randomTensor(state.values().size(), 1, 3), state.values().begin());
        state.advance(12345);
        return state;
    }
    [[nodiscard]] std::vector<float> someLogits() const {
        return support::randomTensor(static_cast<std::size_t>(m_config.vocabulary), 2, 5);
    }
    [[nodiscard]] std::vector<std::byte> someBytes() const {
        return writeState(someState(), someLogits(), kOwner, StatePrecision::Float32).value();
    }
    [[nodiscard]] ErrorCode codeOf(std::span<const std::byte> bytes) const {
        const auto read = readState(bytes, m_config, kOwner);
        return read ? ErrorCode::Internal : read.error().code;
    }

private slots:
    void float32RestoresExactly() {
        const State state = someState();
        for (const auto& logits : {someLogits(), std::vector<float>()}) {
            const auto bytes = writeState(state, logits, kOwner, StatePrecision::Float32);
            QVERIFY(bytes.has_value());
            const auto read = readState(*bytes, m_config, kOwner);
            QVERIFY2(read.has_value(), read ? "" : read.error().message.c_str());
            QVERIFY(read->state == state);
            QVERIFY(read->logits == logits);
        }
    }

    void float16TakesHalfTheRoom() {
        State state = someState();
        state.values()[3] = 1e9f;
        const auto whole = writeState(state, {}, kOwner, StatePrecision::Float32);
        const auto half = writeState(state, {}, kOwner, StatePrecision::Float16);
        QVERIFY(half && half->size() * 10 < whole->size() * 6);
        const auto read = readState(*half, m_config, kOwner);
        QVERIFY(read.has_value());
        QCOMPARE(read->state.position(), state.position());
        QCOMPARE(read->state.values()[3], 65504.0f);
        for (std::size_t i = 4; i < state.values().size(); ++i) {
            const float value = std::as_const(state).values()[i];
            QVERIFY(std::fabs(read->state.values()[i] - value) <= std::fabs(value) * 0x1p-11f + 1e-7f);
        }
    }

    void otherModelsStatesAreRefused() {
        const auto bytes = someBytes();
        const auto other = readState(bytes, m_config, "another");
        QVERIFY(!other && other.error().code == ErrorCode::GateMismatch);
        // The same name with other sizes: a damaged file, not a state to run with.
        const auto wrong = readState(
            bytes, support::smallConfig(Architecture::Rwkv6, support::allEnhancements()[5]), kOwner);
        QVERIFY(!wrong && wrong.error().code == ErrorCode::FileDamaged);
    }

    void whatIsCutShortOrChangedIsRefused() {
        const auto bytes = someBytes();
        for (std::size_t size = 0; size < bytes.size(); size += size < 64 ? 1 : 997)
            QVERIFY(codeOf(std::span(bytes).first(size)) != ErrorCode::Internal);
        auto newer = bytes;
        newer[4] = std::byte{2};
        QCOMPARE(codeOf(newer), ErrorCode::UnsupportedFormat);
        auto foreign = bytes;
        foreign[0] = std::byte{'X'};
        QCOMPARE(codeOf(foreign), ErrorCode::UnsupportedFormat);
        // Any number of the beginning made huge.
        for (std::size_t at = 8; at < 40; ++at) {
            auto changed = bytes;
            changed[at] = std::byte{0xFF};
            const auto read = readState(changed, m_config, kOwner);
            QVERIFY(!read || at < 20); // some numbers of tokens are as good as others
        }
    }

    void stateSizesFollowTheConfiguration() {
        for (const auto& enhancement : support::allEnhancements()) {
            const ModelConfig config = support::smallConfig(Architecture::Rwkv7, enhancement);
            using Variant = EnhancementConfig::Variant;
            const int farthest = farthestSource(enhancement.sources);
            const int rows = enhancement.variant == Variant::None          ? 0
                             : enhancement.variant == Variant::Adaptive    ? 1
                             : enhancement.variant == Variant::ConvRouting ? enhancement.kernel
                                                                           : std::max(1, farthest);
            const int means = enhancement.scales + countMeans(enhancement.sources);
            const int tokenRows = enhancement.routesRows ? 1 : 0;
            const int ofLayer = 2 * 128 + 128 * 64 + (rows + means + tokenRows) * 128;
            const int ofModel = enhancement.routesEmbedding || hasEmbedding(enhancement.sources) ? 128 : 0;
            const State state(config);
            QCOMPARE(state.byteSize(), static_cast<std::size_t>(3 * ofLayer + ofModel) * sizeof(float));
            QVERIFY(state.fits(config));
        }
    }
};

QTEST_GUILESS_MAIN(StateFileTest)
#include "state_file_test.moc"
