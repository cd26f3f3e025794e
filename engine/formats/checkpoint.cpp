#include "engine/formats/checkpoint.h"

#include "engine/core/file_bytes.h"
#include "engine/formats/foreign_file.h"
#include "engine/formats/gguf/gguf_file.h"
#include "engine/formats/gguf/gguf_reader.h"
#include "engine/formats/rwkv_cpp/rwkv_cpp_reader.h"
#include "engine/formats/safetensors/safetensors_reader.h"
#include "engine/formats/sha256.h"
#include "engine/formats/sharded_model.h"
#include "engine/formats/tensors/checkpoint_builder.h"
#include "engine/formats/tensors/tensor_shape.h"
#include "engine/formats/torch/torch_reader.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <new>
#include <utility>

namespace engine {

namespace {

// Formats are told by their first bytes, and what is none by its first lines.
constexpr std::size_t kHeadBytes = 4096;
constexpr std::size_t kHashedAtOnce = std::size_t{1} << 20;

Expected<Checkpoint> readAnyFormat(const std::filesystem::path& path) {
    Expected<FileBytes> file = FileBytes::open(path);
    if (!file)
        return failure(file.error());
    const std::span<const std::byte> head = file->place().first(std::min(file->place().size(), kHeadBytes));
    if (auto read = file->read(head); !read)
        return failure(read.error());
    const std::string_view start(reinterpret_cast<const char*>(head.data()), head.size());
    if (start.starts_with(kRwkvCppMagic))
        return readRwkvCpp(path, std::move(*file));
    if (start.starts_with(kGgufMagic))
        return readGguf(path, std::move(*file));
    const bool isZip = start.starts_with(kZipMagic);
    if (isZip || isSafetensors(start)) {
        const auto parts = partsOfModel(path);
        if (!parts)
            return failure(parts.error());
        if (!parts->empty())
            return readParts(path, std::move(*file), *parts);
        return isZip ? readTorch(path, std::move(*file)) : readSafetensors(path, std::move(*file));
    }
    if (start.starts_with('{'))
        return readModelIndex(path, std::move(*file));
    return failure(foreignFile(start), path.string());
}

// Sizes are hashed before what they count, so that no two different lists of tensors give the same bytes.
void hashNumber(Sha256& hash, std::uint64_t number) { hash.update(std::as_bytes(std::span(&number, 1))); }

void hashText(Sha256& hash, std::string_view text) {
    hashNumber(hash, text.size());
    hash.update(std::as_bytes(std::span(text.data(), text.size())));
}

} // namespace

std::int64_t TensorInfo::elements() const {
    std::int64_t product = 1; // cannot overflow: the reader has checked the shape
    for (const std::int64_t dimension : shape)
        product *= dimension;
    return product;
}

Expected<Checkpoint> Checkpoint::open(const std::filesystem::path& path) {
    try {
        return readAnyFormat(path);
    } catch (const std::bad_alloc&) {
        return failure(ErrorCode::OutOfMemory, path.string() + ": not enough memory to open the file");
    } catch (const std::exception& exception) {
        return failure(ErrorCode::Internal, path.string() + ": " + exception.what());
    }
}

void Checkpoint::release(const TensorInfo& tensor) const {
    if (const FileBytes* const file = m_memory->fileOf(tensor.place))
        file->release(tensor.place);
}

Expected<std::span<const std::byte>> Checkpoint::bytes(const TensorInfo& tensor, ThreadPool* pool) const {
    if (const FileBytes* const file = m_memory->fileOf(tensor.place))
        if (auto read = file->read(tensor.place, pool); !read)
            return failure(read.error());
    return tensor.place;
}

const TensorInfo* Checkpoint::find(std::string_view name) const {
    const auto found =
        std::lower_bound(m_tensors.begin(), m_tensors.end(), name,
                         [](const TensorInfo& tensor, std::string_view n) { return tensor.name < n; });
    return found != m_tensors.end() && found->name == name ? &*found : nullptr;
}

const UnreadEntry* Checkpoint::findUnread(std::string_view name) const {
    const auto found = std::ranges::lower_bound(m_unread, name, {}, &UnreadEntry::name);
    return found != m_unread.end() && found->name == name ? &*found : nullptr;
}

Expected<AlignedBuffer<float>> Checkpoint::readFloat32(std::string_view name,
                                                       std::span<const std::int64_t> shape) const {
    const std::string where = m_path.string() + ", " + std::string(name) + ": ";
    const TensorInfo* tensor = find(name);
    if (const UnreadEntry* unread = tensor ? nullptr : findUnread(name))
        return failure(ErrorCode::UnsupportedType, where + unread->reason);
    if (!tensor)
        return failure(ErrorCode::FileDamaged,
                       where + "expected " + shapeText(shape) + ", found no such tensor");
    if (withoutOnes(tensor->shape) != withoutOnes(shape))
        return failure(ErrorCode::FileDamaged,
                       where + "expected " + shapeText(shape) + ", found " + shapeText(tensor->shape));
    AlignedBuffer<float> values(static_cast<std::size_t>(tensor->elements()));
    const auto stored = bytes(*tensor);
    if (!stored)
        return failure(stored.error());
    if (auto converted = toFloat32(tensor->type, *stored, values.span()); !converted)
        return failure(converted.error().code, where + converted.error().message);
    return values;
}

Expected<std::string> Checkpoint::fingerprint() const {
    Sha256 hash;
    AlignedBuffer<std::byte> scratch;
    for (const TensorInfo& tensor : m_tensors) {
        hashText(hash, tensor.name);
        hashText(hash, engine::name(tensor.type));
        hashNumber(hash, tensor.shape.size());
        for (const std::int64_t dimension : tensor.shape)
            hashNumber(hash, static_cast<std::uint64_t>(dimension));
        hashNumber(hash, tensor.place.size());
        const FileBytes* const file = m_memory->fileOf(tensor.place);
        for (auto rest = tensor.place; !rest.empty();) {
            const auto part = rest.first(std::min(rest.size(), kHashedAtOnce));
            const auto bytes = file != nullptr ? file->look(part, scratch) : part;
            if (!bytes)
                return failure(bytes.error());
            hash.update(*bytes);
            rest = rest.subspan(part.size());
        }
    }
    return hash.finish();
}

} // namespace engine
