// sample_gguf.h: GGUF files made by hand, so that they can be wrong in every way, and sample models as the
// converters to GGUF store them (docs/spec/formats.md section 3).
#pragma once

#include "engine/core/data_type.h"
#include "tests/engine/formats/samples/sample_models.h"

#include <string>
#include <string_view>

namespace samples {

[[nodiscard]] std::uint32_t ggufCode(engine::DataType type);

// Puts a file together from its parts. Nothing is checked: numbers are as given.
class GgufWriter {
public:
    explicit GgufWriter(std::uint32_t version = 3)
        : m_version(version) {}

    void addValue(std::string_view key, std::uint32_t type,
                  const Bytes& value); // as it is to stand in the file
    void addText(std::string_view key, std::string_view text);
    void addNumber(std::string_view key, std::uint32_t number);
    void addFloat(std::string_view key, float number);
    void addTexts(std::string_view key, const std::vector<std::string>& texts);
    void addIntegers(std::string_view key, const std::vector<std::int32_t>& integers);

    // `sizes` as in the file, the contiguous dimension first. The offset is the next multiple of the
    // alignment.
    void addTensor(std::string_view name, std::uint32_t type, const std::vector<std::uint64_t>& sizes,
                   const Bytes& values);
    void addTensorAt(std::string_view name, std::uint32_t type, const std::vector<std::uint64_t>& sizes,
                     std::uint64_t offset);

    // Ends with the last tensor's last byte. `extraValues` and `extraTensors` are claimed and not there.
    [[nodiscard]] Bytes finish(std::uint64_t extraValues = 0, std::uint64_t extraTensors = 0) const;

    std::size_t alignment = 32; // what finish() and addTensor() use; a key of its own says it in the file

private:
    std::uint32_t m_version;
    std::uint64_t m_valueCount = 0, m_tensorCount = 0;
    Bytes m_values, m_tensors, m_data;
};

struct GgufOptions {
    engine::DataType type = engine::DataType::Float32; // of the matrices
    std::uint32_t version = 3;
    bool hasFusedMixes = true;
    bool hasFlatVectors = false; // [C] instead of [C,1,1], and the fused ones as [C,5] or [C,6]
    std::uint32_t rescaleEvery = 0;
    bool areFactorsQuantised = false;
    bool hasUnusedValues = true; // the copies of a0, a1, a2 that the first block of RWKV-7 has as v0, v1, v2
};

// The keys that a model of these sizes needs.
void addModelKeys(GgufWriter& writer, Version version, const Sizes& sizes, const GgufOptions& options = {});
// The keys and the tensors. Version V6 or V7.
void addModel(GgufWriter& writer, const std::vector<Tensor>& official, Version version, const Sizes& sizes,
              const GgufOptions& options = {});
[[nodiscard]] GgufWriter ggufWriter(const std::vector<Tensor>& official, Version version, const Sizes& sizes,
                                    const GgufOptions& options = {});
[[nodiscard]] Bytes gguf(const std::vector<Tensor>& official, Version version, const Sizes& sizes,
                         const GgufOptions& options = {});

// The bytes of an array's head: type of its elements, their claimed number.
Bytes arrayHead(std::uint32_t type, std::uint64_t count);
// So many arrays of one array each, and one of nothing inside.
Bytes nestedArrays(int depth);

} // namespace samples
