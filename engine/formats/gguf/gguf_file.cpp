#include "engine/formats/gguf/gguf_file.h"

#include "engine/formats/tensors/byte_reader.h"
#include "engine/formats/tensors/tensor_name.h"
#include "engine/formats/tensors/tensor_shape.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <optional>
#include <string>
#include <utility>

namespace engine {

namespace {

constexpr std::size_t kFirstHeadBytes = std::size_t{4} << 20;
constexpr std::uint32_t kMaxTensorDimensions = 4;
constexpr std::uint64_t kDefaultAlignment = 32;
// Of the shortest entries there can be: one letter of name and one dimension, one letter of key and a byte.
constexpr std::size_t kLeastTensorBytes = 8 + 1 + 4 + 8 + 4 + 8;
constexpr std::size_t kLeastValueBytes = 8 + 1 + 4 + 1;

std::optional<DataType> typeFromCode(std::uint32_t code) {
    switch (code) {
    case 0: return DataType::Float32;
    case 1: return DataType::Float16;
    case 2: return DataType::Q4_0;
    case 3: return DataType::Q4_1;
    case 6: return DataType::Q5_0;
    case 7: return DataType::Q5_1;
    case 8: return DataType::Q8_0;
    case 12: return DataType::Q4_K;
    case 13: return DataType::Q5_K;
    case 14: return DataType::Q6_K;
    case 30: return DataType::BFloat16;
    default: return std::nullopt;
    }
}

// Of the types that are not read: the name that a file's author knows it by.
std::string nameOfCode(std::uint32_t code) {
    static constexpr std::array<std::pair<std::uint32_t, std::string_view>, 19> kNames = {{
        {9, "q8_1"},    {10, "q2_k"},    {11, "q3_k"},  {15, "q8_k"},   {16, "iq2_xxs"},
        {17, "iq2_xs"}, {18, "iq3_xxs"}, {19, "iq1_s"}, {20, "iq4_nl"}, {21, "iq3_s"},
        {22, "iq2_s"},  {23, "iq4_xs"},  {24, "i8"},    {25, "i16"},    {26, "i32"},
        {27, "i64"},    {28, "f64"},     {29, "iq1_m"}, {34, "tq1_0"},
    }};
    const auto* known =
        std::find_if(kNames.begin(), kNames.end(), [&](const auto& n) { return n.first == code; });
    return known != kNames.end() ? std::string(known->second) : "type code " + std::to_string(code);
}

class Parser {
public:
    // `head`: the beginning of the file, which has been read.
    Parser(const CheckpointBuilder& builder, std::span<const std::byte> head)
        : m_builder(builder)
        , m_bytes(head) {}

    Expected<GgufFile> parse() {
        const auto magic = m_bytes.take(kGgufMagic.size());
        const auto version = m_bytes.takeNumber<std::uint32_t>();
        if (!magic || !version)
            return cutShort("its header");
        if (auto known = checkVersion(*version); !known)
            return failure(known.error());
        const auto tensors = m_bytes.takeNumber<std::uint64_t>();
        const auto values = m_bytes.takeNumber<std::uint64_t>();
        if (!tensors || !values)
            return cutShort("its header");
        const std::size_t room = m_builder.file().size();
        if (*tensors > room / kLeastTensorBytes || *values > room / kLeastValueBytes)
            return damaged(
                "the header counts " + std::to_string(*tensors) + " tensors and " + std::to_string(*values) +
                " key-values, more than the file has room for; it is cut short, download it again");

        Expected<GgufValues> read = GgufValues::read(m_builder, m_bytes, *values);
        if (!read)
            return failure(std::move(read.error()));
        GgufFile file{std::move(*read), {}, {}};
        std::vector<std::uint64_t> offsets;
        for (std::uint64_t i = 0; i < *tensors; ++i)
            if (auto added = readTensor(file, offsets); !added)
                return failure(added.error());
        if (auto placed = placeTensors(file, offsets); !placed)
            return failure(placed.error());
        return file;
    }

    // Whether parse() wanted more than `head`.
    [[nodiscard]] bool ranOut() const { return m_bytes.ranOut(); }

private:
    [[nodiscard]] Failure damaged(const std::string& what) const {
        return m_builder.failed(ErrorCode::FileDamaged, what);
    }

    [[nodiscard]] Failure cutShort(std::string_view within) const {
        return damaged("the file ends within " + std::string(within) +
                       "; it is cut short, download it again");
    }

    [[nodiscard]] Expected<void> checkVersion(std::uint32_t version) const {
        if (version == 2 || version == 3)
            return {};
        // Files for big-endian machines are not marked, but their version is far from any that will ever be.
        if (version != 0 && (version & 0xFFFFu) == 0)
            return m_builder.failed(ErrorCode::UnsupportedFormat,
                                    "a GGUF file for big-endian machines; download the little-endian one");
        return m_builder.failed(ErrorCode::UnsupportedFormat,
                                "expected version 2 or 3 of the GGUF format, found " +
                                    std::to_string(version) + "; convert the model again");
    }

