// Loading a gate onto its base.
#include "engine/formats/checkpoint.h"
#include "engine/model/model.h"
#include "tests/engine/model/model_folder_test.h"

#include <QTest>

using namespace engine;
using support::FileTensors;

class GateLoadingTest : public ModelFolderTest {
    Q_OBJECT

private slots:
    void aGateFitsItsBaseOnly() {
        const ModelConfig config = configOf(Architecture::Rwkv6, 1);
        FileTensors base = support::randomTensors(config, 1), gate;
        for (auto it = base.begin(); it != base.end();)
            if (it->first.starts_with("enhance.")) {
                gate.insert(*it);
                it = base.erase(it);
            } else {
                ++it;
            }
        QVERIFY(support::writeTensors(base, {}, path("base.safetensors")));
        const auto plain = Model::load(path("base.safetensors"), {});
        QVERIFY2(plain.has_value(), messageOf(plain).c_str());
        auto metadata = support::enhancementMetadata(config.enhancement);
        metadata["inkgate.base_fingerprint"] = *(*plain)->fingerprint();
        QVERIFY(support::writeTensors(gate, metadata, path("gate.safetensors")));
        const auto gated = Model::load(path("base.safetensors"), path("gate.safetensors"), {});
        QVERIFY2(gated.has_value(), messageOf(gated).c_str());
        QVERIFY((*gated)->config().enhancement == config.enhancement);
        QVERIFY(*(*gated)->fingerprint() != *(*plain)->fingerprint());
        QVERIFY((*gated)->parameters() > (*plain)->parameters());

        // On a base that is loaded already, whose weights it shares.
        const auto added = Model::withGate(*plain, path("gate.safetensors"));
        QVERIFY2(added.has_value(), messageOf(added).c_str());
        QCOMPARE(&(*added)->weights(), &(*plain)->weights());
        QCOMPARE((*added)->base(), *plain);
        QVERIFY((*plain)->base() == nullptr);
        QCOMPARE((*added)->enhancements().size(), static_cast<std::size_t>(config.layers));
        QVERIFY((*plain)->enhancements().empty());
        QCOMPARE(*(*added)->fingerprint(), *(*gated)->fingerprint());
        QCOMPARE((*added)->parameters(), (*gated)->parameters());
        QCOMPARE((*added)->bytesPerToken(), (*gated)->bytesPerToken());
        QCOMPARE(Model::withGate(*added, path("gate.safetensors")).error().code, ErrorCode::GateMismatch);
        QCOMPARE(Model::withGate(*plain, path("none.safetensors")).error().code, ErrorCode::FileNotFound);

        FileTensors other = base;
        other["ln_out.bias"].values[0] += 1;
        QVERIFY(support::writeTensors(other, {}, path("other.safetensors")));
        const auto wrong = Model::load(path("other.safetensors"), path("gate.safetensors"), {});
        QVERIFY(!wrong.has_value());
        QCOMPARE(wrong.error().code, ErrorCode::GateMismatch);
        const auto loadedOther = Model::load(path("other.safetensors"), {});
        QVERIFY2(loadedOther.has_value(), messageOf(loadedOther).c_str());
        QCOMPARE(Model::withGate(*loadedOther, path("gate.safetensors")).error().code,
                 ErrorCode::GateMismatch);

        metadata.erase("inkgate.base_fingerprint"); // says nothing about its base: sizes decide
        QVERIFY(support::writeTensors(gate, metadata, path("unnamed.safetensors")));
        QVERIFY(Model::load(path("other.safetensors"), path("unnamed.safetensors"), {}).has_value());

        const auto alone = Model::load(path("gate.safetensors"), {});
        QCOMPARE(alone.error().code, ErrorCode::UnsupportedArchitecture);
        const auto absent = Model::load(path("base.safetensors"), path("none.safetensors"), {});
        QCOMPARE(absent.error().code, ErrorCode::FileNotFound);
    }

    void aCompleteModelInTheGatesPlaceIsLoadedInstead() {
        const ModelConfig config = configOf(Architecture::Rwkv7, 5);
        QVERIFY(support::writeTensors(support::randomTensors(config, 1),
                                      support::enhancementMetadata(config.enhancement),
                                      path("whole.safetensors")));
        QVERIFY(support::writeTensors(support::randomTensors(configOf(Architecture::Rwkv7), 2), {},
                                      path("base.safetensors")));
        const auto whole = Model::load(path("base.safetensors"), path("whole.safetensors"), {});
        QVERIFY2(whole.has_value(), messageOf(whole).c_str());
        const auto direct = Model::load(path("whole.safetensors"), {});
        QCOMPARE(*(*whole)->fingerprint(), *(*direct)->fingerprint());

        // And a model that has a gate of its own takes no second one.
        FileTensors gate;
        const ModelConfig adaptive = configOf(Architecture::Rwkv7, 1);
        for (const auto& [name, tensor] : support::randomTensors(adaptive, 3))
            if (name.starts_with("enhance."))
                gate[name] = tensor;
        QVERIFY(support::writeTensors(gate, support::enhancementMetadata(adaptive.enhancement),
                                      path("gate.safetensors")));
        const auto twice = Model::load(path("whole.safetensors"), path("gate.safetensors"), {});
        QCOMPARE(twice.error().code, ErrorCode::GateMismatch);
    }
};

QTEST_GUILESS_MAIN(GateLoadingTest)
#include "gate_loading_test.moc"
