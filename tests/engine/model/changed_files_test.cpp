// Files belong to others: a model that is in use goes on as it was when its file is cut short, overwritten or
// deleted, and one that changes while it is being read is refused with a sentence. A mapped file would end
// the program (SIGBUS).
#include "engine/core/file_bytes.h"
#include "engine/formats/checkpoint.h"
#include "engine/model/loading/tensor_source.h"
#include "engine/model/model.h"
#include "engine/runtime/session.h"
#include "engine/runtime/state/state.h"
#include "tests/engine/formats/samples/sample_gguf.h"
#include "tests/engine/formats/samples/sample_rwkv_cpp.h"
#include "tests/engine/formats/samples/sample_torch.h"
#include "tests/support/model_writer.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <functional>
#include <vector>

using namespace engine;
using samples::Version;

namespace {

constexpr samples::Sizes kSizes{
    .layers = 2, .vocabulary = 512, .heads = 2, .headSize = 64, .feedForward = 256, .rank = 32};

// A file of each format; of 16 bits, which are computed with as they lie in memory, and of blocks, which are
// packed.
struct Form {
    const char* name;
    std::function<void(const std::filesystem::path&)> write;
};

std::vector<Form> forms() {
    const auto model = [] { return samples::officialModel(Version::V7, kSizes); };
    return {
        {"half.safetensors",
         [model](const auto& path) {
             support::FileTensors tensors;
             for (const samples::Tensor& tensor : model())
                 tensors[tensor.name] = {tensor.shape, tensor.values};
             if (!support::writeTensors(tensors, {}, path, DataType::Float16))
                 qFatal("cannot write the test's own file");
         }},
        {"half.pth",
         [model](const auto& path) {
             samples::writeFile(path, samples::torchFile(model(), {.type = DataType::Float16}));
         }},
        {"half.gguf",
         [model](const auto& path) {
             samples::writeFile(path,
                                samples::gguf(model(), Version::V7, kSizes, {.type = DataType::Float16}));
         }},
        {"blocks.gguf",
         [model](const auto& path) {
             samples::writeFile(path, samples::gguf(model(), Version::V7, kSizes, {.type = DataType::Q8_0}));
         }},
        {"half.bin",
         [model](const auto& path) {
             samples::writeFile(
                 path, samples::rwkvCpp(model(), Version::V7, kSizes, {samples::RwkvCppType::F16}).bytes);
         }},
    };
}

} // namespace

class ChangedFilesTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_dir;

    std::filesystem::path path(const char* name) const { return m_dir.filePath(name).toStdString(); }

    static std::vector<float> decode(Session& session, State& state, int token) {
        std::vector<float> logits(static_cast<std::size_t>(kSizes.vocabulary));
        return session.decode(state, token, logits) ? logits : std::vector<float>();
    }

    static void forEveryForm() {
        QTest::addColumn<int>("form");
        int index = 0;
        for (const Form& form : forms())
            QTest::newRow(form.name) << index++;
    }

private slots:
    void aModelInUseGoesOn_data() { forEveryForm(); }
    void aModelInUseGoesOn() {
        QFETCH(const int, form);
        const Form written = forms()[static_cast<std::size_t>(form)];
        const auto file = path(written.name);
        written.write(file);
        const auto model = Model::load(file, {});
        QVERIFY2(model, model.error().message.c_str());
        Session session(*model, std::make_shared<ThreadPool>(1));
        std::vector<std::vector<float>> expected;
        State before((*model)->config());
        for (int token = 1; token <= 12; ++token)
            expected.push_back(decode(session, before, token * 31));
        QVERIFY(!expected.front().empty());

        State after((*model)->config());
        for (int token = 1; token <= 12; ++token) {
            if (token == 3)
                std::filesystem::resize_file(file, 1000);
            if (token == 6)
                samples::writeFile(file, samples::Bytes(2'000'000, std::byte{0xFF}));
            if (token == 9)
                std::filesystem::remove(file);
            QVERIFY(decode(session, after, token * 31) == expected[static_cast<std::size_t>(token) - 1]);
        }
    }

    void aFileThatChangesWhileItIsReadIsRefused_data() { forEveryForm(); }
    void aFileThatChangesWhileItIsReadIsRefused() {
        QFETCH(const int, form);
        const Form written = forms()[static_cast<std::size_t>(form)];
        const auto file = path(written.name);
        written.write(file);
        const auto whole = Checkpoint::open(file);
        QVERIFY2(whole, whole.error().message.c_str());
        const auto expected = whole->fingerprint();
        QVERIFY(expected);

        auto opened = Checkpoint::open(file);
        QVERIFY(opened);
        const auto checkpoint = std::make_shared<const Checkpoint>(std::move(*opened));
        std::filesystem::resize_file(file, 1000);
        // What was read at the opening is right for ever; what has to be read is refused.
        const auto refuses = [&](const Error& error) {
            return error.code == ErrorCode::FileUnreadable &&
                   error.message.starts_with(file.string() + ": the file was ");
        };
        const auto found = checkpoint->fingerprint();
        QVERIFY2(found ? *found == *expected : refuses(found.error()), "fingerprint");
        const auto source = checkpointSource(checkpoint, WeightType::AsStored);
        for (const char* name : {"emb.weight", "head.weight"}) {
            const auto matrix = source->linear(name, static_cast<int>(kSizes.vocabulary),
                                               static_cast<int>(kSizes.width()), MatrixOrder::RowMajor);
            QVERIFY2(matrix || refuses(matrix.error()), name);
        }
    }
};

QTEST_GUILESS_MAIN(ChangedFilesTest)
#include "changed_files_test.moc"
