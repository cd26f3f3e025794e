// tensor_naming.h: the conventions by which files name RWKV's tensors, and the official tensor behind each
// name.
// Source:  docs/spec/formats.md section 2, second table. What GGUF and rwkv.cpp do to tensors belongs to
// their readers. This is the one place for it: checkpoint_builder.h asks it once for all tensors of a model,
// whatever files they came in.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

// A tensor's name without wrappers (tensor_name.h), and its shape.
struct NamedShape {
    std::string_view name;
    std::span<const std::int64_t> shape;
};

enum class Convention {
    Official,    // BlinkDL's names, and everything that is not one of those below
    HuggingFace, // transformers' RWKV-5 and 6
    Fla,         // flash-linear-attention's RWKV-7
    WebRwkv5,    // what web-rwkv's converter makes of RWKV-5.2,
    WebRwkv6,    // of RWKV-6,
    WebRwkv7,    // and of RWKV-7
};

struct OfficialTensor {
    enum class Layout {
        AsStored,
        Transposed,   // the file holds it with its last two dimensions swapped
        StackedMixes, // six vectors in one tensor: `name` and each of kStackedMixes behind it
    };
    std::string name;
    Layout layout = Layout::AsStored;
};
inline constexpr std::string_view kStackedMixes = "rwkvag";

struct TensorNaming {
    Convention convention = Convention::Official;
    std::string prefix; // of all of the model's names, because it was one part of something larger

    // By names, and where names don't tell by shapes, of all tensors of a model together: a part alone may
    // hold nothing telling. Sorts `tensors` by name.
    [[nodiscard]] static TensorNaming of(std::span<NamedShape> tensors);

    // Names that the convention does not know are kept as far as they can be, so that whoever needs the
    // official one says that it is missing. A name inside a block begins with "blocks.N." afterwards, known
    // or not.
    [[nodiscard]] OfficialTensor official(std::string_view name) const;
};

// "3" and "att.w1" of "blocks.3.att.w1", with any beginning in place of "blocks."; an empty number if the
// name is of no block.
struct BlockName {
    std::string_view number, inBlock;
};
[[nodiscard]] BlockName blockName(std::string_view name, std::string_view beginning = "blocks.");

} // namespace engine
