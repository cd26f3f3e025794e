#include "engine/operations/products/linear/linear.h"

#include "engine/core/block_run.h"
#include "engine/core/weight_memory.h"
#include "engine/cpu/transpose.h"
#include "engine/operations/products/linear/row_product.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <new>
#include <string>

namespace engine {

namespace {

bool isPlain(DataType type) {
    return type == DataType::Float32 || type == DataType::Float16 || type == DataType::BFloat16;
}

// Number of elements, after the checks that every way of making weights shares.
Expected<std::size_t> checkedElements(int rows, int columns) {
    if (rows < 1 || columns < 1)
        return failure(ErrorCode::ShapeMismatch, "a weight matrix of " + std::to_string(rows) + " x " +
                                                     std::to_string(columns) + " has no values");
    return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
}

Expected<void> checkWanted(DataType stored, DataType wanted, int columns) {
    if (isPlain(wanted))
        return {};
    const bool isMade = wanted == DataType::Q8_0 || wanted == DataType::Q4_0;
    if (!isMade && packedTypeOf(stored) != wanted)
        return failure(ErrorCode::UnsupportedType,
                       "weights are kept as f32, f16, bf16, q8_0 or q4_0, not as " +
                           std::string(name(wanted)));
    if (columns % kTileColumns != 0)
        return failure(ErrorCode::ShapeMismatch, "rows of " + std::to_string(columns) +
                                                     " values cannot be packed in blocks of " +
                                                     std::to_string(kTileColumns));
    return {};
}

Expected<void> checkStored(DataType type, std::size_t bytes, int rows, int columns) {
    if (!isFloat(type) && !isBlockQuantised(type))
        return failure(ErrorCode::UnsupportedType, "weights cannot be read from " + std::string(name(type)));
    const auto row = static_cast<std::size_t>(columns);
    if (row % elementsPerBlock(type) != 0 ||
        bytes / static_cast<std::size_t>(rows) != row / elementsPerBlock(type) * bytesPerBlock(type) ||
        bytes % static_cast<std::size_t>(rows) != 0)
        return failure(ErrorCode::ShapeMismatch, std::to_string(bytes) + " bytes are not a " +
                                                     std::to_string(rows) + " x " + std::to_string(columns) +
                                                     " matrix of " + std::string(name(type)));
    return {};
}

Failure noMemory(std::size_t bytes) {
    return failure(ErrorCode::OutOfMemory, "no memory for " + std::to_string(bytes) + " bytes of weights");
}

bool isAligned(const void* data, std::size_t alignment) {
    return reinterpret_cast<std::uintptr_t>(data) % alignment == 0;
}

// Fills a matrix with stored weights, piece by piece: some outputs, or some inputs, that are kept together.
class Conversion {
public:
    Conversion(const Matrix& stored, const Matrix& wanted, std::byte* out)
        : m_stored(stored)
        , m_wanted(wanted)
        , m_isColumnMajor(wanted.order == MatrixOrder::ColumnMajor)
        , m_rows(static_cast<std::size_t>(wanted.rows))
        , m_columns(static_cast<std::size_t>(wanted.columns))
        , m_pieceLength(m_isColumnMajor ? kTileColumns : kTileRows)
        , m_out(out) {}

    void run(ThreadPool& pool) {
        const std::size_t length = m_isColumnMajor ? m_columns : m_rows;
        const std::size_t pieces = (length + m_pieceLength - 1) / m_pieceLength;
        // Memory for every thread before the start, as tasks must not throw.
        const auto threads = static_cast<std::size_t>(pool.size());
        const std::size_t valuesOfPiece = m_pieceLength * (m_isColumnMajor ? m_rows : m_columns);
        AlignedBuffer<float> memory(threads * (valuesOfPiece + m_rows));
        pool.run([&](int thread) {
            const auto i = static_cast<std::size_t>(thread);
            const auto own = memory.span().subspan(i * (valuesOfPiece + m_rows), valuesOfPiece + m_rows);
            for (std::size_t piece = pieces * i / threads; piece < pieces * (i + 1) / threads; ++piece) {
                const std::size_t begin = piece * m_pieceLength;
                const std::size_t count = std::min(m_pieceLength, length - begin);
                if (m_isColumnMajor)
                    convertInputs(begin, count, own.data(), own.last(m_rows));
                else
                    convertOutputs(begin, count, own);
            }
        });
    }

private:
    [[nodiscard]] const std::byte* storedRow(std::size_t row) const {
        return static_cast<const std::byte*>(m_stored.data) + row * m_stored.groupBytes();
    }
    // Of so many values of a row, rounded down to blocks.
    [[nodiscard]] std::size_t storedBytes(std::size_t values) const {
        return values / elementsPerBlock(m_stored.type) * bytesPerBlock(m_stored.type);
    }
    [[nodiscard]] bool keepsBlocks() const {
        return m_wanted.isPacked && packedTypeOf(m_stored.type) == m_wanted.type;
    }
    // Where what belongs to output, or input, number `first` begins.
    [[nodiscard]] std::byte* placeOf(std::size_t first) const {
        return m_out + first / static_cast<std::size_t>(m_wanted.groupLength()) * m_wanted.groupBytes();
    }

