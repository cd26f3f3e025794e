#include "engine/runtime/state_file.h"

#include "engine/core/data_type.h"

#include <zstd.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <new>
#include <string>

namespace engine {

namespace {

static_assert(std::endian::native == std::endian::little);

constexpr char kMagic[4] = {'I', 'k', 'S', 't'};
constexpr std::uint32_t kVersion = 1;
constexpr int kCompressionLevel = 1; // states hardly compress; higher levels take longer for the same size
// No state has been seen beyond a few thousand tokens' worth; this keeps arithmetic far from its limits.
constexpr std::uint64_t kMostTokens = std::uint64_t{1} << 48;

template <class T> void put(std::vector<std::byte>& out, T value) {
    const std::size_t at = out.size();
    out.resize(at + sizeof value);
    std::memcpy(out.data() + at, &value, sizeof value);
}

class Reader {
public:
    explicit Reader(std::span<const std::byte> bytes)
        : m_bytes(bytes) {}
    template <class T> [[nodiscard]] bool get(T& value) {
        if (m_bytes.size() < sizeof value)
            return false;
        std::memcpy(&value, m_bytes.data(), sizeof value);
        m_bytes = m_bytes.subspan(sizeof value);
        return true;
    }
    [[nodiscard]] bool get(std::string& text, std::size_t size) {
        if (m_bytes.size() < size)
            return false;
        text.assign(reinterpret_cast<const char*>(m_bytes.data()), size);
        m_bytes = m_bytes.subspan(size);
        return true;
    }
    [[nodiscard]] std::span<const std::byte> rest() const { return m_bytes; }

private:
    std::span<const std::byte> m_bytes;
};

Failure damaged(const std::string& what) { return failure(ErrorCode::FileDamaged, "saved state: " + what); }

Failure noMemory() { return failure(ErrorCode::OutOfMemory, "not enough memory for a saved state"); }

std::size_t bytesPerValue(StatePrecision precision) {
    return precision == StatePrecision::Float16 ? sizeof(std::uint16_t) : sizeof(float);
}

std::vector<std::byte> payload(const State& state, std::span<const float> logits, StatePrecision precision) {
    std::vector<std::byte> bytes(state.values().size() * bytesPerValue(precision) + logits.size_bytes());
    std::byte* to = bytes.data();
    if (precision == StatePrecision::Float32) {
        std::memcpy(to, state.values().data(), state.values().size_bytes());
        to += state.values().size_bytes();
    } else {
        constexpr float kLargestHalf = 65504.0f;
        for (const float value : state.values()) {
            const std::uint16_t half = floatToHalf(std::clamp(value, -kLargestHalf, kLargestHalf));
            std::memcpy(to, &half, sizeof half);
            to += sizeof half;
        }
    }
    if (!logits.empty())
        std::memcpy(to, logits.data(), logits.size_bytes());
    return bytes;
}

} // namespace

Expected<std::vector<std::byte>> writeState(const State& state, std::span<const float> logits,
                                            std::string_view fingerprint, StatePrecision precision) try {
    std::vector<std::byte> out;
    for (const char letter : kMagic)
        put(out, letter);
    put(out, kVersion);
    put(out, static_cast<std::uint32_t>(precision));
    put(out, static_cast<std::uint64_t>(state.position()));
    put(out, static_cast<std::uint64_t>(state.values().size()));
    put(out, static_cast<std::uint64_t>(logits.size()));
    put(out, static_cast<std::uint32_t>(fingerprint.size()));
    const std::vector<std::byte> values = payload(state, logits, precision);
    const std::size_t head = out.size() + fingerprint.size();
    out.resize(head + ZSTD_compressBound(values.size()));
    std::memcpy(out.data() + head - fingerprint.size(), fingerprint.data(), fingerprint.size());
    const std::size_t size =
        ZSTD_compress(out.data() + head, out.size() - head, values.data(), values.size(), kCompressionLevel);
    if (ZSTD_isError(size) != 0)
        return failure(ErrorCode::Internal, std::string("zstd: ") + ZSTD_getErrorName(size));
    out.resize(head + size);
    return out;
} catch (const std::bad_alloc&) {
    return noMemory();
}

Expected<StoredState> readState(std::span<const std::byte> bytes, const ModelConfig& config,
                                std::string_view fingerprint) try {
    Reader reader(bytes);
    std::string magic;
    std::uint32_t version = 0, precisionCode = 0, nameLength = 0;
    std::uint64_t position = 0, values = 0, logits = 0;
    if (!reader.get(magic, sizeof kMagic) || magic != std::string_view(kMagic, sizeof kMagic))
        return failure(ErrorCode::UnsupportedFormat, "saved state: these bytes are no saved state");
    if (!reader.get(version))
        return damaged("it is cut short");
    if (version > kVersion)
        return failure(ErrorCode::UnsupportedFormat,
                       "saved state: it was made by a newer Inkgate; the text will be read again");
    std::string owner;
    if (version == 0 || !reader.get(precisionCode) || !reader.get(position) || !reader.get(values) ||
        !reader.get(logits) || !reader.get(nameLength) || !reader.get(owner, nameLength))
        return damaged("its beginning is cut short or wrong");
    if (owner != fingerprint)
        return failure(ErrorCode::GateMismatch, "saved state: it belongs to another model");
    StoredState result;
    result.state = State(config);
    if (precisionCode > static_cast<std::uint32_t>(StatePrecision::Float16) || position > kMostTokens)
        return damaged("its beginning is wrong");
    if (values != result.state.values().size() ||
        (logits != 0 && logits != static_cast<std::uint64_t>(config.vocabulary)))
        return damaged("expected " + std::to_string(result.state.values().size()) + " values and " +
                       std::to_string(config.vocabulary) + " logits or none, found " +
                       std::to_string(values) + " and " + std::to_string(logits));

    const auto precision = static_cast<StatePrecision>(precisionCode);
    const std::size_t stateBytes = result.state.values().size() * bytesPerValue(precision);
    result.logits.resize(static_cast<std::size_t>(logits));
    std::vector<std::byte> unpacked(stateBytes + result.logits.size() * sizeof(float));
    const auto packed = reader.rest();
    const std::size_t size = ZSTD_decompress(unpacked.data(), unpacked.size(), packed.data(), packed.size());
    if (ZSTD_isError(size) != 0 || size != unpacked.size())
        return damaged("its values cannot be unpacked");

    const auto stored = std::span<const std::byte>(unpacked).first(stateBytes);
    const DataType type = precision == StatePrecision::Float16 ? DataType::Float16 : DataType::Float32;
    if (auto read = toFloat32(type, stored, result.state.values()); !read)
        return damaged(read.error().message);
    if (!result.logits.empty())
        std::memcpy(result.logits.data(), unpacked.data() + stateBytes, result.logits.size() * sizeof(float));
    result.state.advance(static_cast<std::int64_t>(position));
    return result;
} catch (const std::bad_alloc&) {
    return noMemory();
}

} // namespace engine
