#include "engine/runtime/state/state_file.h"

#include "engine/core/data_type.h"

#include <zstd.h>

#include <algorithm>
#include <array>
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
constexpr std::uint32_t kPagedVersion = 2; // with the pages of RWKV-X
constexpr int kCompressionLevel = 1; // states hardly compress; higher levels take longer for the same size
// No state has been seen beyond a few thousand tokens' worth; this keeps arithmetic far from its limits.
// Of all blocks; keeps what a file can ask for within reason.
constexpr std::size_t kMostPages = std::size_t{1} << 20;
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
    [[nodiscard]] bool get(std::span<std::byte> out) {
        if (m_bytes.size() < out.size())
            return false;
        std::ranges::copy(m_bytes.first(out.size()), out.begin());
        m_bytes = m_bytes.subspan(out.size());
        return true;
    }
    [[nodiscard]] std::span<const std::byte> rest() const { return m_bytes; }

private:
    std::span<const std::byte> m_bytes;
};

Failure damaged(const std::string& what) { return failure(ErrorCode::FileDamaged, "saved state: " + what); }

Failure noMemory() { return failure(ErrorCode::OutOfMemory, "not enough memory for a saved state"); }

// What pages depend on, so that they are not taken for those of other settings.
using PageSettings = std::array<std::uint32_t, 6>;
PageSettings pageSettings(const SparseAttentionConfig& sparse) {
    return {static_cast<std::uint32_t>(sparse.blocks), static_cast<std::uint32_t>(sparse.chunk),
            static_cast<std::uint32_t>(sparse.chunks), static_cast<std::uint32_t>(sparse.mostChunks()),
            static_cast<std::uint32_t>(sparse.isHalf), static_cast<std::uint32_t>(sparse.mode)};
}

std::size_t bytesPerPage(const AttentionCache& cache) { return cache.shape().pageFloats() * sizeof(float); }

// What the keys and values of a state of `position` tokens take, without the room for later ones.
std::size_t pageBytes(const AttentionCache& cache, std::int64_t position) {
    std::size_t bytes = 0;
    for (int block = 0; block < cache.blocks(); ++block)
        if (const std::size_t count = cache.chunkCount(block); count > 0) {
            const auto chunk = static_cast<std::size_t>(cache.config().chunk);
            const std::size_t filled = (static_cast<std::size_t>(position) - 1) % chunk + 1;
            bytes += (count - 1) * bytesPerPage(cache) + bytesPerPage(cache) * filled / chunk;
        }
    return bytes;
}

// For each block the number of its chunks, and for each of them its own number and its page.
void putPages(std::vector<std::byte>& out, const AttentionCache& cache, std::int64_t position) {
    for (int block = 0; block < cache.blocks(); ++block) {
        put(out, static_cast<std::uint64_t>(cache.chunkCount(block)));
        for (std::size_t i = 0; i < cache.chunkCount(block); ++i) {
            const AttentionCache::Chunk chunk = cache.chunkOf(block, i, position);
            put(out, static_cast<std::uint64_t>(chunk.number));
            const auto values = std::as_bytes(std::span(chunk.values));
            out.insert(out.end(), values.begin(), values.end());
        }
    }
}