    void convertOutputs(std::size_t row, std::size_t count, std::span<float> memory) const {
        std::byte* const to = placeOf(row);
        const int rows = static_cast<int>(count);
        if (keepsBlocks())
            return packBlocks(m_stored.type, storedRow(row), m_stored.groupBytes(), rows, m_wanted.columns,
                              to);
        const auto values = memory.first(count * m_columns);
        read({storedRow(row), count * m_stored.groupBytes()}, values);
        if (m_wanted.isPacked)
            return packValues(m_wanted.type, values.data(), rows, m_wanted.columns, to);
        write(values, {to, count * m_wanted.groupBytes()});
    }

    void convertInputs(std::size_t column, std::size_t count, float* values, std::span<float> row) const {
        std::byte* const to = placeOf(column);
        if (keepsBlocks())
            return packRunOfBlocks(m_stored.type, storedRow(0), m_stored.groupBytes(), m_wanted.rows,
                                   column / kTileColumns, to);
        if (m_stored.type == m_wanted.type && bytesPerBlock(m_stored.type) == sizeof(std::uint16_t) &&
            isAligned(m_stored.data, sizeof(std::uint16_t)))
            return transposeWords(static_cast<const std::uint16_t*>(m_stored.data), m_rows, m_columns, column,
                                  count, reinterpret_cast<std::uint16_t*>(to));
        for (std::size_t output = 0; output < m_rows; ++output) {
            __builtin_prefetch(storedRow(std::min(output + kRowsAhead, m_rows - 1)) + storedBytes(column));
            readPart(output, column, {values + output * m_pieceLength, count});
        }
        if (m_wanted.isPacked)
            return packRunOfValues(m_wanted.type, values, m_pieceLength, m_wanted.rows, to);
        for (std::size_t i = 0; i < count; ++i) {
            for (std::size_t output = 0; output < m_rows; ++output)
                row[output] = values[output * m_pieceLength + i];
            write(row, {to + i * m_wanted.groupBytes(), m_wanted.groupBytes()});
        }
    }

    // Values of one output from a multiple of 32 on.
    void readPart(std::size_t output, std::size_t column, std::span<float> out) const {
        const std::byte* const row = storedRow(output);
        if (!isBlockQuantised(m_stored.type))
            return read({row + storedBytes(column), storedBytes(out.size())}, out);
        const BlockRun run = readBlockRun(m_stored.type, row, column / kRunLength);
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = run.value(i);
    }

    // Types and sizes were checked, so neither can fail.
    void read(std::span<const std::byte> bytes, std::span<float> values) const {
        const bool isHalf = m_stored.type == DataType::Float16 || m_stored.type == DataType::BFloat16;
        if (isHalf && isAligned(bytes.data(), sizeof(std::uint16_t))) // by vectors
            return widenRows({m_stored.type, 1, static_cast<int>(values.size()), bytes.data()}, 0, 1,
                             values.data());
        [[maybe_unused]] const auto done = toFloat32(m_stored.type, bytes, values);
        assert(done.has_value());
    }
    void write(std::span<const float> values, std::span<std::byte> bytes) const {
        [[maybe_unused]] const auto done = engine::fromFloat32(m_wanted.type, values, bytes);
        assert(done.has_value());
    }

