#include "engine/training/token_dataset.h"

#include "engine/text/text_file.h"

#include <atomic>
#include <cstring>
#include <fstream>
#include <mutex>
#include <optional>
#include <string>

namespace engine {

namespace {

constexpr std::uint64_t kFnvStart = 0xCBF29CE484222325u, kFnvPrime = 0x100000001B3u;

std::uint64_t hashOf(std::string_view bytes, std::uint64_t hash = kFnvStart) {
    for (const char c : bytes)
        hash = (hash ^ static_cast<unsigned char>(c)) * kFnvPrime;
    return hash;
}

std::uint64_t hashOf(const Tokenizer& tokenizer) {
    std::uint64_t hash = hashOf(tokenizer.kind());
    for (int token = 0; token < tokenizer.vocabularySize(); ++token)
        hash = hashOf(tokenizer.bytes(token), hash * kFnvPrime + 1);
    return hash;
}

// The documents of a text: what stands between lines that hold only a form feed.
std::vector<std::string_view> documentsOf(std::string_view text) {
    std::vector<std::string_view> documents;
    while (!text.empty()) {
        std::size_t end = text.find("\n\f\n");
        std::string_view document = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 3);
        while (!document.empty() && document.front() == '\n')
            document.remove_prefix(1);
        while (!document.empty() && document.back() == '\n')
            document.remove_suffix(1);
        if (!document.empty())
            documents.push_back(document);
    }
    return documents;
}

struct EncodedDocument {
    std::vector<std::uint16_t> tokens;
    std::vector<char> marked; // if marks are read
};

constexpr char kMarkBegin = 2, kMarkEnd = 3;

Expected<void> encode(std::string_view text, const Tokenizer& tokenizer, EncodedDocument& document) {
    const auto ids = tokenizer.encode(text);
    if (!ids)
        return failure(ids.error());
    document.tokens.insert(document.tokens.end(), ids->begin(), ids->end());
    return {};
}

Expected<void> encodeMarked(std::string_view text, const Tokenizer& tokenizer, EncodedDocument& document) {
    for (bool isMarked = false; !text.empty() || isMarked; isMarked = !isMarked) {
        const std::size_t end = text.find_first_of("\2\3");
        if (end == std::string_view::npos ? isMarked : text[end] != (isMarked ? kMarkEnd : kMarkBegin))
            return failure(ErrorCode::InvalidArgument,
                           "marks of text (U+0002 before it, U+0003 behind it) do not pair in it");
        if (auto encoded = encode(text.substr(0, end), tokenizer, document); !encoded)
            return encoded;
        document.marked.resize(document.tokens.size(), isMarked ? 1 : 0);
        if (end == std::string_view::npos)
            break;
        text.remove_prefix(end + 1);
    }
    return {};
}

struct CacheHeader {
    char magic[8] = {'I', 'G', 'T', 'O', 'K', 'E', 'N', '1'};
    std::uint64_t textHash = 0, tokenizerHash = 0, tokens = 0;
    std::int64_t textBytes = 0;
};

} // namespace

Expected<TokenDataset> TokenDataset::open(const std::filesystem::path& path, const Tokenizer& tokenizer,
                                          const std::filesystem::path& cache, ThreadPool& pool,
                                          const std::function<void(double)>& progress, Marks marks) {
    if (tokenizer.vocabularySize() > 65536)
        return failure(ErrorCode::InvalidArgument, "training keeps tokens in 16 bits; the vocabulary has " +
                                                       std::to_string(tokenizer.vocabularySize()) +
                                                       " entries");
    const auto read = readTextFile(path);
    if (!read)
        return failure(read.error());
    const std::string_view text = *read;

    TokenDataset dataset;
    dataset.m_separator = tokenizer.documentSeparator();
    CacheHeader wanted;
    wanted.textHash = dataset.m_textHash = hashOf(text);
    wanted.tokenizerHash = hashOf(tokenizer);
    const bool readsMarks = marks == Marks::AreRead, isKept = !cache.empty() && !readsMarks;
    if (std::ifstream in(cache, std::ios::binary); isKept && in) {
        CacheHeader found;
        in.read(reinterpret_cast<char*>(&found), sizeof found);
        if (in && std::memcmp(found.magic, wanted.magic, 8) == 0 && found.textHash == wanted.textHash &&
            found.tokenizerHash == wanted.tokenizerHash && found.tokens <= text.size() * 2) {
            dataset.m_tokens.resize(found.tokens);
            dataset.m_textBytes = found.textBytes;
            in.read(reinterpret_cast<char*>(dataset.m_tokens.data()),
                    static_cast<std::streamsize>(found.tokens * 2));
            if (in)
                return dataset;
            dataset.m_tokens.clear(); // cut short: made anew below
            dataset.m_textBytes = 0;
        }
    }

    const std::vector<std::string_view> documents = documentsOf(text);
    std::vector<EncodedDocument> encoded(documents.size());
    std::atomic<std::size_t> nextDocument{0};
    std::atomic<std::size_t> bytesDone{0};
    std::mutex mutex; // guards `problem`, and `progress`, which is not asked to be reentrant
    std::optional<Error> problem;
    pool.run([&](int) {
        for (std::size_t i = nextDocument++; i < documents.size(); i = nextDocument++) {
            const auto done = readsMarks ? encodeMarked(documents[i], tokenizer, encoded[i])
                                         : encode(documents[i], tokenizer, encoded[i]);
            if (!done) {
                const std::lock_guard lock(mutex);
                problem = done.error();
                return;
            }
            encoded[i].tokens.push_back(static_cast<std::uint16_t>(tokenizer.documentSeparator()));
            const std::size_t bytes = bytesDone += documents[i].size();
            if (progress) {
                const std::lock_guard lock(mutex);
                progress(static_cast<double>(bytes) / static_cast<double>(text.size()));
            }
        }
    });
    if (problem)
        return failure(*problem, path.string());
    for (std::size_t i = 0; i < documents.size(); ++i) {
        const EncodedDocument& document = encoded[i];
        dataset.m_tokens.insert(dataset.m_tokens.end(), document.tokens.begin(), document.tokens.end());
        dataset.m_marked.insert(dataset.m_marked.end(), document.marked.begin(), document.marked.end());
        if (readsMarks)
            dataset.m_marked.resize(dataset.m_tokens.size(), 0); // the separator
        dataset.m_textBytes += static_cast<std::int64_t>(documents[i].size());
        encoded[i] = {};
    }
    if (isKept) { // a cache that cannot be written only costs time
        wanted.tokens = dataset.m_tokens.size();
        wanted.textBytes = dataset.m_textBytes;
        std::ofstream out(cache, std::ios::binary | std::ios::trunc);
        out.write(reinterpret_cast<const char*>(&wanted), sizeof wanted);
        out.write(reinterpret_cast<const char*>(dataset.m_tokens.data()),
                  static_cast<std::streamsize>(dataset.m_tokens.size() * 2));
    }
    return dataset;
}

} // namespace engine
