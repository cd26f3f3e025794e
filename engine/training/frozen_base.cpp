#include "engine/training/frozen_base.h"

#include "engine/model/loading/checkpoint_tensors.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <type_traits>

namespace engine {

namespace {

// Of `count` values from value `first` on, which are whole blocks.
std::span<const std::byte> bytesOf(DataType type, std::span<const std::byte> bytes, std::size_t first,
                                   std::size_t count) {
    const std::size_t block = elementsPerBlock(type);
    assert(first % block == 0 && count % block == 0);
    return bytes.subspan(first / block * bytesPerBlock(type), count / block * bytesPerBlock(type));
}

// `bytes` hold exactly so many values of a type that was checked.
void decode(DataType type, std::span<const std::byte> bytes, std::span<float> out) {
    [[maybe_unused]] const auto decoded = toFloat32(type, bytes, out);
    assert(decoded);
}

void decode(DataType type, std::span<const std::byte> bytes, std::span<BFloat16> out) {
    if (type == DataType::BFloat16) {
        std::memcpy(out.data(), bytes.data(), bytes.size());
        return;
    }
    std::array<float, 4096> some; // a multiple of every block's size
    for (std::size_t at = 0; at < out.size(); at += some.size()) {
        const std::size_t count = std::min(some.size(), out.size() - at);
        decode(type, bytesOf(type, bytes, at, count), {some.data(), count});
        for (std::size_t i = 0; i < count; ++i)
            assign(out[at + i], some[i]);
    }
}

} // namespace

template <class Operand>
Expected<FrozenBase<Operand>> FrozenBase<Operand>::open(std::shared_ptr<const Checkpoint> model,
                                                        const ParameterLayout& layout,
                                                        std::size_t decodedBytes, ThreadPool& pool) {
    FrozenBase base;
    base.m_model = std::move(model);
    std::size_t decodedSoFar = 0;
    for (const Parameter& p : layout.parameters()) {
        if (p.use != TensorUse::Frozen)
            continue;
        const auto tensor = findTensor(*base.m_model, p.name, p.shape);
        if (!tensor)
            return failure(tensor.error());
        if (!isFloat((*tensor)->type) && !isBlockQuantised((*tensor)->type))
            return failure(ErrorCode::UnsupportedType,
                           whereIs(*base.m_model, p.name) + " holds integers, not weights");
        const auto bytes = base.m_model->bytes(**tensor, &pool);
        if (!bytes)
            return failure(bytes.error());
        Tensor& kept = base.m_tensors.emplace_back(Tensor{p.offset, p.size, (*tensor)->type, *bytes, {}});
        const std::size_t asOperands = p.size * sizeof(Operand);
        if (p.name == "emb.weight" || (p.name != "head.weight" && decodedSoFar + asOperands > decodedBytes))
            continue; // of the table, single rows are read
        decodedSoFar += asOperands;
        kept.decoded.resize(p.size);
        const std::size_t block = elementsPerBlock(kept.type);
        pool.parallelFor(p.size / block, 4096 / block, [&](std::size_t begin, std::size_t end) {
            decode(kept.type, bytesOf(kept.type, kept.bytes, begin * block, (end - begin) * block),
                   kept.decoded.span().subspan(begin * block, (end - begin) * block));
        });
        base.m_model->release(**tensor);
        kept.bytes = {};
    }
    return base;
}

template <class Operand>
const typename FrozenBase<Operand>::Tensor& FrozenBase<Operand>::at(std::size_t offset) const {
    const auto after = std::ranges::upper_bound(m_tensors, offset, {}, &Tensor::offset);
    assert(after != m_tensors.begin());
    return *std::prev(after);
}

template <class Operand>
const Operand* FrozenBase<Operand>::operand(std::size_t offset, std::size_t count, Operand* scratch) const {
    const Tensor& tensor = at(offset);
    const std::size_t first = offset - tensor.offset;
    if (tensor.decoded.size() > 0)
        return tensor.decoded.data() + first;
    decode(tensor.type, bytesOf(tensor.type, tensor.bytes, first, count), std::span(scratch, count));
    return scratch;
}

template <class Operand>
void FrozenBase<Operand>::values(std::size_t offset, std::size_t count, float* out) const {
    const Tensor& tensor = at(offset);
    decode(tensor.type, bytesOf(tensor.type, tensor.bytes, offset - tensor.offset, count),
           std::span(out, count));
}

Expected<void> loadFixedParameters(const Checkpoint& model, const ParameterLayout& layout,
                                   std::span<float> parameters) {
    for (const Parameter& p : layout.parameters()) {
        if (p.use != TensorUse::Fixed)
            continue;
        const auto values = model.readFloat32(p.name, p.shape);
        if (!values)
            return failure(values.error());
        std::ranges::copy(values->span(), parameters.subspan(p.offset).begin());
    }
    return {};
}

template class FrozenBase<float>;
template class FrozenBase<BFloat16>;

} // namespace engine