// Chunks as a text of `position` tokens has them: in order, the last one that which is being read.
bool readPages(Reader& reader, const SparseAttentionConfig& sparse, std::size_t floats,
               std::uint64_t position, AttentionCache& cache) {
    const auto chunk = static_cast<std::uint64_t>(sparse.chunk);
    const std::uint64_t all = (position + chunk - 1) / chunk;
    const auto most = static_cast<std::uint64_t>(sparse.mostChunks());
    for (int block = 0; block < cache.blocks(); ++block) {
        std::uint64_t count = 0;
        if (!reader.get(count) || count > all || (most > 0 && count > most + 1) || (all > 0 && count == 0))
            return false;
        std::uint64_t next = 0;
        for (std::uint64_t i = 0; i < count; ++i) {
            std::uint64_t number = 0;
            const bool isOwn = i + 1 == count;
            if (!reader.get(number) || number < next || number >= all || (isOwn && number + 1 != all))
                return false;
            next = number + 1;
            AttentionCache::Chunk page{static_cast<std::int64_t>(number), sparse.chunk, {}};
            if (isOwn)
                page.tokens = static_cast<int>(position - number * chunk);
            if (reader.rest().size() / sizeof(float) < floats)
                return false;
            page.values.resize(floats);
            if (!reader.get(std::as_writable_bytes(std::span(page.values))))
                return false;
            cache.add(block, page);
        }
    }
    return reader.rest().empty();
}

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
    const AttentionCache& cache = state.attention();
    const bool hasPages = cache.blocks() > 0;
    // Keys and values hardly become smaller.
    if (pageBytes(cache, state.position()) > kMostPageBytes)
        return failure(ErrorCode::OutOfMemory,
                       "the state after " + std::to_string(state.position()) +
                           " tokens is too large to be saved; the text will be read again");
    std::vector<std::byte> out;
    for (const char letter : kMagic)
        put(out, letter);
    put(out, hasPages ? kPagedVersion : kVersion);
    put(out, static_cast<std::uint32_t>(precision));
    put(out, static_cast<std::uint64_t>(state.position()));
    put(out, static_cast<std::uint64_t>(state.values().size()));
    put(out, static_cast<std::uint64_t>(logits.size()));
    put(out, static_cast<std::uint32_t>(fingerprint.size()));
    const auto name = std::as_bytes(std::span(fingerprint));
    out.insert(out.end(), name.begin(), name.end());
    std::vector<std::byte> values = payload(state, logits, precision);
    if (hasPages) {
        for (const std::uint32_t setting : pageSettings(cache.config()))
            put(out, setting);
        const std::size_t before = values.size();
        putPages(values, cache, state.position());
        put(out, static_cast<std::uint64_t>(values.size() - before));
    }
    const std::size_t head = out.size();
    out.resize(head + ZSTD_compressBound(values.size()));
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
    if (version > kPagedVersion)
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
    const bool hasPages = config.sparse.blocks > 0;
    if (hasPages != (version == kPagedVersion))
        return failure(ErrorCode::UnsupportedFormat,
                       "saved state: it is of another kind of model; the text will be read again");
    std::uint64_t pagesSize = 0;
    if (hasPages) {
        PageSettings settings{};
        for (std::uint32_t& setting : settings)
            if (!reader.get(setting))
                return damaged("its beginning is cut short");
        if (settings != pageSettings(config.sparse))
            return failure(
                ErrorCode::UnsupportedFormat,
                "saved state: it was made with other settings of sparse attention; the text will be "
                "read again");
        const AttentionCache& cache = result.state.attention();
        const std::size_t most = kMostPageBytes + 2 * sizeof(std::uint64_t) * kMostPages +
                                 static_cast<std::size_t>(cache.blocks()) * bytesPerPage(cache);
        if (!reader.get(pagesSize) || pagesSize > most)
            return damaged("its beginning is wrong");
    }
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
    const std::size_t pagesAt = stateBytes + result.logits.size() * sizeof(float);
    std::vector<std::byte> unpacked(pagesAt + static_cast<std::size_t>(pagesSize));
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
    if (hasPages) {
        Reader pages(std::span<const std::byte>(unpacked).subspan(pagesAt));
        AttentionCache& cache = result.state.attention();
        if (!readPages(pages, config.sparse, cache.shape().pageFloats(), position, cache))
            return damaged("the chunks of its keys and values are not those of such a text");
    }
    result.state.advance(static_cast<std::int64_t>(position));
    return result;
} catch (const std::bad_alloc&) {
    return noMemory();
}

} // namespace engine
