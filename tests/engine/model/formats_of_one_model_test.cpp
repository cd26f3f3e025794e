// One model in every form in which it is published gives the same logits: PyTorch, safetensors under
// everybody's names, GGUF, rwkv.cpp.
#include "engine/core/random.h"
#include "engine/model/model.h"
#include "engine/runtime/session.h"
#include "engine/runtime/state/state.h"
#include "tests/engine/formats/samples/sample_gguf.h"
#include "tests/engine/formats/samples/sample_naming.h"
#include "tests/engine/formats/samples/sample_rwkv_cpp.h"
#include "tests/engine/formats/samples/sample_torch.h"
#include "tests/support/model_writer.h"
#include "tests/support/tensor_comparison.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <vector>

using namespace engine;
using samples::RwkvCppType;
using samples::Version;
using Tensors = std::vector<samples::Tensor>;

namespace {

constexpr samples::Sizes kSizes{
    .layers = 3, .vocabulary = 48, .heads = 2, .headSize = 64, .feedForward = 256, .rank = 32};
constexpr double kTolerance = 1e-4; // of the largest logit

// Off the coarse steps of the samples, so that every bit of `type` counts.
Tensors modelOf(Version version, DataType type) {
    Tensors model = samples::officialModel(version, kSizes);
    Random random(static_cast<std::uint64_t>(version));
    for (samples::Tensor& tensor : model) {
        for (float& value : tensor.values)
            value += static_cast<float>(random.uniform() / 64);
        std::vector<std::byte> stored(tensor.values.size() * bytesPerBlock(type));
        if (!fromFloat32(type, tensor.values, stored) || !toFloat32(type, stored, tensor.values))
            throw std::logic_error("a floating type is expected");
    }
    return model;
}

bool writeSafetensors(const Tensors& model, DataType type, const std::filesystem::path& path) {
    support::FileTensors tensors;
    for (const samples::Tensor& tensor : model)
        tensors[tensor.name] = {tensor.shape, tensor.values};
    return support::writeTensors(tensors, {}, path, type);
}

} // namespace

class FormatsOfOneModelTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_dir;

    std::filesystem::path path(const QString& name) const { return m_dir.filePath(name).toStdString(); }

    // After a prefill and a few tokens, in float32.
    static std::vector<float> logitsOf(const std::filesystem::path& path, WeightType weights) {
        const auto model = Model::load(path, {weights});
        if (!model) {
            qWarning("%s", model.error().message.c_str());
            return {};
        }
        Session session(*model, std::make_shared<ThreadPool>());
        State state((*model)->config());
        std::vector<float> logits(static_cast<std::size_t>(kSizes.vocabulary));
        bool isDone =
            session.prefill(state, std::vector<int>{34, 1, 47, 3, 3, 20, 0, 11, 12, 46}, logits).has_value();
        for (const int token : {9, 33, 9})
            isDone = isDone && session.decode(state, token, logits).has_value();
        return isDone ? logits : std::vector<float>();
    }

private slots:
    void logitsAgree_data() {
        QTest::addColumn<int>("version");
        QTest::addColumn<int>("type");
        QTest::addColumn<int>("weights");
        for (const auto& [name, version] :
             {std::pair("RWKV-5.2", Version::V5_2), {"RWKV-6", Version::V6}, {"RWKV-7", Version::V7}})
            for (const DataType type : {DataType::Float32, DataType::Float16, DataType::BFloat16})
                for (const auto& [as, weights] :
                     {std::pair("as float32", WeightType::Float32), {"as stored", WeightType::AsStored}})
                    QTest::addRow("%s, %s, %s", name, std::string(engine::name(type)).c_str(), as)
                        << static_cast<int>(version) << static_cast<int>(type) << static_cast<int>(weights);
    }

    void logitsAgree() {
        QFETCH(const int, version);
        QFETCH(const int, type);
        QFETCH(const int, weights);
        const auto versionOf = static_cast<Version>(version);
        const auto typeOf = static_cast<DataType>(type);
        const auto weightType = static_cast<WeightType>(weights);
        const Tensors model = modelOf(versionOf, typeOf);

        QVERIFY(writeSafetensors(model, typeOf, path("official.safetensors")));
        const std::vector<float> expected = logitsOf(path("official.safetensors"), weightType);
        QVERIFY(!expected.empty());
        QVERIFY(*std::ranges::max_element(expected) - *std::ranges::min_element(expected) > 0.1f);

        const auto agrees = [&](const char* file) {
            const std::vector<float> found = logitsOf(path(file), weightType);
            QVERIFY2(!found.empty(), file);
            const auto difference = support::compare(found, std::span<const float>(expected));
            QVERIFY2(difference.isWithinShare(kTolerance), (file + (": " + difference.describe())).c_str());
        };
        samples::writeFile(path("model.pth"), samples::torchFile(model, {.type = typeOf}));
        agrees("model.pth");
        samples::writeFile(path("views.pth"), samples::torchFile(model, {.type = typeOf,
                                                                         .isTransposed = true,
                                                                         .hasParameters = true,
                                                                         .hasOneStorage = true,
                                                                         .under = "state_dict"}));
        agrees("views.pth");

        const samples::NamingConvention& webRwkv = versionOf == Version::V5_2 ? samples::kWebRwkv5
                                                   : versionOf == Version::V6 ? samples::kWebRwkv6
                                                                              : samples::kWebRwkv7;
        QVERIFY(writeSafetensors(webRwkv.apply(model), typeOf, path("web-rwkv.st")));
        agrees("web-rwkv.st");
        if (versionOf != Version::V5_2) {
            const auto& names = versionOf == Version::V6 ? samples::kHuggingFace : samples::kFla;
            QVERIFY(writeSafetensors(names.apply(model), typeOf, path("transformers.safetensors")));
            agrees("transformers.safetensors");
            samples::writeFile(path("model.gguf"), samples::gguf(model, versionOf, kSizes, {.type = typeOf}));
            agrees("model.gguf");
        }
        if (typeOf != DataType::BFloat16) {
            const auto fileType = typeOf == DataType::Float32 ? RwkvCppType::F32 : RwkvCppType::F16;
            samples::writeFile(path("model.bin"),
                               samples::rwkvCpp(model, versionOf, kSizes, {fileType}).bytes);
            agrees("model.bin");
        }
    }
};

QTEST_GUILESS_MAIN(FormatsOfOneModelTest)
#include "formats_of_one_model_test.moc"
