#include "engine/evaluation/perplexity.h"

#include "engine/core/aligned_buffer.h"
#include "engine/core/stopwatch.h"
#include "engine/evaluation/token_loss.h"
#include "engine/runtime/generation.h"
#include "engine/text/documents.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace engine {

namespace {

// Logits of a chunk stay within the caches' reach and out of the way of large vocabularies: 256 tokens, or as
// many as fit 32 MB.
std::size_t chunkTokens(std::size_t vocabulary) {
    return std::clamp<std::size_t>((std::size_t{32} << 20) / (vocabulary * sizeof(float)), 16, 256);
}

class Measurement {
public:
    Measurement(Session& session, const Tokenizer& tokenizer, ThreadPool& pool,
                const PerplexityOptions& options, std::int64_t bytesTotal)
        : m_session(session)
        , m_tokenizer(tokenizer)
        , m_pool(pool)
        , m_options(options)
        , m_vocabulary(static_cast<std::size_t>(session.model().config().vocabulary))
        , m_chunk(chunkTokens(m_vocabulary))
        , m_logits(m_chunk * m_vocabulary)
        , m_losses(m_chunk) {
        m_progress.bytesTotal = bytesTotal;
    }

    Expected<void> read(std::string_view document);
    [[nodiscard]] double nats() const { return m_nats; }
    [[nodiscard]] std::int64_t tokens() const { return m_tokens; }
    [[nodiscard]] const std::vector<PositionLoss>& byPosition() const { return m_byPosition; }

private:
    // `position`: of the first target in its document.
    Expected<void> addLosses(std::span<const int> targets, std::size_t position);
    void addAt(std::int64_t position, double nats);

    Session& m_session;
    const Tokenizer& m_tokenizer;
    ThreadPool& m_pool;
    const PerplexityOptions& m_options;
    std::size_t m_vocabulary;
    std::size_t m_chunk;
    AlignedBuffer<float> m_logits; // [chunk, vocabulary]
    std::vector<double> m_losses;  // [chunk]
    double m_nats = 0;
    std::int64_t m_tokens = 0;
    std::vector<PositionLoss> m_byPosition{{0, 128}, {128, 512}, {512, 2048}, {2048, 8192}, {8192, 0}};
    PerplexityProgress m_progress;
};

Expected<void> Measurement::read(std::string_view document) {
    auto encoded = m_tokenizer.encode(document);
    if (!encoded)
        return failure(std::move(encoded.error()));
    // inputs[i] is read to predict targets[i], the token after it.
    std::vector<int> tokens{m_tokenizer.documentSeparator()};
    tokens.insert(tokens.end(), encoded->begin(), encoded->end());
    const std::size_t predictions = tokens.size() - 1;
    State state(m_session.model().config());
    for (std::size_t begin = 0; begin < predictions; begin += m_chunk) {
        const std::size_t count = std::min(m_chunk, predictions - begin);
        const auto inputs = std::span<const int>(tokens).subspan(begin, count);
        if (m_options.stop.stop_requested())
            return failure(ErrorCode::Cancelled, "stopped before the end of the text");
        if (auto done = m_session.prefill(state, inputs, m_logits.span().first(count * m_vocabulary), nullptr,
                                          m_options.stop);
            !done)
            return done;
        if (auto done = addLosses(std::span<const int>(tokens).subspan(begin + 1, count), begin); !done)
            return done;
    }
    return {};
}

void Measurement::addAt(std::int64_t position, double nats) {
    for (PositionLoss& stretch : m_byPosition)
        if (position >= stretch.begin && (position < stretch.end || stretch.end == 0)) {
            stretch.nats += nats;
            ++stretch.tokens;
        }
}

Expected<void> Measurement::addLosses(std::span<const int> targets, std::size_t position) {
    m_pool.parallelFor(targets.size(), 1, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i)
            m_losses[i] = tokenLoss(m_logits.span().subspan(i * m_vocabulary, m_vocabulary), targets[i]);
    });
    // Summed by one thread in text order, so the result does not depend on their number.
    for (std::size_t i = 0; i < targets.size(); ++i) {
        if (!std::isfinite(m_losses[i]))
            return failure(ErrorCode::Internal, "the model's logits are not numbers at token " +
                                                    std::to_string(m_tokens) + "; its weights are broken");
        m_nats += m_losses[i];
        addAt(static_cast<std::int64_t>(position + i), m_losses[i]);
        m_progress.bytesDone += static_cast<std::int64_t>(m_tokenizer.bytes(targets[i]).size());
        ++m_tokens;
    }
    if (m_options.progress) {
        m_progress.bitsPerByte = m_nats * std::numbers::log2e /
                                 static_cast<double>(std::max<std::int64_t>(1, m_progress.bytesDone));
        m_options.progress(m_progress);
    }
    return {};
}

} // namespace

Expected<PerplexityReport> measurePerplexity(Session& session, const Tokenizer& tokenizer, ThreadPool& pool,
                                             std::string_view text, const PerplexityOptions& options) {
    const Stopwatch watch;
    if (auto checked = checkVocabulary(session.model().config(), tokenizer); !checked)
        return failure(std::move(checked.error()));
    const std::vector<std::string_view> documents = splitDocuments(text);
    PerplexityReport report;
    report.documents = static_cast<std::int64_t>(documents.size());
    for (const std::string_view document : documents)
        report.bytes += static_cast<std::int64_t>(document.size());
    if (report.bytes == 0)
        return failure(ErrorCode::InvalidArgument, "there is no text to predict");

    Measurement measurement(session, tokenizer, pool, options, report.bytes);
    for (const std::string_view document : documents) {
        if (auto read = measurement.read(document); !read)
            return failure(std::move(read.error()));
    }
    report.tokens = measurement.tokens();
    report.bitsPerByte = measurement.nats() * std::numbers::log2e / static_cast<double>(report.bytes);
    report.perplexity =
        std::exp(measurement.nats() / static_cast<double>(std::max<std::int64_t>(1, report.tokens)));
    report.byPosition = measurement.byPosition();
    report.seconds = watch.seconds();
    return report;
}

} // namespace engine
