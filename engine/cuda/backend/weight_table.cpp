#include "engine/cuda/backend/weight_table.h"

#include "engine/core/aligned_buffer.h"
#include "engine/core/data_type.h"

#include <algorithm>
#include <vector>

namespace engine::cuda {

namespace {

// Kernels read whole vectors, also of the last weights.
constexpr std::size_t kPadding = 64;

bool isReadByEmbedding(DataType type) {
    switch (type) {
    case DataType::Float32:
    case DataType::Float16:
    case DataType::BFloat16:
    case DataType::Q8_0:
    case DataType::Q4_0:
    case DataType::Q4_1:
    case DataType::Q5_0:
    case DataType::Q5_1: return true;
    default: return false;
    }
}

std::vector<std::uint16_t> asFloat16(const Matrix& table) {
    const auto columns = static_cast<std::size_t>(table.columns);
    std::vector<std::uint16_t> halves(static_cast<std::size_t>(table.rows) * columns);
    std::vector<float> row(columns);
    for (int i = 0; i < table.rows; ++i) {
        if (const auto read = toFloat32(table.type, {table.group(i), table.groupBytes()}, row); !read)
            throw BackendFailure(read.error());
        std::ranges::transform(row, halves.begin() + static_cast<std::ptrdiff_t>(i) * table.columns,
                               floatToHalf);
    }
    return halves;
}

} // namespace

const std::byte* WeightTable::copyOf(const void* host, std::size_t bytes) {
    if (host == nullptr)
        return nullptr;
    if (const auto known = m_copies.find(host); known != m_copies.end())
        return known->second.data();
    try {
        DeviceArray<std::byte> copy(bytes + kPadding, "loading the model");
        copyToDevice(copy.data(), host, bytes, "loading the model");
        m_bytes += bytes;
        return m_copies.emplace(host, std::move(copy)).first->second.data();
    } catch (const BackendFailure& refused) {
        if (refused.error().code != ErrorCode::OutOfMemory)
            throw;
        throw BackendFailure(
            Error{ErrorCode::OutOfMemory, refused.error().message + "; " + std::to_string(m_bytes >> 20) +
                                              " MiB of the model were there when it was full"});
    }
}

const float* WeightTable::values(const float* host, std::size_t count) {
    return reinterpret_cast<const float*>(copyOf(host, count * sizeof(float)));
}

NormParameters WeightTable::norm(const NormParameters& host, int width) {
    const auto count = static_cast<std::size_t>(width);
    return {values(host.weight, count), values(host.bias, count), host.epsilon};
}

Matrix WeightTable::matrix(const Matrix& host) {
    Matrix copy = host;
    copy.data = copyOf(host.data, host.byteSize());
    return copy;
}

Matrix WeightTable::table(const Matrix& host) {
    if (isReadByEmbedding(host.type))
        return matrix(host);
    Matrix copy = host;
    copy.type = DataType::Float16;
    if (const auto known = m_copies.find(host.data); known != m_copies.end()) {
        copy.data = known->second.data();
        return copy;
    }
    const auto halves = asFloat16(host);
    DeviceArray<std::byte> memory(halves.size() * sizeof(std::uint16_t), "loading the model");
    copyToDevice(memory.data(), halves.data(), memory.size(), "loading the model");
    copy.data = memory.data();
    m_copies.emplace(host.data, std::move(memory));
    return copy;
}

} // namespace engine::cuda
