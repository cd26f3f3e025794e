#include "engine/selftest/model_check.h"

#include "engine/model/state_layout.h"
#include "engine/operations/products/dense/matrix_product.h"
#include "engine/selftest/sessions.h"

#include <stop_token>

namespace engine::selftest {

namespace {

constexpr std::size_t kPrefillTokens = 70;
constexpr std::size_t kDecodedTokens = 20;

struct Bounds {
    double few = 0;  // tokens at a time
    double many = 0; // the same for a text in one piece
};

// Relative to the largest logit, gate or value of a part of the state. With few tokens neither side rounds x,
// but to 16 bits where weights are packed, where both do it in the same way: what is left are float32 sums in
// different orders, some 1e-6 that three layers and the recurrence make a few times larger; an x that falls
// to the other side of a step makes 1e-5 more.
// With many tokens each product's x is rounded: to float16 (2^-11; packed weights too) or bfloat16 (2^-8),
// about a third of it as a rule, six times in each of three layers.
Bounds boundsFor(WeightType weights, bool isHost) {
    const bool isPacked = weights == WeightType::Q8 || weights == WeightType::Q4;
    const double few = isPacked ? 2e-4 : 5e-5;
    if (isHost)
        return {few, hasBfloat16Products() && weights != WeightType::Float32 ? 8e-2 : few};
    switch (weights) {
    case WeightType::Float16: return {few, 5e-3};
    case WeightType::BFloat16: return {few, 4e-2};
    case WeightType::Q8:
    case WeightType::Q4: return {few, 8e-3};
    case WeightType::Float32:
    case WeightType::AsStored: break;
    }
    return {few, few};
}

// Asks for a stop when it has seen a number of layers.
class StoppingSink final : public GateSink {
public:
    StoppingSink(std::stop_source stop, int after)
        : m_stop(std::move(stop))
        , m_left(after) {}
    void gates(int, std::span<const float>) override {
        if (--m_left == 0)
            m_stop.request_stop();
    }

private:
    std::stop_source m_stop;
    int m_left;
};

class ModelCheck {
public:
    ModelCheck(std::unique_ptr<Session> device, std::shared_ptr<const Model> model, const Bounds& bounds,
               std::uint64_t seed, Group& group)
        : m_model(std::move(model))
        , m_group(group)
        , m_random(seed)
        , m_processor(processorSession(m_model))
        , m_device(std::move(device))
        , m_vocabulary(static_cast<std::size_t>(m_model->config().vocabulary))
        , m_isEnhanced(m_model->config().enhancement.variant != EnhancementConfig::Variant::None)
        , m_bounds(bounds) {}

    void run() {
        checkPrefillAndDecode();
        checkSnapshot();
        checkBatch(5);
        checkBatch(12);
        checkCancelling();
    }

private:
    [[nodiscard]] State newState() const { return State(m_model->config()); }

