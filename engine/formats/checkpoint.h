// checkpoint.h: a model file opened for reading, whatever its format, with tensors under their official
// names.
// Source:  docs/spec/formats.md; official names, shapes and orientations: docs/spec/rwkv-models.md section 7
//          and docs/spec/enhanced-rwkv.md section 5.
// Readers undo what a format's converter did (transposed factors, decays already exponentiated, stacked
// mixes), so whoever reads a Checkpoint sees one convention: linear weights [out,in], low-rank factors
// [in,out], last index fastest. Trailing and leading dimensions of size 1 are kept as in the official file
// where the format has them. Files are data: every length and offset is checked before use, nothing is
// executed.
// Threads: immutable after open(); any number of readers.
#pragma once

#include "engine/core/aligned_buffer.h"
#include "engine/core/data_type.h"
#include "engine/core/error.h"
#include "engine/core/thread_pool.h"
#include "engine/formats/stored_vocabulary.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace engine {

struct TensorInfo {
    std::string name;
    DataType type = DataType::Float32;
    std::vector<std::int64_t> shape; // row-major, last index fastest; empty for a scalar
    // Where its bytes lie once Checkpoint::bytes() has read them. Files align nothing: copy, or use
    // toFloat32().
    std::span<const std::byte> place;
    std::string nameInFile; // where it is another one

    [[nodiscard]] const std::string& shownName() const { return nameInFile.empty() ? name : nameInFile; }
    [[nodiscard]] std::int64_t elements() const;
};

// Something in the file that could not be read and that nobody may need: a tensor of a type we do not compute
// with, or an object beside the tensors of a pickle.
struct UnreadEntry {
    std::string name; // official if a tensor of the model has it
    std::string kind; // its type or class, as the file calls it: "F8_E4M3", "argparse.Namespace"
    std::vector<std::int64_t> shape; // of a tensor
    std::string reason;              // a sentence for whoever does need it
    std::string nameInFile;          // where it is another one

    [[nodiscard]] const std::string& shownName() const { return nameInFile.empty() ? name : nameInFile; }
};

struct CheckpointMemory; // the files and the tensors a reader computed; see checkpoint_builder.h

class Checkpoint {
public:
    // Detects the format from the first bytes (safetensors, PyTorch, GGUF, rwkv.cpp; the index of a model in
    // several files). One of several files opens as all of them, if all lie beside it. RWKV-5.2 with heads of
    // 8 channels in an rwkv.cpp file, which its test models have, gets the metadata key
    // `inkgate.group_norm_epsilon`, since they mean 1e-05 (docs/spec/rwkv-models.md section 13).
    // Errors: FileNotFound, FileUnreadable, FileDamaged, UnsupportedFormat, UnsupportedType,
    // UnsupportedArchitecture (a GGUF file of another program's model), OutOfMemory.
    [[nodiscard]] static Expected<Checkpoint> open(const std::filesystem::path& path);

    [[nodiscard]] const std::filesystem::path& path() const { return m_path; }
    // "safetensors", "pytorch", "gguf", "rwkv.cpp"
    [[nodiscard]] const std::string& format() const { return m_format; }
    [[nodiscard]] const std::map<std::string, std::string>& metadata() const { return m_metadata; }
    [[nodiscard]] const std::vector<TensorInfo>& tensors() const { return m_tensors; } // sorted by name
    // Of a GGUF file that brings its vocabulary along; the texts lie in memory that this object and its
    // copies keep.
    [[nodiscard]] const std::optional<StoredVocabulary>& vocabulary() const { return m_vocabulary; }
    [[nodiscard]] const TensorInfo* find(std::string_view name) const;                // null if absent
    [[nodiscard]] const std::vector<UnreadEntry>& unread() const { return m_unread; } // sorted by name
    [[nodiscard]] const UnreadEntry* findUnread(std::string_view name) const;         // null if absent

    // A tensor's bytes, read from the file if they are not here yet, with the threads of `pool` if there is
    // one; they stay until release(). Errors: FileUnreadable (the file was changed or cut short since open(),
    // ...).
    [[nodiscard]] Expected<std::span<const std::byte>> bytes(const TensorInfo& tensor,
                                                             ThreadPool* pool = nullptr) const;

    // A tensor's values as float32. Dimensions of size 1 are ignored when comparing with `shape`, so [1,1,C]
    // reads as {C}.
    // Errors: FileDamaged if the tensor is missing or has another shape (both are named), UnsupportedType
    // (also of an unread one), those of bytes(). May throw std::bad_alloc, as AlignedBuffer does.
    [[nodiscard]] Expected<AlignedBuffer<float>> readFloat32(std::string_view name,
                                                             std::span<const std::int64_t> shape) const;

    // Gives back the memory of a tensor's bytes, which nobody may be looking at; bytes() reads them again.
    void release(const TensorInfo& tensor) const;

    // SHA-256 over all tensors' names, types, shapes and bytes in name order, as lower-case hex: names a base
    // for its gates. Gate files keep it, so its input is fixed, all little-endian: per tensor u64 name
    // length, name, u64 type length, type as in name(DataType), u64 number of dimensions, each as u64, u64
    // number of bytes, bytes. Reads what is not here from the file, without keeping it; about 0.5 s per GB
    // once it is in memory. Errors: of bytes().
    [[nodiscard]] Expected<std::string> fingerprint() const;

private:
    friend class CheckpointBuilder; // what each format's reader fills; see checkpoint_builder.h
    Checkpoint() = default;

    std::filesystem::path m_path;
    std::string m_format;
    std::map<std::string, std::string> m_metadata;
    std::vector<TensorInfo> m_tensors;
    std::vector<UnreadEntry> m_unread;
    std::optional<StoredVocabulary> m_vocabulary;
    std::shared_ptr<const CheckpointMemory> m_memory;
};

} // namespace engine
