// torch_archives.h: archives of one tensor of float32, sound or not, for the tests of the reader.
#pragma once

#include "tests/engine/formats/samples/sample_torch.h"

#include <cstdint>
#include <numeric>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace test {

using Shape = std::vector<std::int64_t>;

// 0, 1, 2, ... as float32.
inline samples::Bytes counted(std::size_t count) {
    std::vector<float> values(count);
    std::iota(values.begin(), values.end(), 0.0f);
    samples::Bytes bytes;
    samples::append(bytes, std::span<const float>(values));
    return bytes;
}

// Of a storage of twelve float32 values.
inline samples::TorchView view(std::int64_t offset, Shape shape, Shape strides, std::int64_t elements = 12) {
    return {.elements = elements, .offset = offset, .shape = std::move(shape), .strides = std::move(strides)};
}

inline samples::Bytes oneTensor(const samples::TorchView& view, std::size_t storedValues = 12) {
    return samples::torchFile({{"t", view}}, {counted(storedValues)});
}

// An archive of a sound tensor whose members `change` may edit.
template <class Change> samples::Bytes changed(Change change) {
    samples::PickleWriter pickle;
    samples::appendTensor(pickle.raw("}").text("t"), view(0, {12}, {1}));
    std::vector<samples::ZipMember> members = samples::torchMembers(pickle.raw("s.").bytes(), {counted(12)});
    change(members);
    return samples::zip(members);
}

inline samples::Bytes withPickle(std::string_view pickle) {
    return samples::torchFile(pickle, {counted(12)});
}

} // namespace test