    void record(const std::string& what, std::span<const float> found, std::span<const float> expected,
                double bound) {
        if (found.size() != expected.size())
            return m_group.fail(what + ": " + std::to_string(found.size()) + " values instead of " +
                                std::to_string(expected.size()));
        m_group.record(what, difference(found, expected), bound);
    }
    void recordSame(const std::string& what, std::span<const float> found, std::span<const float> expected) {
        m_group.record(what, bitDifference(found, expected), 0);
    }
    void recordSame(const std::string& what, bool isSame) {
        if (!isSame)
            m_group.fail(what + " differs");
    }
    void recordGates(const std::string& what, const KeptGates& found, const KeptGates& expected,
                     double bound) {
        for (std::size_t layer = 0; layer < found.layers().size(); ++layer)
            record(what + ", gates of layer " + std::to_string(layer), found.layers()[layer],
                   expected.layers()[layer], bound);
    }
    // Each part by its own size.
    void recordState(const std::string& what, const State& found, const State& expected, double bound) {
        const StateLayout layout(m_model->config());
        const std::span<const float> foundValues = found.values();
        const std::span<const float> expectedValues = expected.values();
        recordSame(what + ": the position", found.position() == expected.position());
        const std::size_t begins[] = {0, layout.wkv(), layout.feedForwardShift(), layout.enhancement(),
                                      layout.layerSize()};
        for (std::size_t block = 0; block < layout.sparseBlocks; ++block) {
            const std::size_t first = layout.votesOf(block) + layout.votes - layout.sparseSize();
            record(what + ": shift, keys and votes of sparse block " + std::to_string(block),
                   foundValues.subspan(first, layout.sparseSize()),
                   expectedValues.subspan(first, layout.sparseSize()), bound);
        }
        const char* const names[] = {"shift of time mixing", "wkv state", "shift of channel mixing",
                                     "enhancement's rows"};
        for (std::size_t layer = 0; layer < layout.layers; ++layer)
            for (std::size_t part = 0; part < std::size(names); ++part) {
                const std::size_t first = layout.layerBegin(layer) + begins[part];
                const std::size_t count = begins[part + 1] - begins[part];
                record(what + ": " + names[part] + " of layer " + std::to_string(layer),
                       foundValues.subspan(first, count), expectedValues.subspan(first, count), bound);
            }
    }

    void checkPrefillAndDecode() {
        const auto text = randomTokens(kPrefillTokens, *m_model, m_random);
        const auto more = randomTokens(kDecodedTokens, *m_model, m_random);
        State expectedState = newState();
        const Decoded expected = decodeAll(*m_processor, expectedState, text);

        State state = newState();
        KeptGates gates(*m_model);
        std::vector<float> logits(text.size() * m_vocabulary);
        require(m_device->prefill(state, text, logits, &gates));
        require(m_device->deliverGates());
        record("prefill, logits", logits, expected.logits, m_bounds.many);
        recordGates("prefill", gates, expected.gates, m_bounds.many);
        recordState("prefill, state", state, expectedState, m_bounds.many);
        std::vector<float> last(m_vocabulary);
        State again = newState();
        require(m_device->prefill(again, text, last));
        record("prefill, logits of the last token alone", last, std::span(logits).last(m_vocabulary),
               m_bounds.few);
        recordSame("prefill once more: the state", again == state);

        // From the processor's state on, so that only decoding differs.
        state = expectedState;
        const Decoded found = decodeAll(*m_device, state, more);
        const Decoded expectedMore = decodeAll(*m_processor, expectedState, more);
        record("decode, logits", found.logits, expectedMore.logits, m_bounds.few);
        recordGates("decode", found.gates, expectedMore.gates, m_bounds.few);
        recordState("decode, state", state, expectedState, m_bounds.few);

        // A state that was on the device goes on here.
        State broughtBack = state;
        const auto one = std::span(text).first(1);
        record("decode on the processor after the device", decodeAll(*m_processor, broughtBack, one).logits,
               decodeAll(*m_processor, expectedState, one).logits, m_bounds.few);
    }

    void checkSnapshot() {
        State state = newState();
        require(m_device->prefill(state, randomTokens(9, *m_model, m_random), {}));
        const auto tokens = randomTokens(3, *m_model, m_random);
        const State snapshot = state;
        const Decoded first = decodeAll(*m_device, state, tokens);
        const State end = state;
        state = snapshot;
        const Decoded second = decodeAll(*m_device, state, tokens);
        recordSame("decode from a snapshot, logits", second.logits, first.logits);
        recordSame("decode from a snapshot: the state", state == end);
        recordSame("decode: the snapshot", !(snapshot == end));
    }

