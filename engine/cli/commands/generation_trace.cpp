#include "engine/cli/commands/generation_trace.h"

#include "engine/cli/output/json_output.h"

#include <chrono>
#include <ctime>
#include <span>

namespace engine {

namespace {

bool hasGates(const ModelConfig& config) {
    return config.enhancement.variant != EnhancementConfig::Variant::None;
}

std::string nowInUtc() {
    const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    std::tm utc{};
    gmtime_r(&now, &utc);
    std::string text(20, '\0');
    text.resize(std::strftime(text.data(), text.size() + 1, "%Y-%m-%dT%H:%M:%SZ", &utc));
    return text;
}

std::string describeSettings(const GenerationSettings& settings) {
    const SamplerSettings& sampler = settings.sampler;
    return Json{{"program", "inkgate-cli " INKGATE_VERSION},
                {"max_tokens", settings.maxTokens},
                {"seed", sampler.seed},
                {"temperature", sampler.temperature},
                {"top_k", sampler.topK},
                {"top_p", sampler.topP},
                {"min_p", sampler.minP},
                {"typical", sampler.typical},
                {"presence_penalty", sampler.presencePenalty},
                {"frequency_penalty", sampler.frequencyPenalty},
                {"repetition_penalty", sampler.repetitionPenalty},
                {"penalty_decay", sampler.penaltyDecay},
                {"dry_multiplier", sampler.dryMultiplier},
                {"dry_base", sampler.dryBase},
                {"dry_allowed_length", sampler.dryAllowedLength},
                {"dry_range", sampler.dryRange},
                {"xtc_threshold", sampler.xtcThreshold},
                {"xtc_probability", sampler.xtcProbability},
                {"banned_phrases", settings.bannedPhrases}}
        .dump();
}

} // namespace

GenerationTrace::GenerationTrace(std::unique_ptr<GateTraceWriter> writer, const ModelConfig& config,
                                 const Tokenizer& tokenizer)
    : m_writer(std::move(writer))
    , m_tokenizer(tokenizer) {
    GateTraceWriter* const file = m_writer.get();
    if (hasGates(config))
        m_gates.emplace(gateLayout(config), true,
                        [file](GateFrames&& frames) { file->addFrames(std::move(frames)); });
    if (config.sparse.blocks > 0)
        m_choices.emplace(
            config.sparse.blocks, [file](ChunkFrames&& frames) { file->addChoices(std::move(frames)); }, 0,
            m_gates ? &*m_gates : nullptr);
}

GateSink& GenerationTrace::sink() {
    if (m_choices)
        return *m_choices;
    return *m_gates;
}

Expected<std::unique_ptr<GenerationTrace>> GenerationTrace::start(const std::filesystem::path& path,
                                                                  const LoadedModel& loaded,
                                                                  const Tokenizer& tokenizer,
                                                                  const GenerationSettings& settings) {
    const ModelConfig& config = loaded.model->config();
    const SparseAttentionConfig& sparse = config.sparse;
    if (!hasGates(config) && sparse.blocks == 0)
        return failure(ErrorCode::InvalidArgument,
                       loaded.files.name +
                           ": this model has no gates to trace; choose an enhancement with --gate");
    const auto& fingerprint = loaded.model->fingerprint();
    if (!fingerprint)
        return failure(fingerprint.error());
    const GateLayout gates = gateLayout(config);
    const GateRun run{.created = nowInUtc(),
                      .model = loaded.files.name,
                      .fingerprint = *fingerprint,
                      .enhancement = toJson(config.enhancement),
                      .layers = gates.rows(),
                      .width = gates.rowWidth,
                      .settings = describeSettings(settings)};
    std::optional<ChunkRun> chunks;
    if (sparse.blocks > 0)
        chunks = ChunkRun{sparse.chunk, sparse.chunks, sparse.blocks, config.heads};
    auto writer = GateTraceWriter::start(path, run, chunks);
    if (!writer)
        return failure(std::move(writer.error()));
    return std::unique_ptr<GenerationTrace>(new GenerationTrace(std::move(*writer), config, tokenizer));
}

void GenerationTrace::addPrompt(const Generation& generation) {
    // A token taken back for token healing was not read; the first generated one stands in its place.
    const auto read =
        std::span(generation.promptTokens()).first(static_cast<std::size_t>(generation.state().position()));
    for (const int token : read)
        m_writer->addToken({.position = m_position++,
                            .token = token,
                            .bytes = std::string(m_tokenizer.bytes(token)),
                            .origin = TraceToken::Origin::Prompt,
                            .probability = std::nullopt});
}

void GenerationTrace::addGenerated(const GeneratedToken& token) {
    m_writer->addToken({.position = m_position++,
                        .token = token.token,
                        .bytes = std::string(m_tokenizer.bytes(token.token)),
                        .origin = TraceToken::Origin::Generated,
                        .probability = token.probability});
}

Expected<std::int64_t> GenerationTrace::finish() {
    if (auto finished = m_writer->finish(); !finished)
        return failure(std::move(finished.error()));
    return m_writer->run();
}

} // namespace engine
