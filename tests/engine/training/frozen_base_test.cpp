// A base that stays as it is: every stored type gives the values that its file says, decoded once or each
// time.
#include "engine/formats/safetensors/safetensors_writer.h"
#include "engine/operations/products/dense/matrix_product.h"
#include "engine/training/frozen_base.h"
#include "tests/engine/training/training_fixture.h"

#include <QTemporaryDir>
#include <QTest>

using namespace engine;

class FrozenBaseTest : public QObject {
    Q_OBJECT

private slots:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        QVERIFY(m_folder->isValid());
    }

    void holdsWhatTheFileSays_data() {
        QTest::addColumn<int>("type");
        QTest::addColumn<qulonglong>("decodedBytes");
        for (const DataType type :
             {DataType::Float32, DataType::Float16, DataType::BFloat16, DataType::Q8_0, DataType::Q4_0})
            for (const qulonglong bytes : {0u, 20'000u, 1'000'000u})
                QTest::addRow("%s, %llu bytes decoded", std::string(name(type)).c_str(), bytes)
                    << static_cast<int>(type) << bytes;
    }

    void holdsWhatTheFileSays() {
        QFETCH(int, type);
        QFETCH(qulonglong, decodedBytes);
        const ParameterLayout layout = makeLayout();
        const auto model = write(layout, static_cast<DataType>(type));
        QVERIFY(model);
        ThreadPool pool(2);
        const auto floats = FrozenBase<float>::open(model, layout, decodedBytes, pool);
        QVERIFY2(floats.has_value(), floats ? "" : floats.error().message.c_str());
        const auto bfloats = FrozenBase<BFloat16>::open(model, layout, decodedBytes, pool);
        QVERIFY(bfloats.has_value());
        std::vector<float> scratch(layout.largestFrozen()), row(32);
        std::vector<BFloat16> shortScratch(layout.largestFrozen());
        int checked = 0;
        for (const Parameter& p : layout.parameters()) {
            if (p.use != TensorUse::Frozen)
                continue;
            const auto expected = model->readFloat32(p.name, p.shape);
            QVERIFY(expected.has_value());
            if (p.name == "emb.weight") { // by rows
                for (std::size_t at = 0; at < p.size; at += row.size()) {
                    floats->values(p.offset + at, row.size(), row.data());
                    QVERIFY(std::equal(row.begin(), row.end(), expected->data() + at));
                }
                continue;
            }
            // All of it, and a part that begins in the middle.
            for (const std::size_t from : {std::size_t{0}, std::size_t{64}}) {
                const std::size_t count = p.size - from;
                const float* const found = floats->operand(p.offset + from, count, scratch.data());
                QVERIFY2(std::equal(found, found + count, expected->data() + from), p.name.c_str());
                const BFloat16* const rounded = bfloats->operand(p.offset + from, count, shortScratch.data());
                for (std::size_t i = 0; i < count; ++i)
                    QCOMPARE(rounded[i].bits, floatToBfloat16((*expected)[from + i]));
            }
            ++checked;
        }
        QVERIFY(checked > 10);
    }

    void fixedParametersComeFromTheFile() {
        const ParameterLayout layout = makeLayout();
        const auto model = write(layout, DataType::Q8_0);
        std::vector<float> parameters(layout.size(), -7);
        QVERIFY(loadFixedParameters(*model, layout, parameters).has_value());
        for (const Parameter& p : layout.parameters())
            if (p.use == TensorUse::Trained)
                QCOMPARE(parameters[p.offset], -7.0f); // not the file's to say
            else if (p.use == TensorUse::Fixed)
                QVERIFY(parameters[p.offset + p.size - 1] != -7);
    }

    void whatIsMissingIsNamed() {
        const ParameterLayout layout = makeLayout();
        ThreadPool pool(1);
        const auto model = write(layout, DataType::Float32, "blocks.1.ffn.key.weight");
        const auto base = FrozenBase<float>::open(model, layout, 0, pool);
        QVERIFY(!base.has_value());
        QCOMPARE(base.error().code, ErrorCode::FileDamaged);
        QVERIFY(base.error().message.find("blocks.1.ffn.key.weight") != std::string::npos);
        std::vector<float> parameters(layout.size());
        const auto fixed =
            loadFixedParameters(*write(layout, DataType::Float32, "ln_out.bias"), layout, parameters);
        QVERIFY(!fixed.has_value());
        QVERIFY(fixed.error().message.find("ln_out.bias") != std::string::npos);
    }

private:
    static ParameterLayout makeLayout() {
        TrainingShape shape = fixture::smallShape("rwkv6 conv-routing");
        shape.mixRank = shape.decayRank = 32; // rows of whole blocks
        shape.model.feedForward = 64;
        return ParameterLayout(shape, TrainedPart::Enhancement);
    }

    // The base of `layout` with random values: matrices of `type`, all else float32.
    std::shared_ptr<const Checkpoint> write(const ParameterLayout& layout, DataType type,
                                            const std::string& without = {}) {
        Random random(5);
        SafetensorsWriter writer;
        for (const Parameter& p : layout.parameters()) {
            if (p.use == TensorUse::Trained || p.name == without)
                continue;
            std::vector<float> values(p.size);
            for (float& value : values)
                value = static_cast<float>(random.normal());
            if (!writer.addFloat32(p.name, p.use == TensorUse::Frozen ? type : DataType::Float32, p.shape,
                                   values))
                return nullptr;
        }
        const std::string path = m_folder->filePath("base.safetensors").toStdString();
        if (!writer.write(path))
            return nullptr;
        auto model = Checkpoint::open(path);
        return model ? std::make_shared<const Checkpoint>(std::move(*model)) : nullptr;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

QTEST_GUILESS_MAIN(FrozenBaseTest)
#include "frozen_base_test.moc"
