#include "engine/model/model_tokenizer.h"

#include <string>

namespace engine {

namespace {

using FoundTokenizer = Expected<std::unique_ptr<const Tokenizer>>;

constexpr const char* kAdvice = "; put the model's own vocabulary beside it or name it with --vocab";

Failure wrongSize(const std::string& where, int tokens, const ModelFiles& files, int vocabulary) {
    return failure(ErrorCode::VocabularyMismatch, where + ": " + std::to_string(tokens) + " tokens, but " +
                                                      files.base.string() + " knows " +
                                                      std::to_string(vocabulary) + kAdvice);
}

FoundTokenizer storedTokenizer(const ModelFiles& files, const StoredVocabulary& stored, int vocabulary) {
    const bool isList = !stored.tokens.empty();
    auto tokenizer = isList ? makeRwkvWorld(stored.tokens) : makeRwkvWorld(stored.worldText);
    if (!tokenizer)
        return failure(ErrorCode::VocabularyMismatch, files.base.string() + ": of the vocabulary inside, " +
                                                          tokenizer.error().message + kAdvice);
    // A list has an entry for every row of the model; the text of a vocabulary leaves out those that only pad
    // it.
    const int tokens = (*tokenizer)->vocabularySize();
    if (isList ? tokens != vocabulary : tokens > vocabulary)
        return wrongSize("the vocabulary inside the model", tokens, files, vocabulary);
    return tokenizer;
}

} // namespace

FoundTokenizer loadTokenizerOf(const ModelFiles& files, const std::optional<StoredVocabulary>& stored,
                               int vocabulary) {
    if (stored && !files.isVocabularyGiven) {
        FoundTokenizer tokenizer = storedTokenizer(files, *stored, vocabulary);
        if (tokenizer || !files.vocabulary)
            return tokenizer;
    }
    if (!files.vocabulary) {
        if (vocabulary == 256)
            return makeByteTokenizer();
        return failure(ErrorCode::VocabularyMismatch, files.base.string() +
                                                          ": there is no tokenizer for its " +
                                                          std::to_string(vocabulary) + " tokens" + kAdvice);
    }
    FoundTokenizer tokenizer = loadTokenizer(*files.vocabulary);
    if (tokenizer && (*tokenizer)->vocabularySize() > vocabulary)
        return wrongSize(files.vocabulary->string(), (*tokenizer)->vocabularySize(), files, vocabulary);
    return tokenizer;
}

FoundTokenizer loadTokenizerOf(const ModelFiles& files, const Model& model) {
    return loadTokenizerOf(files, model.storedVocabulary(), model.config().vocabulary);
}

} // namespace engine
