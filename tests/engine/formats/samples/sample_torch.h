// sample_torch.h: what torch.save writes (docs/spec/formats.md section 1), made by hand, so that it can be
// wrong in every way.
#pragma once

#include "engine/core/data_type.h"
#include "tests/engine/formats/samples/sample_models.h"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace samples {

struct ZipMember {
    std::string name;
    Bytes bytes;
    std::uint16_t method = 0, flags = 8; // stored; sizes behind the data instead of before it
};

// Data begins at multiples of 64, local headers are empty. With zip64 the directory has its sizes in 64 bits.
[[nodiscard]] Bytes zip(const std::vector<ZipMember>& members, bool isZip64 = true);

[[nodiscard]] Bytes bytesOf(std::string_view text);

// A pickle, operation by operation. Globals are written once and taken from the memo afterwards, as picklers
// do.
class PickleWriter {
public:
    explicit PickleWriter(int protocol = 2);
    PickleWriter& raw(std::string_view operations);
    PickleWriter& text(std::string_view value);
    PickleWriter& integer(std::int64_t value);
    PickleWriter& integers(const std::vector<std::int64_t>& values); // a tuple
    PickleWriter& global(const std::string& module, const std::string& name);
    PickleWriter& put(); // keeps the top of the stack in the memo
    [[nodiscard]] const std::string& bytes() const { return m_bytes; }

private:
    bool m_isProtocol4;
    std::string m_bytes;
    std::map<std::pair<std::string, std::string>, std::uint32_t> m_globals;
    std::uint32_t m_memo = 0;
};

// A tensor as a view of a storage.
struct TorchView {
    std::string storageClass = "FloatStorage", key = "0";
    std::int64_t elements = 0; // of the storage
    std::int64_t offset = 0;
    std::vector<std::int64_t> shape, strides;
    bool isParameter = false;
};
void appendTensor(PickleWriter& pickle, const TorchView& view);

// The usual archive around a pickle; storage i is the member <root>/data/i.
[[nodiscard]] std::vector<ZipMember> torchMembers(std::string_view pickle,
                                                  const std::vector<Bytes>& storages);
[[nodiscard]] Bytes torchFile(std::string_view pickle, const std::vector<Bytes>& storages);
// One dict of these tensors.
[[nodiscard]] Bytes torchFile(const std::vector<std::pair<std::string, TorchView>>& tensors,
                              const std::vector<Bytes>& storages);

struct TorchOptions {
    engine::DataType type = engine::DataType::Float32; // or Float16, BFloat16
    bool isZip64 = true;
    bool isTransposed = false; // matrices lie column by column
    bool isOrderedDict = true; // with attributes, as state_dict() returns it
    bool hasParameters = false;
    bool hasOneStorage = false; // for all tensors
    std::string under = {};     // the key of a dict around the model, if any
    std::string prefix = {};    // of all names
    int protocol = 2;
};
[[nodiscard]] Bytes torchFile(const std::vector<Tensor>& model, const TorchOptions& options = {});

} // namespace samples
