// checkpoint_builder.h: what a format's reader fills, tensor by tensor, to make a Checkpoint.
// The builder takes official names from tensor_name.h, holds every size against the bytes behind it, refuses two tensors of
// one name and words the errors alike for all formats: "path, tensor: what is wrong".
// Threads: one at a time.
#pragma once

#include "engine/core/mapped_file.h"
#include "engine/formats/checkpoint.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace engine {

struct CheckpointMemory {
    std::vector<MappedFile> files;
    std::vector<AlignedBuffer<std::byte>> owned;
};

class CheckpointBuilder {
public:
    CheckpointBuilder(std::filesystem::path path, MappedFile file, std::string format);

    [[nodiscard]] std::span<const std::byte> file() const { return m_memory->files.front().bytes(); }
    // Of a model in several files: another one, whose bytes stay valid as long as the checkpoint does.
    [[nodiscard]] std::span<const std::byte> addFile(MappedFile file);
    // The file that errors name from here on; at first the checkpoint's own.
    void nameInErrors(std::filesystem::path path) { m_pathInErrors = std::move(path); }

    void setMetadata(std::string key, std::string value);
    void setVocabulary(StoredVocabulary vocabulary); // its texts lie in file()
    // A tensor whose bytes lie in file() or an added one. Errors: FileDamaged.
    [[nodiscard]] Expected<void> addMapped(std::string_view nameInFile, DataType type,
                                           std::vector<std::int64_t> shape, std::span<const std::byte> bytes);
    // A tensor that the reader computed. Errors: FileDamaged.
    [[nodiscard]] Expected<void> addOwned(std::string_view nameInFile, DataType type,
                                          std::vector<std::int64_t> shape, AlignedBuffer<std::byte> bytes);

    // Errors: FileDamaged (two tensors of one name). The builder is empty afterwards.
    [[nodiscard]] Expected<Checkpoint> finish();

    // Errors that name the file, and the tensor if there is one.
    [[nodiscard]] tl::unexpected<Error> failed(ErrorCode code, std::string_view what) const;
    [[nodiscard]] tl::unexpected<Error> failed(ErrorCode code, std::string_view tensor,
                                               std::string_view what) const;

private:
    std::shared_ptr<CheckpointMemory> m_memory;
    Checkpoint m_checkpoint;
    std::filesystem::path m_pathInErrors;
};

} // namespace engine
