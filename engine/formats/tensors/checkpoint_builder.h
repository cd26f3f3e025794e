// checkpoint_builder.h: what a format's reader fills, tensor by tensor, to make a Checkpoint.
// The builder holds every size against the bytes behind it, gives all tensors their official names and
// layouts once all are there (tensor_naming.h), refuses two tensors of one name and words the errors alike
// for all formats: "path, tensor: what is wrong".
// Threads: one at a time.
#pragma once

#include "engine/core/file_bytes.h"
#include "engine/formats/checkpoint.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace engine {

struct CheckpointMemory {
    std::vector<FileBytes> files;
    std::vector<AlignedBuffer<std::byte>> owned;

    // The file that a tensor's bytes lie in; null for a tensor that the reader computed.
    [[nodiscard]] const FileBytes* fileOf(std::span<const std::byte> bytes) const;
};

class CheckpointBuilder {
public:
    CheckpointBuilder(std::filesystem::path path, FileBytes file, std::string format);

    // Where the first file's bytes lie; what is looked at has to be read() before.
    [[nodiscard]] std::span<const std::byte> file() const { return m_memory->files.front().place(); }
    // Of a model in several files: another one, whose place stays valid as long as the checkpoint does.
    [[nodiscard]] std::span<const std::byte> addFile(FileBytes file);
    // Makes a part of one of the files readable, and gives it back. Bytes that are in no file are readable
    // already. Errors: FileUnreadable (changed by somebody meanwhile, ...).
    [[nodiscard]] Expected<std::span<const std::byte>> read(std::span<const std::byte> part) const;
    // Gives back the memory of a part that was copied; read() would read it again.
    void release(std::span<const std::byte> part) const;
    // The file that errors name from here on; at first the checkpoint's own.
    void nameInErrors(std::filesystem::path path) { m_pathInErrors = std::move(path); }

    void setFormat(std::string format);
    void setMetadata(std::string key, std::string value);
    void setVocabulary(StoredVocabulary vocabulary); // its texts lie in file()
    // A tensor whose bytes lie in file() or an added one; they need not be read. Errors: FileDamaged.
    [[nodiscard]] Expected<void> addStored(std::string_view nameInFile, DataType type,
                                           std::vector<std::int64_t> shape, std::span<const std::byte> bytes);
    // A tensor that the reader computed. Errors: FileDamaged.
    [[nodiscard]] Expected<void> addOwned(std::string_view nameInFile, DataType type,
                                          std::vector<std::int64_t> shape, AlignedBuffer<std::byte> bytes);
    // What is there and cannot be read; `kind` and `reason` as in UnreadEntry.
    void addUnread(std::string_view nameInFile, std::string kind, std::vector<std::int64_t> shape,
                   std::string reason);

    // Errors: FileDamaged (two tensors of one name, shapes that are not those of their names). The builder is
    //         empty afterwards.
    [[nodiscard]] Expected<Checkpoint> finish();

    // Errors that name the file, and the tensor if there is one.
    [[nodiscard]] Failure failed(ErrorCode code, std::string_view what) const;
    [[nodiscard]] Failure failed(ErrorCode code, std::string_view tensor, std::string_view what) const;

private:
    [[nodiscard]] Expected<void> makeOfficial();
    [[nodiscard]] Expected<void> addOfficial(TensorInfo tensor, const struct OfficialTensor& official,
                                             std::uint64_t& mayTranspose);

    std::shared_ptr<CheckpointMemory> m_memory;
    Checkpoint m_checkpoint;
    std::filesystem::path m_pathInErrors;
};

} // namespace engine
