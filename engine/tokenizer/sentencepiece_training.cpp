#include "engine/tokenizer/sentencepiece_training.h"

#include "engine/core/atomic_file.h"
#include "engine/text/text_file.h"
#include "engine/tokenizer/paragraph_reader.h"

#include <sentencepiece_trainer.h>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace engine {

namespace {

// sentencepiece drops longer sentences without a word.
constexpr std::size_t kMaxSentenceBytes = 4192;
// The separator, the unknown piece, two line breaks and the bytes, with a few pieces to spare.
constexpr int kLeastVocabulary = 300;

std::size_t countParagraphs(std::string_view text) {
    ParagraphReader reader(text);
    std::size_t count = 0;
    while (reader.next())
        ++count;
    return count;
}

// Gives the trainer `wanted` of the text's `count` paragraphs, spread evenly, in parts of at most
// kMaxSentenceBytes.
class SampledSentences : public sentencepiece::SentenceIterator {
public:
    SampledSentences(std::string_view text, std::size_t count, std::size_t wanted)
        : m_reader(text)
        , m_count(count)
        , m_wanted(wanted) {
        Next();
    }

    bool done() const override { return m_done; }
    const std::string& value() const override { return m_sentence; }
    sentencepiece::util::Status status() const override { return {}; }

    void Next() override {
        while (m_paragraph.empty()) {
            const auto paragraph = m_reader.next();
            if (!paragraph) {
                m_done = true;
                return;
            }
            if (isChosen(m_index++))
                m_paragraph = *paragraph;
        }
        const std::string_view part = firstPart(m_paragraph, kMaxSentenceBytes);
        m_sentence = part;
        m_paragraph.remove_prefix(part.size());
    }

private:
    // True for exactly `wanted` of `count` indices, as far apart as integers allow.
    [[nodiscard]] bool isChosen(std::size_t index) const {
        return (index + 1) * m_wanted / m_count != index * m_wanted / m_count;
    }

    ParagraphReader m_reader;
    std::size_t m_count;
    std::size_t m_wanted;
    std::size_t m_index = 0;
    std::string_view m_paragraph; // what is left of the current one
    std::string m_sentence;
    bool m_done = false;
};

std::unordered_map<std::string, std::string> flags(const SentencePieceTraining& options) {
    return {
        {"model_type", "unigram"},
        {"vocab_size", std::to_string(options.vocabularySize)},
        {"hard_vocab_limit", "false"},
        {"character_coverage", std::to_string(options.characterCoverage)},
        {"num_threads", std::to_string(options.threads)},
        {"max_sentence_length", std::to_string(kMaxSentenceBytes)},
        // Lossless: the text is learned and encoded as it is.
        {"normalization_rule_name", "identity"},
        {"add_dummy_prefix", "false"},
        {"remove_extra_whitespaces", "false"},
        {"byte_fallback", "true"},
        // The trainer never sees a line break, so these two have to be named.
        {"user_defined_symbols", "\n,\n\n"},
        {"eos_id", "0"},
        {"unk_id", "1"},
        {"bos_id", "-1"},
        {"pad_id", "-1"},
        {"minloglevel", "2"}, // errors only
    };
}

Expected<void> validate(const SentencePieceTraining& options) {
    if (options.vocabularySize < kLeastVocabulary || options.vocabularySize > 1'000'000)
        return failure(ErrorCode::InvalidArgument,
                       "a vocabulary of " + std::to_string(options.vocabularySize) +
                           " pieces: it must have " + std::to_string(kLeastVocabulary) + " to 1000000");
    if (!(options.characterCoverage >= 0.9 && options.characterCoverage <= 1.0))
        return failure(ErrorCode::InvalidArgument, "a character coverage of " +
                                                       std::to_string(options.characterCoverage) +
                                                       ": it must be from 0.9 to 1");
    if (options.maxSentences == 0)
        return failure(ErrorCode::InvalidArgument, "no paragraphs to learn from: maxSentences is 0");
    if (options.threads < 1 || options.threads > 128)
        return failure(ErrorCode::InvalidArgument,
                       std::to_string(options.threads) + " threads: there must be 1 to 128");
    return {};
}

Expected<void> writeModel(const std::filesystem::path& path, const std::string& model) {
    auto file = AtomicFile::create(path);
    if (!file)
        return failure(file.error());
    if (auto written = file->write(std::as_bytes(std::span(model))); !written)
        return written;
    return file->commit();
}

} // namespace

Expected<void> trainSentencePiece(const std::filesystem::path& textFile,
                                  const std::filesystem::path& modelFile,
                                  const SentencePieceTraining& options) {
    if (auto valid = validate(options); !valid)
        return valid;
    const auto text = readTextFile(textFile);
    if (!text)
        return failure(text.error());
    const std::size_t paragraphs = countParagraphs(*text);
    if (paragraphs == 0)
        return failure(ErrorCode::InvalidArgument, textFile.string() + ": there is no text to learn from");

    SampledSentences sentences(*text, paragraphs, std::min(options.maxSentences, paragraphs));
    std::string model;
    const auto status = sentencepiece::SentencePieceTrainer::Train(flags(options), &sentences, &model);
    if (!status.ok())
        return failure(ErrorCode::InvalidArgument, textFile.string() + ": sentencepiece cannot learn " +
                                                       std::to_string(options.vocabularySize) +
                                                       " pieces from it: " + status.ToString());
    return writeModel(modelFile, model);
}

} // namespace engine