    // Sequences of different pasts, every other one without its enhancement if there is one.
    void checkBatch(std::size_t count) {
        const std::string name = std::to_string(count) + " sequences";
        std::vector<State> expected, together, alone;
        std::vector<bool> uses;
        for (std::size_t i = 0; i < count; ++i) {
            expected.push_back(newState());
            uses.push_back(!m_isEnhanced || i % 2 == 0);
            (void)decodeAll(*m_processor, expected[i], randomTokens(2 * i + 1, *m_model, m_random), uses[i]);
        }
        together = expected;
        alone = expected;
        std::vector<KeptGates> gates(count, KeptGates(*m_model));
        std::vector<std::vector<float>> logits(count, std::vector<float>(m_vocabulary));
        std::vector<KeptGates> gatesAlone = gates;
        for (int step = 0; step < 4; ++step) {
            const auto tokens = randomTokens(count, *m_model, m_random);
            std::vector<DecodeStep> steps;
            for (std::size_t i = 0; i < count; ++i)
                steps.push_back({&together[i], tokens[i], logits[i], &gates[i], uses[i]});
            require(m_device->decodeTogether(steps));
            for (std::size_t i = 0; i < count; ++i) {
                const std::string what = name + ", logits of sequence " + std::to_string(i);
                const auto one = std::span(tokens).subspan(i, 1);
                const Decoded expectedOne = decodeAll(*m_processor, expected[i], one, uses[i]);
                // More than eight may be multiplied as a text in one piece is.
                record(what, logits[i], expectedOne.logits, count > 8 ? m_bounds.many : m_bounds.few);
                if (count > 8)
                    continue;
                std::vector<float> own(m_vocabulary);
                const DecodeStep ownStep{&alone[i], tokens[i], own, &gatesAlone[i], uses[i]};
                require(m_device->decodeTogether({&ownStep, 1}));
                recordSame(what + " beside others and alone", logits[i], own);
            }
        }
        require(m_device->deliverGates());
        for (std::size_t i = 0; i < count && count <= 8; ++i) {
            recordSame(name + ": the state of sequence " + std::to_string(i) + " beside others and alone",
                       together[i] == alone[i]);
            recordSame(name + ": the gates of sequence " + std::to_string(i) + " beside others and alone",
                       gates[i].layers() == gatesAlone[i].layers());
            recordSame(name + ": that there are gates of sequence " + std::to_string(i),
                       gates[i].layers().front().empty() == !(m_isEnhanced && uses[i]));
        }
    }

    void checkCancelling() {
        State state = newState();
        require(m_device->prefill(state, randomTokens(5, *m_model, m_random), {}));
        const State before = state;
        const auto text = randomTokens(20, *m_model, m_random);
        for (const int layers : {0, 1}) {
            if (layers > 0 && !m_isEnhanced)
                continue; // nobody to ask for a stop
            std::stop_source stop;
            StoppingSink sink(stop, layers);
            if (layers == 0)
                stop.request_stop();
            const auto done = m_device->prefill(state, text, {}, &sink, stop.get_token());
            if (done || done.error().code != ErrorCode::Cancelled)
                m_group.fail("prefill goes on although it was cancelled");
            recordSame("a cancelled prefill: the state", state == before);
        }
        std::vector<float> logits(m_vocabulary), expected(m_vocabulary);
        State other = before;
        require(m_device->prefill(state, text, logits));
        require(m_device->prefill(other, text, expected));
        recordSame("prefill after a cancelled one, logits", logits, expected);
    }

    std::shared_ptr<const Model> m_model;
    Group& m_group;
    Random m_random;
    std::unique_ptr<Session> m_processor, m_device;
    std::size_t m_vocabulary;
    bool m_isEnhanced;
    Bounds m_bounds;
};

} // namespace

void checkModel(const std::shared_ptr<const Model>& model, WeightType weights, int deviceLayers,
                const OpenDevice& open, std::uint64_t seed, Group& group) {
    auto device = openedDevice(open);
    const Bounds bounds = boundsFor(weights, device->isHost());
    auto session = deviceLayers == model->config().layers
                       ? std::make_unique<Session>(model, std::move(device))
                       : std::make_unique<Session>(model, std::move(device), deviceLayers,
                                                   std::make_shared<ThreadPool>(1));
    ModelCheck(std::move(session), model, bounds, seed, group).run();
}

} // namespace engine::selftest