    // The list gives no sizes in bytes, so what is behind a tensor is settled when all of the list is known.
    Expected<void> readTensor(GgufFile& file, std::vector<std::uint64_t>& offsets) {
        const auto name = takeGgufText(m_bytes);
        const auto dimensions = name ? m_bytes.takeNumber<std::uint32_t>() : std::nullopt;
        if (!dimensions)
            return cutShort("the list of its tensors");
        if (!isPlausibleName(*name))
            return damaged("expected " + std::string(kPlausibleName) + ", found " +
                           std::to_string(name->size()) + " bytes");
        if (*dimensions < 1 || *dimensions > kMaxTensorDimensions)
            return m_builder.failed(ErrorCode::FileDamaged, *name,
                                    "expected 1 to 4 dimensions, found " + std::to_string(*dimensions));
        std::array<std::uint64_t, kMaxTensorDimensions> sizes{};
        const bool hasSizes = m_bytes.takeNumbers(sizes, *dimensions);
        const auto code = hasSizes ? m_bytes.takeNumber<std::uint32_t>() : std::nullopt;
        const auto offset = code ? m_bytes.takeNumber<std::uint64_t>() : std::nullopt;
        if (!offset)
            return cutShort("the list of its tensors");

        StoredTensor tensor;
        tensor.name = *name;
        for (std::uint32_t i = *dimensions; i-- > 0;) {
            if (sizes[i] > std::numeric_limits<std::int64_t>::max())
                return m_builder.failed(ErrorCode::FileDamaged, *name,
                                        "expected sizes below 2^63, found " + std::to_string(sizes[i]));
            tensor.shape.push_back(static_cast<std::int64_t>(sizes[i]));
        }
        if (const std::optional<DataType> type = typeFromCode(*code)) {
            tensor.type = *type;
            file.tensors.push_back(std::move(tensor));
            offsets.push_back(*offset);
            return {};
        }
        const std::string kind = nameOfCode(*code);
        file.unread.push_back({std::move(tensor.name),
                               kind,
                               std::move(tensor.shape),
                               kind +
                                   " is not one of f32, f16, bf16, q4_0, q4_1, q5_0, q5_1, q8_0, q4_k, q5_k, "
                                   "q6_k; take the model in one of these",
                               {}});
        return {};
    }

    [[nodiscard]] Expected<std::uint64_t> alignment(const GgufValues& values) const {
        constexpr std::string_view kKey = "general.alignment";
        if (!values.has(kKey))
            return kDefaultAlignment;
        const auto alignment = values.number(kKey);
        if (!alignment || !std::has_single_bit(*alignment))
            return m_builder.failed(ErrorCode::FileDamaged, kKey,
                                    "expected a power of two, found " +
                                        (alignment ? std::to_string(*alignment) : "no positive number"));
        return *alignment;
    }

    // Finds each tensor's bytes behind the list. The tensors may lie in any order, with gaps between them.
    Expected<void> placeTensors(GgufFile& file, const std::vector<std::uint64_t>& offsets) const {
        const auto aligned = alignment(file.values);
        if (!aligned)
            return failure(aligned.error());
        const std::span<const std::byte> all = m_builder.file();
        const std::uint64_t end = static_cast<std::uint64_t>(m_bytes.rest().data() - all.data());
        const std::uint64_t start =
            (end + *aligned - 1) / *aligned * *aligned; // below 2^64: end is a file's size
        const std::span<const std::byte> data = all.subspan(std::min<std::uint64_t>(start, all.size()));
        for (std::size_t i = 0; i < offsets.size(); ++i) {
            StoredTensor& tensor = file.tensors[i];
            const auto failed = [&](ErrorCode code, const std::string& what) {
                return m_builder.failed(code, tensor.name, what);
            };
            const Expected<std::size_t> bytes = byteCount(tensor.type, tensor.shape);
            if (!bytes)
                return failed(bytes.error().code, bytes.error().message);
            if (offsets[i] % *aligned != 0)
                return failed(ErrorCode::FileDamaged, "expected an offset that is a multiple of " +
                                                          std::to_string(*aligned) + ", found " +
                                                          std::to_string(offsets[i]));
            if (*bytes == 0) // nowhere
                continue;
            const std::uint64_t behind = offsets[i] < data.size() ? data.size() - offsets[i] : 0;
            if (*bytes > behind)
                return failed(ErrorCode::FileDamaged,
                              "expected " + std::to_string(*bytes) + " bytes for " + shapeText(tensor.shape) +
                                  " of " + std::string(name(tensor.type)) + ", found " +
                                  std::to_string(behind) + "; the file is cut short, download it again");
            tensor.bytes = data.subspan(offsets[i], *bytes);
        }
        return checkOverlaps(file.tensors);
    }

    // Many tensors that share the same bytes would take many times the file's size once they are converted.
    [[nodiscard]] Expected<void> checkOverlaps(const std::vector<StoredTensor>& tensors) const {
        std::vector<const StoredTensor*> inOrder;
        for (const StoredTensor& tensor : tensors)
            if (!tensor.bytes.empty())
                inOrder.push_back(&tensor);
        std::sort(inOrder.begin(), inOrder.end(), [](const StoredTensor* a, const StoredTensor* b) {
            return a->bytes.data() < b->bytes.data();
        });
        const auto overlap = std::adjacent_find(
            inOrder.begin(), inOrder.end(), [](const StoredTensor* a, const StoredTensor* b) {
                return b->bytes.data() < a->bytes.data() + a->bytes.size();
            });
        if (overlap == inOrder.end())
            return {};
        return m_builder.failed(ErrorCode::FileDamaged, (*overlap)->name,
                                "its bytes overlap those of " + (*(overlap + 1))->name);
    }

    const CheckpointBuilder& m_builder;
    ByteReader m_bytes;
};

} // namespace

Expected<GgufFile> parseGgufFile(const CheckpointBuilder& builder) {
    // Where the list of tensors ends is known only once it has been parsed. With a vocabulary it takes a few
    // megabytes.
    for (std::size_t bytes = kFirstHeadBytes;; bytes *= 8) {
        const auto head = builder.read(builder.file().first(std::min(bytes, builder.file().size())));
        if (!head)
            return failure(head.error());
        Parser parser(builder, *head);
        auto file = parser.parse();
        if (file || !parser.ranOut() || head->size() == builder.file().size())
            return file;
    }
}

} // namespace engine