    Matrix m_stored, m_wanted;
    bool m_isColumnMajor;
    std::size_t m_rows, m_columns, m_pieceLength;
    std::byte* m_out;
};

} // namespace

Expected<LinearWeights> LinearWeights::fromStored(DataType type, std::span<const std::byte> bytes, int rows,
                                                  int columns, DataType wanted,
                                                  std::shared_ptr<const void> memory, ThreadPool& pool,
                                                  MatrixOrder order) {
    if (const auto elements = checkedElements(rows, columns); !elements)
        return failure(elements.error());
    if (auto checked = checkWanted(type, wanted, columns); !checked)
        return failure(std::move(checked.error()));
    if (auto checked = checkStored(type, bytes.size(), rows, columns); !checked)
        return failure(std::move(checked.error()));
    const Matrix stored{type, rows, columns, bytes.data()};
    if (type == wanted && order == stored.order && isPlain(type) && bytes.size() >= kLeastWeightsInPlace &&
        isAligned(bytes.data(), bytesPerBlock(type))) {
        LinearWeights weights;
        weights.m_matrix = stored;
        weights.m_memory = std::move(memory);
        return weights;
    }
    return converted(stored, {wanted, rows, columns, nullptr, !isPlain(wanted), order}, pool);
}

Expected<LinearWeights> LinearWeights::converted(const Matrix& stored, const Matrix& wanted,
                                                 ThreadPool& pool) {
    LinearWeights weights;
    weights.m_matrix = wanted;
    try {
        auto own = allocateWeights(wanted.byteSize());
        weights.m_matrix.data = own.get();
        weights.m_ownsMemory = true;
        if (stored.type == wanted.type && stored.order == wanted.order && isPlain(wanted.type))
            std::memcpy(own.get(), stored.data, wanted.byteSize());
        else
            Conversion(stored, wanted, own.get()).run(pool);
        weights.m_memory = std::move(own);
        return weights;
    } catch (const std::bad_alloc&) {
        return noMemory(wanted.byteSize());
    }
}

Expected<LinearWeights> LinearWeights::table(DataType type, std::span<const std::byte> bytes, int rows,
                                             int columns, std::shared_ptr<const void> memory) {
    if (const auto elements = checkedElements(rows, columns); !elements)
        return failure(elements.error());
    if (auto checked = checkStored(type, bytes.size(), rows, columns); !checked)
        return failure(std::move(checked.error()));
    LinearWeights weights;
    weights.m_matrix = {type, rows, columns, bytes.data()};
    weights.m_memory = std::move(memory);
    return weights;
}

Expected<LinearWeights> LinearWeights::fromFloat32(std::span<const float> values, int rows, int columns,
                                                   DataType wanted, MatrixOrder order) {
    const auto elements = checkedElements(rows, columns);
    if (!elements)
        return failure(elements.error());
    if (values.size() != *elements)
        return failure(ErrorCode::ShapeMismatch, std::to_string(values.size()) + " values are not a " +
                                                     std::to_string(rows) + " x " + std::to_string(columns) +
                                                     " matrix");
    if (auto checked = checkWanted(DataType::Float32, wanted, columns); !checked)
        return failure(std::move(checked.error()));
    ThreadPool alone(1);
    return converted({DataType::Float32, rows, columns, values.data()},
                     {wanted, rows, columns, nullptr, !isPlain(wanted), order}, alone);
}

Expected<LinearWeights> LinearWeights::fromFactor(std::span<const float> values, int inputs, int outputs,
                                                  DataType wanted) {
    const auto elements = checkedElements(outputs, inputs);
    if (!elements)
        return failure(elements.error());
    if (values.size() != *elements)
        return failure(ErrorCode::ShapeMismatch, std::to_string(values.size()) +
                                                     " values are not a factor of " + std::to_string(inputs) +
                                                     " x " + std::to_string(outputs));
    try {
        const auto in = static_cast<std::size_t>(inputs);
        const auto out = static_cast<std::size_t>(outputs);
        AlignedBuffer<float> transposed(*elements);
        transpose(values.data(), in, out, 0, out, transposed.data());
        return fromFloat32(transposed.span(), outputs, inputs, wanted);
    } catch (const std::bad_alloc&) {
        return noMemory(*elements * sizeof(float));
    }
}

} // namespace engine
