// stored_vocabulary.h: the vocabulary inside a model file, as it stands there; tokenizer code makes a
// Tokenizer of it. The texts lie in the file, which the Checkpoint that gives out this value keeps open.
#pragma once

#include <string_view>
#include <vector>

namespace engine {

// One of the two is there.
struct StoredVocabulary {
    // Each id's text, escaped as docs/spec/tokenizers.md section 3 says; empty for ids that are no text
    // (control, unused, ...).
    std::vector<std::string_view> tokens;
    // The whole text of a World vocabulary file.
    std::string_view worldText;
};

} // namespace engine
