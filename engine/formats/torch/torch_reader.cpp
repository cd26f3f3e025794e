#include "engine/formats/torch/torch_reader.h"

#include "engine/formats/tensors/checkpoint_builder.h"
#include "engine/formats/tensors/tensor_name.h"
#include "engine/formats/torch/pickle_machine.h"
#include "engine/formats/torch/torch_contents.h"
#include "engine/formats/torch/torch_view.h"
#include "engine/formats/torch/zip_archive.h"

#include <string>
#include <utility>
#include <vector>

namespace engine {

namespace {

constexpr std::string_view kProgram = "/data.pkl";
// A file can repeat a text at no cost, so whatever is done with each tensor's has to be short.
constexpr std::size_t kMaxKeyBytes = 64;   // keys are numbers
constexpr std::size_t kMaxRootBytes = 255; // as long as a file's name
// Views of one storage cost nothing in the file, so something has to end them. No model ties a weight more
// often than this.
constexpr std::uint64_t kMaxSharing = 64;

// The archive's messages name no file, but those of reading do.
Failure failed(const CheckpointBuilder& builder, const Error& error) {
    if (error.code == ErrorCode::FileUnreadable)
        return failure(error);
    return builder.failed(error.code, error.message);
}

class TorchReader {
public:
    TorchReader(CheckpointBuilder& builder, const ZipArchive& archive, std::uint64_t fileBytes)
        : m_builder(builder)
        , m_archive(archive)
        , m_mayShow(kMaxSharing * fileBytes)
        , m_mayGather(fileBytes) {}

    Expected<void> read() {
        if (auto found = findRoot(); !found)
            return found;
        if (auto sound = checkByteOrder(); !sound)
            return sound;
        const auto program = readMember(m_root + std::string(kProgram));
        if (!program)
            return failure(program.error());
        const Expected<Pickle> pickle = readPickle(*program);
        if (!pickle)
            return m_builder.failed(pickle.error().code, "data.pkl", pickle.error().message);
        const Expected<TorchContents> contents = torchContents(pickle->root);
        if (!contents)
            return m_builder.failed(contents.error().code, contents.error().message);
        return addContents(*contents);
    }

private:
    Expected<void> findRoot() {
        std::vector<std::string_view> roots;
        for (const ZipArchive::Member& member : m_archive.members())
            if (member.name.ends_with(kProgram))
                roots.push_back(member.name.substr(0, member.name.size() - kProgram.size()));
        if (roots.size() != 1)
            return m_builder.failed(ErrorCode::UnsupportedFormat,
                                    roots.empty()
                                        ? "a zip archive, but not a PyTorch model: it has no data.pkl"
                                        : "expected one data.pkl in the archive, found several");
        if (roots.front().size() > kMaxRootBytes)
            return m_builder.failed(ErrorCode::FileDamaged, "the name of the archive's folder has " +
                                                                std::to_string(roots.front().size()) +
                                                                " bytes, expected at most 255");
        m_root = roots.front();
        return {};
    }

    [[nodiscard]] Expected<void> checkByteOrder() const {
        const std::string name = m_root + "/byteorder";
        if (!m_archive.find(name)) // files from before PyTorch 2.1, always little
            return {};
        const auto bytes = readMember(name);
        if (!bytes)
            return failure(bytes.error());
        const std::string_view order(reinterpret_cast<const char*>(bytes->data()), bytes->size());
        if (order != "little")
            return m_builder.failed(ErrorCode::UnsupportedFormat, "expected little-endian values, found \"" +
                                                                      displayName(order) +
                                                                      "\"; save the model again on a PC");
        return {};
    }

    [[nodiscard]] Expected<std::span<const std::byte>> readMember(std::string_view name) const {
        const auto bytes = placeOf(name);
        return bytes ? m_builder.read(*bytes) : bytes;
    }

    [[nodiscard]] Expected<std::span<const std::byte>> placeOf(std::string_view name) const {
        const ZipArchive::Member* const member = m_archive.find(name);
        if (!member)
            return m_builder.failed(ErrorCode::FileDamaged, "the archive has no member " + displayName(name) +
                                                                "; download the file again");
        auto bytes = m_archive.place(*member);
        if (!bytes)
            return failed(m_builder, bytes.error());
        return bytes;
    }

