#include "engine/formats/foreign_file.h"

#include "engine/formats/tensors/tensor_name.h"
#include "engine/formats/torch/torch_reader.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <string>

namespace engine {

namespace {

constexpr std::size_t kLookedAt = 4096;

struct Signature {
    std::string_view bytes, meaning;
};
constexpr std::array kSignatures = {
    Signature{"\x1F\x8B", "a file packed with gzip; unpack it first"},
    Signature{"\xFD"
              "7zXZ",
              "a file packed with xz; unpack it first"},
    Signature{"\x28\xB5\x2F\xFD", "a file packed with zstd; unpack it first"},
    Signature{"7z\xBC\xAF\x27\x1C", "a 7z archive; unpack it first"},
    Signature{"Rar!\x1A\x07", "a rar archive; unpack it first"},
    Signature{"tjgg", "a file of llama.cpp from before GGUF; take the model as GGUF"},
    Signature{"lmgg", "a file of llama.cpp from before GGUF; take the model as GGUF"},
    Signature{"\x89HDF\r\n", "a file of TensorFlow or Keras (HDF5), which Inkgate does not read"},
    Signature{"\x93NUMPY", "an array of NumPy, which is no model"},
    Signature{"SQLite format 3", "a database, which is no model"},
    Signature{"%PDF", "a PDF document, which is no model"},
};

std::string_view withoutSpaceInFront(std::string_view text) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (text.starts_with(kByteOrderMark))
        text.remove_prefix(kByteOrderMark.size());
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    return first == std::string_view::npos ? std::string_view() : text.substr(first);
}

bool isText(std::string_view start) {
    return std::ranges::all_of(start, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 0x20 || c == '\n' || c == '\r' || c == '\t';
    });
}

bool startsWithTag(std::string_view text, std::string_view tag) {
    return text.size() >= tag.size() && std::equal(tag.begin(), tag.end(), text.begin(), [](char a, char b) {
               return a == std::tolower(static_cast<unsigned char>(b));
           });
}

// "size 12345" of a pointer's lines.
std::string sizeInPointer(std::string_view text) {
    constexpr std::string_view kSize = "\nsize ";
    const std::size_t at = text.find(kSize);
    if (at == std::string_view::npos)
        return {};
    const std::string_view rest = text.substr(at + kSize.size());
    return std::string(rest.substr(0, std::min(rest.find_first_not_of("0123456789"), std::size_t{20})));
}

Error unsupported(std::string what) { return {ErrorCode::UnsupportedFormat, std::move(what)}; }

} // namespace

Error foreignFile(std::string_view content) {
    const std::string_view start = content.substr(0, kLookedAt);
    const std::string_view text = withoutSpaceInFront(start);
    if (start.empty())
        return {ErrorCode::FileDamaged, "the file is empty"};
    if (text.starts_with("version https://git-lfs") || text.starts_with("version https://hawser")) {
        const std::string size = sizeInPointer(start);
        return unsupported("this is a pointer of Git LFS, not the model" +
                           (size.empty() ? std::string() : ", which has " + size + " bytes") +
                           "; fetch it with git lfs pull, or download the file itself");
    }
    if (startsWithTag(text, "<!doctype") || startsWithTag(text, "<html") || startsWithTag(text, "<head") ||
        startsWithTag(text, "<?xml") || startsWithTag(text, "<!--"))
        return unsupported(
            "a web page was saved under the model's name; download the file itself (on Hugging "
            "Face its address has \"resolve\" in it where the page has \"blob\")");
    if (start.starts_with(kOldTorchMagic))
        return unsupported("a PyTorch file from before version 1.6; load it in PyTorch and save it again");
    for (const Signature& signature : kSignatures)
        if (start.starts_with(signature.bytes))
            return unsupported("this is " + std::string(signature.meaning));
    if (std::ranges::all_of(start, [](char c) { return c == 0; }))
        return {
            ErrorCode::FileDamaged,
            "the file begins with nothing but zeros; it was not downloaded to its end, download it again"};
    if (start.size() < 9)
        return {ErrorCode::FileDamaged,
                "a model has more than the " + std::to_string(start.size()) + " bytes of this file"};
    const std::string formats = "neither a safetensors nor a GGUF file nor one in PyTorch or rwkv.cpp format";
    if (isText(start))
        return unsupported("this is a text (\"" + displayName(text.substr(0, 60)) + "\"), " + formats +
                           "; download the model again");
    return unsupported(formats);
}

} // namespace engine
