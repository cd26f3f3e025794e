// vocabulary_fuzzer.cpp: any bytes as a vocabulary, INKGATE_FUZZ_LOADER says of which kind: an error, or a
// tokenizer that takes text apart and puts it together again.
#include "engine/tokenizer/sentencepiece_tokenizer.h"
#include "engine/tokenizer/world_tokenizer.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace engine;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto tokenizer = INKGATE_FUZZ_LOADER(bytes);
    if (!tokenizer)
        return 0;
    for (const std::string_view text : {"", "Once upon a time", "  two\n\nlines\t",
                                        "\xE2\x96\x81 \xF0\x9F\x98\x80 \xC3\xA9", "aaaaaaaaaaaaaaaaaaaa"}) {
        const auto tokens = (*tokenizer)->encode(text);
        if (!tokens)
            std::abort();
        for (const int token : *tokens)
            if (token < 0 || token >= (*tokenizer)->vocabularySize())
                std::abort();
        const auto decoded = (*tokenizer)->decode(*tokens);
        if (!decoded || *decoded != text)
            std::abort();
    }
    const int separator = (*tokenizer)->documentSeparator();
    if (separator < 0 || separator >= (*tokenizer)->vocabularySize())
        std::abort();
    return 0;
}
