#include "tests/engine/formats/samples/sample_torch.h"

#include <stdexcept>

namespace samples {

namespace {

using engine::DataType;

template <class T> std::string_view bytesOfNumber(const T& number) {
    return {reinterpret_cast<const char*>(&number), sizeof number};
}

std::string_view storageClass(DataType type) {
    switch (type) {
    case DataType::Float32: return "FloatStorage";
    case DataType::Float16: return "HalfStorage";
    case DataType::BFloat16: return "BFloat16Storage";
    default: throw std::logic_error("samples are of floating types");
    }
}

std::vector<std::int64_t> rowMajorStrides(const std::vector<std::int64_t>& shape) {
    std::vector<std::int64_t> strides(shape.size());
    std::int64_t stride = 1;
    for (std::size_t i = shape.size(); i-- > 0; stride *= shape[i])
        strides[i] = stride;
    return strides;
}

class ZipWriter {
public:
    explicit ZipWriter(bool isZip64)
        : m_isZip64(isZip64) {}

    void add(const ZipMember& member) {
        const std::uint64_t offset = m_bytes.size(), size = member.bytes.size();
        const auto nameBytes = static_cast<std::uint16_t>(member.name.size());
        const std::size_t unpadded = offset + 30 + nameBytes + 4;
        const auto padding = static_cast<std::uint16_t>((64 - unpadded % 64) % 64);
        put<std::uint32_t>(m_bytes, {0x04034b50});
        put<std::uint16_t>(m_bytes, {0, member.flags, member.method, 0, 0});
        put<std::uint32_t>(m_bytes, {0, 0, 0});
        put<std::uint16_t>(m_bytes, {nameBytes, static_cast<std::uint16_t>(4 + padding)});
        append(m_bytes, std::span(member.name));
        put<std::uint16_t>(m_bytes, {0x4246, padding}); // "FB"
        m_bytes.resize(m_bytes.size() + padding, std::byte{'Z'});
        append(m_bytes, std::span<const std::byte>(member.bytes));
        if ((member.flags & 8u) != 0) {
            put<std::uint32_t>(m_bytes, {0x08074b50, 0});
            if (m_isZip64)
                put<std::uint64_t>(m_bytes, {size, size});
            else
                put<std::uint32_t>(m_bytes, {in32(size), in32(size)});
        }

        put<std::uint32_t>(m_directory, {0x02014b50});
        put<std::uint16_t>(m_directory, {0, 0, member.flags, member.method, 0, 0});
        put<std::uint32_t>(m_directory, {0, in32(size), in32(size)});
        put<std::uint16_t>(m_directory, {nameBytes, static_cast<std::uint16_t>(m_isZip64 ? 28 : 0), 0, 0, 0});
        put<std::uint32_t>(m_directory, {0, in32(offset)});
        append(m_directory, std::span(member.name));
        if (m_isZip64) {
            put<std::uint16_t>(m_directory, {1, 24});
            put<std::uint64_t>(m_directory, {size, size, offset});
        }
        ++m_members;
    }

    Bytes finish() {
        const std::uint64_t offset = m_bytes.size(), size = m_directory.size();
        append(m_bytes, std::span<const std::byte>(m_directory));
        if (m_isZip64) {
            const std::uint64_t end = m_bytes.size();
            put<std::uint32_t>(m_bytes, {0x06064b50, 44, 0, 0, 0, 0});
            put<std::uint64_t>(m_bytes, {m_members, m_members, size, offset});
            put<std::uint32_t>(m_bytes, {0x07064b50, 0});
            put<std::uint64_t>(m_bytes, {end});
            put<std::uint32_t>(m_bytes, {1});
        }
        const auto count = static_cast<std::uint16_t>(m_members);
        put<std::uint32_t>(m_bytes, {0x06054b50, 0});
        put<std::uint16_t>(m_bytes, {count, count});
        put<std::uint32_t>(m_bytes, {in32(size), in32(offset)});
        put<std::uint16_t>(m_bytes, {0});
        return std::move(m_bytes);
    }

private:
    [[nodiscard]] std::uint32_t in32(std::uint64_t number) const {
        return m_isZip64 ? 0xFFFFFFFF : static_cast<std::uint32_t>(number);
    }
    template <class T> static void put(Bytes& bytes, std::initializer_list<T> numbers) {
        append(bytes, std::span<const T>(numbers.begin(), numbers.size()));
    }

