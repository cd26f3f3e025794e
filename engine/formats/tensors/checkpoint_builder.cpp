#include "engine/formats/tensors/checkpoint_builder.h"

#include "engine/formats/tensors/tensor_conversion.h"
#include "engine/formats/tensors/tensor_name.h"
#include "engine/formats/tensors/tensor_naming.h"
#include "engine/formats/tensors/tensor_shape.h"

#include <algorithm>
#include <utility>

namespace engine {

const FileBytes* CheckpointMemory::fileOf(std::span<const std::byte> bytes) const {
    const auto found =
        std::ranges::find_if(files, [&](const FileBytes& file) { return file.contains(bytes); });
    return found != files.end() ? &*found : nullptr;
}

CheckpointBuilder::CheckpointBuilder(std::filesystem::path path, FileBytes file, std::string format)
    : m_memory(std::make_shared<CheckpointMemory>())
    , m_pathInErrors(path) {
    m_memory->files.push_back(std::move(file));
    m_checkpoint.m_path = std::move(path);
    m_checkpoint.m_format = std::move(format);
}

std::span<const std::byte> CheckpointBuilder::addFile(FileBytes file) {
    return m_memory->files.emplace_back(std::move(file)).place(); // which does not move when the vector grows
}

Expected<std::span<const std::byte>> CheckpointBuilder::read(std::span<const std::byte> part) const {
    if (const FileBytes* const file = m_memory->fileOf(part))
        if (auto done = file->read(part); !done)
            return failure(done.error());
    return part;
}

void CheckpointBuilder::release(std::span<const std::byte> part) const {
    if (const FileBytes* const file = m_memory->fileOf(part))
        file->release(part);
}

void CheckpointBuilder::setFormat(std::string format) { m_checkpoint.m_format = std::move(format); }

void CheckpointBuilder::setMetadata(std::string key, std::string value) {
    m_checkpoint.m_metadata.insert_or_assign(std::move(key), std::move(value));
}

void CheckpointBuilder::setVocabulary(StoredVocabulary vocabulary) {
    m_checkpoint.m_vocabulary = std::move(vocabulary);
}

Expected<void> CheckpointBuilder::addStored(std::string_view nameInFile, DataType type,
                                            std::vector<std::int64_t> shape,
                                            std::span<const std::byte> bytes) {
    const Expected<std::size_t> expected = byteCount(type, shape);
    if (!expected)
        return failed(expected.error().code, nameInFile, expected.error().message);
    if (*expected != bytes.size())
        return failed(ErrorCode::FileDamaged, nameInFile,
                      "expected " + std::to_string(*expected) + " bytes for " + shapeText(shape) + " of " +
                          std::string(name(type)) + ", found " + std::to_string(bytes.size()));
    m_checkpoint.m_tensors.push_back({std::string(nameInFile), type, std::move(shape), bytes, {}});
    return {};
}

Expected<void> CheckpointBuilder::addOwned(std::string_view nameInFile, DataType type,
                                           std::vector<std::int64_t> shape, AlignedBuffer<std::byte> bytes) {
    // Moving the buffer into the vector does not move the bytes it owns.
    const AlignedBuffer<std::byte>& kept = m_memory->owned.emplace_back(std::move(bytes));
    return addStored(nameInFile, type, std::move(shape), kept.span());
}

void CheckpointBuilder::addUnread(std::string_view nameInFile, std::string kind,
                                  std::vector<std::int64_t> shape, std::string reason) {
    m_checkpoint.m_unread.push_back(
        {std::string(nameInFile), std::move(kind), std::move(shape), std::move(reason), {}});
}

// The official tensors behind one, from what its name was without wrappers.
Expected<void> CheckpointBuilder::addOfficial(TensorInfo tensor, const OfficialTensor& official,
                                              std::uint64_t& mayTranspose) {
    using Layout = OfficialTensor::Layout;
    std::vector<TensorInfo>& tensors = m_checkpoint.m_tensors;
    if (official.layout == Layout::AsStored) {
        if (tensor.nameInFile.empty() && tensor.name != official.name)
            tensor.nameInFile = std::move(tensor.name);
        tensor.name = official.name;
        tensors.push_back(std::move(tensor));
        return {};
    }
    const std::string nameInFile = tensor.shownName();
    const std::size_t before = tensors.size();
    const StoredTensor stored{official.name, tensor.type, tensor.shape, tensor.place};
    if (official.layout == Layout::StackedMixes) {
        std::vector<std::string> names;
        for (const char use : kStackedMixes)
            names.push_back(official.name + use);
        const std::int64_t width = tensor.shape.empty() ? 0 : tensor.shape.back();
        if (tensor.elements() != width * static_cast<std::int64_t>(names.size()) ||
            isBlockQuantised(tensor.type))
            return failed(ErrorCode::FileDamaged, nameInFile,
                          "expected six vectors, found " + shapeText(tensor.shape));
        if (auto added = addParts(*this, stored, names, width); !added)
            return added;
    } else {
        if (tensor.shape.size() < 2 || tensor.place.empty())
            return failed(ErrorCode::FileDamaged, nameInFile,
                          "expected a matrix, found " + shapeText(tensor.shape));
        if (tensor.place.size() > mayTranspose)
            return failed(ErrorCode::FileDamaged, nameInFile,
                          "the tensors show the same few values over and over");
        mayTranspose -= tensor.place.size();
        if (auto added = addTransposed(*this, stored); !added)
            return added;
    }
    for (std::size_t i = before; i < tensors.size(); ++i)
        tensors[i].nameInFile = nameInFile;
    return {};
}

Expected<void> CheckpointBuilder::makeOfficial() {
    std::vector<TensorInfo> stored = std::exchange(m_checkpoint.m_tensors, {});
    for (TensorInfo& tensor : stored)
        if (std::string name = withoutWrappers(tensor.name); name != tensor.name) {
            tensor.nameInFile = std::move(tensor.name);
            tensor.name = std::move(name);
        }
    std::vector<NamedShape> shapes;
    for (const TensorInfo& tensor : stored)
        shapes.push_back({tensor.name, tensor.shape});
    const TensorNaming naming = TensorNaming::of(shapes);
    // Transposing copies, and tensors may share their bytes.
    std::uint64_t mayTranspose = 0;
    for (const FileBytes& file : m_memory->files)
        mayTranspose += file.place().size();
    const bool isFla = naming.convention == Convention::Fla;
    for (TensorInfo& tensor : stored) {
        const OfficialTensor official = naming.official(tensor.name);
        // flash-linear-attention divides by the size of a head where all others divide by 64
        // (docs/spec/rwkv-models.md section 1).
        if (isFla && official.name == "blocks.0.att.r_k" && tensor.shape.size() == 2)
            setMetadata("inkgate.group_norm_epsilon", std::to_string(tensor.shape[1]) + "e-05");
        if (auto added = addOfficial(std::move(tensor), official, mayTranspose); !added)
            return added;
    }
    for (UnreadEntry& entry : m_checkpoint.m_unread)
        if (std::string name = naming.official(withoutWrappers(entry.name)).name; name != entry.name)
            entry.nameInFile = std::exchange(entry.name, std::move(name));
    return {};
}

Expected<Checkpoint> CheckpointBuilder::finish() {
    if (auto made = makeOfficial(); !made)
        return failure(made.error());
    std::ranges::sort(m_checkpoint.m_unread, {}, &UnreadEntry::name);
    auto& tensors = m_checkpoint.m_tensors;
    std::sort(tensors.begin(), tensors.end(),
              [](const TensorInfo& a, const TensorInfo& b) { return a.name < b.name; });
    const auto twin =
        std::adjacent_find(tensors.begin(), tensors.end(),
                           [](const TensorInfo& a, const TensorInfo& b) { return a.name == b.name; });
    if (twin != tensors.end())
        return failed(ErrorCode::FileDamaged, twin->name, "the file has two tensors of this name");
    m_checkpoint.m_memory = std::move(m_memory);
    return std::move(m_checkpoint);
}

Failure CheckpointBuilder::failed(ErrorCode code, std::string_view what) const {
    return failure(code, m_pathInErrors.string() + ": " + std::string(what));
}

Failure CheckpointBuilder::failed(ErrorCode code, std::string_view tensor, std::string_view what) const {
    return failure(code, m_pathInErrors.string() + ", " + displayName(tensor) + ": " + std::string(what));
}

} // namespace engine
