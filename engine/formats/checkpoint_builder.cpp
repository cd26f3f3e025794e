#include "engine/formats/checkpoint_builder.h"

#include "engine/formats/tensor_name.h"
#include "engine/formats/tensor_shape.h"

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
            return tl::unexpected(done.error());
    return part;
}

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
    m_checkpoint.m_tensors.push_back({officialName(nameInFile), type, std::move(shape), bytes});
    return {};
}

Expected<void> CheckpointBuilder::addOwned(std::string_view nameInFile, DataType type,
                                           std::vector<std::int64_t> shape, AlignedBuffer<std::byte> bytes) {
    // Moving the buffer into the vector does not move the bytes it owns.
    const AlignedBuffer<std::byte>& kept = m_memory->owned.emplace_back(std::move(bytes));
    return addStored(nameInFile, type, std::move(shape), kept.span());
}

Expected<Checkpoint> CheckpointBuilder::finish() {
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

tl::unexpected<Error> CheckpointBuilder::failed(ErrorCode code, std::string_view what) const {
    return failure(code, m_pathInErrors.string() + ": " + std::string(what));
}

tl::unexpected<Error> CheckpointBuilder::failed(ErrorCode code, std::string_view tensor,
                                                std::string_view what) const {
    return failure(code, m_pathInErrors.string() + ", " + displayName(tensor) + ": " + std::string(what));
}

} // namespace engine