    bool m_isZip64;
    std::uint64_t m_members = 0;
    Bytes m_bytes, m_directory;
};

} // namespace

Bytes zip(const std::vector<ZipMember>& members, bool isZip64) {
    ZipWriter writer(isZip64);
    for (const ZipMember& member : members)
        writer.add(member);
    return writer.finish();
}

Bytes bytesOf(std::string_view text) {
    Bytes bytes;
    append(bytes, std::span(text));
    return bytes;
}

PickleWriter::PickleWriter(int protocol)
    : m_isProtocol4(protocol == 4) {
    raw("\x80").raw(m_isProtocol4 ? "\4" : "\2");
    if (m_isProtocol4) // nobody needs the length of a frame
        raw("\x95").raw(bytesOfNumber(std::uint64_t{1}));
}

PickleWriter& PickleWriter::raw(std::string_view operations) {
    m_bytes += operations;
    return *this;
}

PickleWriter& PickleWriter::text(std::string_view value) {
    if (m_isProtocol4 && value.size() < 256)
        return raw("\x8c").raw(std::string(1, static_cast<char>(value.size()))).raw(value);
    return raw("X").raw(bytesOfNumber(static_cast<std::uint32_t>(value.size()))).raw(value);
}

PickleWriter& PickleWriter::integer(std::int64_t value) {
    if (value >= 0 && value < 0x100)
        return raw("K").raw(bytesOfNumber(static_cast<std::uint8_t>(value)));
    if (value >= 0 && value < 0x10000)
        return raw("M").raw(bytesOfNumber(static_cast<std::uint16_t>(value)));
    if (value == static_cast<std::int32_t>(value))
        return raw("J").raw(bytesOfNumber(static_cast<std::int32_t>(value)));
    return raw("\x8a\x08").raw(bytesOfNumber(value));
}

PickleWriter& PickleWriter::integers(const std::vector<std::int64_t>& values) {
    raw(values.size() > 3 ? "(" : "");
    for (const std::int64_t value : values)
        integer(value);
    constexpr std::string_view kEnds[] = {")", "\x85", "\x86", "\x87", "t"};
    return raw(kEnds[std::min<std::size_t>(values.size(), 4)]);
}

PickleWriter& PickleWriter::global(const std::string& module, const std::string& name) {
    if (const auto known = m_globals.find({module, name}); known != m_globals.end())
        return raw("j").raw(bytesOfNumber(known->second));
    m_globals[{module, name}] = m_memo;
    if (m_isProtocol4)
        return text(module).text(name).raw("\x93").put();
    return raw("c" + module + "\n" + name + "\n").put();
}

PickleWriter& PickleWriter::put() {
    const std::uint32_t index = m_memo++;
    if (m_isProtocol4)
        return raw("\x94");
    return index < 256 ? raw("q").raw(bytesOfNumber(static_cast<std::uint8_t>(index)))
                       : raw("r").raw(bytesOfNumber(index));
}

void appendTensor(PickleWriter& pickle, const TorchView& view) {
    if (view.isParameter)
        pickle.global("torch._utils", "_rebuild_parameter");
    pickle.global("torch._utils", "_rebuild_tensor_v2").raw("((").text("storage").put();
    pickle.global("torch", view.storageClass).text(view.key).text("cpu").integer(view.elements);
    pickle.raw("t")
        .put()
        .raw("Q")
        .integer(view.offset)
        .integers(view.shape)
        .put()
        .integers(view.strides)
        .put();
    pickle.raw("\x89").global("collections", "OrderedDict").raw(")R").put().raw("t").put().raw("R").put();
    if (view.isParameter)
        pickle.raw("\x88").global("collections", "OrderedDict").raw(")R\x87").put().raw("R").put();
}

std::vector<ZipMember> torchMembers(std::string_view pickle, const std::vector<Bytes>& storages) {
    std::vector<ZipMember> members = {{"archive/data.pkl", bytesOf(pickle)},
                                      {"archive/byteorder", bytesOf("little")}};
    for (std::size_t i = 0; i < storages.size(); ++i)
        members.push_back({"archive/data/" + std::to_string(i), storages[i]});
    members.push_back({"archive/version", bytesOf("3\n")});
    return members;
}

Bytes torchFile(std::string_view pickle, const std::vector<Bytes>& storages) {
    return zip(torchMembers(pickle, storages));
}

Bytes torchFile(const std::vector<std::pair<std::string, TorchView>>& tensors,
                const std::vector<Bytes>& storages) {
    PickleWriter pickle;
    pickle.raw("}").put().raw("(");
    for (const auto& [name, view] : tensors)
        appendTensor(pickle.text(name).put(), view);
    return torchFile(pickle.raw("u.").bytes(), storages);
}

Bytes torchFile(const std::vector<Tensor>& model, const TorchOptions& options) {
    std::vector<Bytes> storages;
    const std::size_t size = engine::bytesPerBlock(options.type);
    std::vector<TorchView> views;
    for (const Tensor& tensor : model) {
        TorchView& view = views.emplace_back();
        view.storageClass = storageClass(options.type);
        view.shape = tensor.shape;
        view.strides = rowMajorStrides(tensor.shape);
        view.isParameter = options.hasParameters;
        const bool isTransposed = options.isTransposed && tensor.shape.size() == 2;
        if (isTransposed)
            view.strides = {1, tensor.shape[0]};
        const std::vector<float> values = isTransposed ? transposed(tensor).values : tensor.values;
        if (storages.empty() || !options.hasOneStorage)
            storages.emplace_back();
        Bytes& storage = storages.back();
        const std::size_t begin = storage.size();
        view.key = std::to_string(storages.size() - 1);
        view.offset = static_cast<std::int64_t>(begin / size);
        storage.resize(begin + values.size() * size);
        if (!engine::fromFloat32(options.type, values, std::span(storage).subspan(begin)))
            throw std::logic_error("samples are of floating types");
    }
    PickleWriter pickle(options.protocol);
    if (!options.under.empty())
        pickle.raw("}").put().raw("(").text("epoch").integer(3).text(options.under);
    options.isOrderedDict ? pickle.global("collections", "OrderedDict").raw(")R") : pickle.raw("}");
    pickle.put().raw("(");
    for (std::size_t i = 0; i < model.size(); ++i) {
        views[i].elements = static_cast<std::int64_t>(storages[std::stoul(views[i].key)].size() / size);
        appendTensor(pickle.text(options.prefix + model[i].name).put(), views[i]);
    }
    pickle.raw("u");
    if (options.isOrderedDict) // {"_metadata": {"": {"version": 1}}} as attributes
        pickle.raw("}").text("_metadata").raw("}").text("").raw("}").text("version").integer(1).raw("sssb");
    pickle.raw(options.under.empty() ? "." : "u.");
    return zip(torchMembers(pickle.bytes(), storages), options.isZip64);
}

} // namespace samples