    Expected<void> addContents(const TorchContents& contents) {
        std::string_view previous;
        for (const auto& [name, tensor] : contents.tensors) {
            if (name == previous) // seen before anything is kept of it
                return m_builder.failed(ErrorCode::FileDamaged, name,
                                        "the file has two tensors of this name");
            if (auto added = addTensor(name, *tensor); !added)
                return added;
            previous = name;
        }
        for (const auto& [name, maker] : contents.objects)
            m_builder.addUnread(name, displayName(maker->module) + "." + displayName(maker->name), {},
                                "it is an object that the file wants to be made and that was not made; save "
                                "only the model's state_dict");
        return {};
    }

    Expected<void> addTensor(std::string_view name, const TorchTensor& tensor) {
        if (!tensor.storage->type) {
            const PickleGlobal& type = *tensor.storage->name;
            std::string kind = displayName(type.module) + "." + displayName(type.name);
            std::string reason =
                "values of " + kind + " cannot be read; save the model as float32, float16 or bfloat16";
            m_builder.addUnread(name, std::move(kind), tensor.shape, std::move(reason));
            return {};
        }
        const DataType type = *tensor.storage->type;
        const Expected<std::size_t> bytes = checkView(tensor);
        if (!bytes)
            return m_builder.failed(bytes.error().code, name, bytes.error().message);
        const auto storage = storageBytes(name, *tensor.storage);
        if (!storage)
            return failure(storage.error());
        const bool isStored = isContiguous(tensor);
        std::uint64_t& budget = isStored ? m_mayShow : m_mayGather;
        if (*bytes > budget)
            return m_builder.failed(ErrorCode::FileDamaged, name,
                                    "the tensors show the same few values over and over, " +
                                        std::to_string(*bytes) + " bytes here; save them with contiguous()");
        budget -= *bytes;
        if (!isStored) {
            if (auto read = m_builder.read(*storage); !read)
                return failure(read.error());
            return m_builder.addOwned(name, type, tensor.shape, gather(tensor, *storage));
        }
        const std::size_t begin =
            *bytes > 0 ? static_cast<std::size_t>(tensor.offset) * bytesPerBlock(type) : 0;
        return m_builder.addStored(name, type, tensor.shape, storage->subspan(begin, *bytes));
    }

    [[nodiscard]] Expected<std::span<const std::byte>> storageBytes(std::string_view name,
                                                                    const TorchStorage& storage) const {
        if (storage.key.size() > kMaxKeyBytes)
            return m_builder.failed(ErrorCode::FileDamaged, name,
                                    "the archive has no storage " + displayName(storage.key));
        const auto bytes = placeOf(m_root + "/data/" + std::string(storage.key));
        if (!bytes)
            return bytes;
        std::uint64_t claimed = 0;
        if (storage.elements < 0 ||
            __builtin_mul_overflow(static_cast<std::uint64_t>(storage.elements), bytesPerBlock(*storage.type),
                                   &claimed) ||
            claimed > bytes->size())
            return m_builder.failed(ErrorCode::FileDamaged, name,
                                    "expected a storage of " + std::to_string(storage.elements) +
                                        " elements of " + std::string(engine::name(*storage.type)) +
                                        ", found " + std::to_string(bytes->size()) + " bytes");
        return bytes;
    }

    CheckpointBuilder& m_builder;
    const ZipArchive& m_archive;
    std::string m_root;                   // what the members' names begin with
    std::uint64_t m_mayShow, m_mayGather; // bytes of tensors still allowed, in the file and in memory
};

} // namespace

Expected<void> addTorch(CheckpointBuilder& builder, std::span<const std::byte> bytes) {
    const Expected<ZipArchive> archive =
        ZipArchive::open(bytes, [&builder](std::span<const std::byte> part) { return builder.read(part); });
    if (!archive)
        return failed(builder, archive.error());
    return TorchReader(builder, *archive, bytes.size()).read();
}

Expected<Checkpoint> readTorch(const std::filesystem::path& path, FileBytes file) {
    CheckpointBuilder builder(path, std::move(file), "pytorch");
    if (auto added = addTorch(builder, builder.file()); !added)
        return failure(added.error());
    return builder.finish();
}

} // namespace engine
