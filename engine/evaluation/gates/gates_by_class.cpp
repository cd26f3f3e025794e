#include "engine/evaluation/gates/gates_by_class.h"

#include "engine/backend/gate_sink.h"
#include "engine/evaluation/gates/gate_sums.h"
#include "engine/runtime/generation.h"
#include "engine/text/documents.h"

#include <algorithm>
#include <limits>

namespace engine {

namespace {

// Tokens between two looks at the progress line; a multiple of what a session reads at once.
constexpr std::size_t kPart = 2048;

Expected<void> readDocument(Session& session, const Tokenizer& tokenizer, std::string_view document,
                            GateSums& sums, const GatesByClassOptions& options,
                            const std::function<void(std::size_t)>& bytesRead) {
    const auto encoded = tokenizer.encode(document);
    if (!encoded)
        return failure(encoded.error());
    std::vector<std::size_t> bytes;
    for (const int token : *encoded)
        bytes.push_back(tokenizer.bytes(token).size());
    sums.expectSeparator();
    sums.expect(labelTokens(document, bytes));

    std::vector<int> tokens{tokenizer.documentSeparator()};
    tokens.insert(tokens.end(), encoded->begin(), encoded->end());
    State state(session.model().config());
    for (std::size_t begin = 0; begin < tokens.size(); begin += kPart) {
        const auto part = std::span<const int>(tokens).subspan(begin, std::min(kPart, tokens.size() - begin));
        if (auto read = session.prefill(state, part, {}, &sums, options.stop); !read)
            return read;
        std::size_t size = 0;
        for (std::size_t i = std::max<std::size_t>(1, begin); i < begin + part.size(); ++i)
            size += bytes[i - 1]; // the separator is no text
        bytesRead(size);
    }
    return {};
}

// A class's figures are those of its rows and then that of all of them.
MeanGates meanGates(std::span<const Estimate> figures, std::int64_t tokens) {
    MeanGates gates;
    gates.tokens = tokens;
    if (tokens > 0) {
        gates.rows.assign(figures.begin(), figures.end() - 1);
        gates.allLayers = figures.back();
    }
    return gates;
}

// The means of every class, and of all tokens as one more class, in the paragraphs drawn.
void computeMeans(const GateSums& sums, std::span<const std::uint32_t> counts, std::span<double> values) {
    const std::size_t rows = sums.rows(), classes = kTokenClasses.size();
    std::vector<double> gates((classes + 1) * rows, 0.0), tokens(classes + 1, 0.0);
    for (std::size_t paragraph = 0; paragraph < counts.size(); ++paragraph) {
        if (counts[paragraph] == 0)
            continue;
        const double times = counts[paragraph];
        for (const GateSums::Cell& cell : sums.cellsOf(paragraph)) {
            const auto index = static_cast<std::size_t>(cell.tokenClass);
            const auto sum = sums.sumsOf(cell);
            tokens[index] += times * static_cast<double>(cell.tokens);
            for (std::size_t row = 0; row < rows; ++row)
                gates[index * rows + row] += times * sum[row];
        }
    }
    for (std::size_t index = 0; index < classes; ++index) {
        tokens[classes] += tokens[index];
        for (std::size_t row = 0; row < rows; ++row)
            gates[classes * rows + row] += gates[index * rows + row];
    }
    constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
    for (std::size_t index = 0; index <= classes; ++index) {
        const auto means = values.subspan(index * (rows + 1), rows + 1);
        means[rows] = 0;
        for (std::size_t row = 0; row < rows; ++row) {
            means[row] = tokens[index] > 0 ? gates[index * rows + row] / tokens[index] : kNone;
            means[rows] += means[row] / static_cast<double>(rows);
        }
    }
}

GatesByClass summarise(const GateSums& sums, const ModelConfig& config, const BootstrapSettings& settings) {
    const std::size_t figures = sums.rows() + 1; // of a class
    const auto estimates = bootstrap(sums.paragraphs(), (kTokenClasses.size() + 1) * figures, settings,
                                     [&](std::span<const std::uint32_t> counts, std::span<double> values) {
                                         computeMeans(sums, counts, values);
                                     });
    const auto ofClass = [&](std::size_t index) {
        return std::span<const Estimate>(estimates).subspan(index * figures, figures);
    };
    GatesByClass result;
    result.layout = gateLayout(config);
    result.rowNames = gateRowNames(config.enhancement);
    result.paragraphs = static_cast<std::int64_t>(sums.paragraphs());
    std::int64_t all = 0;
    for (std::size_t index = 0; index < kTokenClasses.size(); ++index) {
        const std::int64_t tokens = sums.tokensOf(kTokenClasses[index]);
        result.classes[index] = meanGates(ofClass(index), tokens);
        all += tokens;
    }
    result.all = meanGates(ofClass(kTokenClasses.size()), all);
    return result;
}

} // namespace

Expected<GatesByClass> measureGatesByClass(Session& session, const Tokenizer& tokenizer,
                                           std::string_view text, const GatesByClassOptions& options) {
    const ModelConfig& config = session.model().config();
    if (config.enhancement.variant == EnhancementConfig::Variant::None)
        return failure(ErrorCode::InvalidArgument, "the model has no gates to read");
    if (config.enhancement.gate == EnhancementConfig::Gate::Fixed)
        return failure(ErrorCode::InvalidArgument, "the model's gates are fixed: there is nothing to read");
    if (auto checked = checkVocabulary(config, tokenizer); !checked)
        return failure(std::move(checked.error()));
    std::int64_t total = 0, done = 0;
    const std::vector<std::string_view> documents = splitDocuments(text);
    for (const std::string_view document : documents)
        total += static_cast<std::int64_t>(document.size());
    if (total == 0)
        return failure(ErrorCode::InvalidArgument, "there is no text to read gates on");

    GateSums sums(gateLayout(config));
    for (const std::string_view document : documents) {
        const auto read = readDocument(session, tokenizer, document, sums, options, [&](std::size_t bytes) {
            done += static_cast<std::int64_t>(bytes);
            if (options.progress)
                options.progress(done, total);
        });
        if (!read)
            return failure(read.error());
    }
    if (auto delivered = session.deliverGates(); !delivered)
        return failure(std::move(delivered.error()));
    if (!sums.isComplete())
        return failure(ErrorCode::Internal, "not all gates of the text arrived");
    return summarise(sums, config, options.bootstrap);
}

} // namespace engine
