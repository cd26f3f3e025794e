// Which attempt stands in the text: what gives way to a new one, what is brought back, what is taken of
// several.
#include "app/assistant/assistant_service.h"
#include "app/document/document.h"
#include "app/runs/run_history.h"
#include "app/writing/story_writer.h"

#include <algorithm>
#include <utility>

namespace app {

std::optional<StandingAttempt> StoryWriter::attemptAt(qsizetype cursor) const {
    return app::attemptAt(m_document.content(), m_runs, cursor);
}

void StoryWriter::keep(const StandingAttempt& attempt) {
    if (attempt.isChanged())
        m_runs.addChangedVersion(changedVersion(m_document.content(), m_runs, attempt));
}

PathPassage StoryWriter::makeWay() {
    const RunId replaced = std::exchange(m_job.replacing, 0);
    const RunId branchOf = std::exchange(m_job.branchOf, 0);
    const qsizetype anchor = m_document.generationAnchor().value_or(0);
    // While the model was reading, the writer may have worked on it, or around it.
    if (branchOf != 0) {
        std::optional<PathPassage> passage;
        if (m_job.isBranchInText)
            passage = restFrom(m_document.content(), m_runs, anchor);
        else
            passage = pathPassage(m_document.content(), m_runs, branchOf, m_job.branchEnd);
        if (!passage || passage->givesWay.position != anchor)
            return {};
        for (const StandingAttempt& attempt : std::as_const(passage->replaced))
            keep(attempt);
        return *passage;
    }
    const auto standing = attemptOfRun(m_document.content(), m_runs, replaced);
    if (!standing || standing->range.position != anchor)
        return {};
    keep(*standing);
    return {standing->range, {}, {}, {}};
}

bool StoryWriter::useAttempt(qsizetype cursor, RunId attempt) {
    release();
    const auto standing = attemptAt(cursor);
    if (!standing || !standing->attempts.contains(attempt) || standing->attempts[standing->index] == attempt)
        return false;
    const RunRecord wanted = *m_runs.run(attempt);
    keep(*standing);
    return m_document.replacePassage(standing->range, wanted.text, spansOf(wanted));
}

bool StoryWriter::branchBehind(RunId run, int token) {
    const RunRecord* const source = m_runs.run(run);
    if (source == nullptr || token < 0 || token >= source->tokens.size())
        return false;
    release();
    return branchBehind(run, token, optionsOfNextRun(true));
}

bool StoryWriter::writeInstead(RunId run, int token, int choice) {
    const auto choices = m_runs.choices(run, token);
    if (!choices || choice < 0 || choice >= choices->best.size() || choices->best[choice].bytes.isEmpty() ||
        !m_runs.rangeOf(run, token))
        return false;
    // Inside a character nothing else can begin.
    if (const auto before = m_runs.choices(run, token - 1)) {
        const RunToken& last = m_runs.run(run)->tokens[token - 1];
        if (last.start == last.end && before->repeatedBytes == 0)
            return false;
    }
    release();
    GenerationOptions options = optionsOfNextRun(true);
    options.firstToken = choices->best[choice].token;
    options.firstTokenRepeatsPrompt = token == 0 && choices->repeatedBytes > 0;
    if (token > 0)
        return branchBehind(run, token - 1, options);
    const auto standing = attemptOfRun(m_document.content(), m_runs, run);
    if (!standing)
        return false;
    begin(standing->range.position, standing->run, options);
    return true;
}

bool StoryWriter::branchBehind(RunId run, int token, const GenerationOptions& options) {
    const qsizetype end = m_runs.run(run)->tokens[token].end;
    if (const auto range = m_runs.rangeOf(run, token)) {
        m_job = Job{};
        m_job.branchOf = run;
        m_job.branchEnd = end;
        m_job.isBranchInText = true;
        m_job.source = sourceAt(range->end());
        beginJob(recordAt(range->end(), m_job.source.story, options), range->end());
        return true;
    }
    const auto passage = pathPassage(m_document.content(), m_runs, run, end);
    if (!passage)
        return false;
    m_job = Job{};
    m_job.branchOf = run;
    m_job.branchEnd = end;
    m_job.source = sourceBehind(m_document.text().first(passage->givesWay.position) + passage->text);
    RunRecord record = newRecord(options);
    record.parent = run;
    record.parentEnd = end;
    if (const RunId sibling = attemptAtSamePlace(m_runs, {run, end, {}}, m_job.source.story))
        record.attemptOf = sibling;
    beginJob(record, passage->givesWay.position);
    return true;
}

std::optional<TextRange> StoryWriter::showAttempt(RunId id) {
    if (m_runs.run(id) == nullptr)
        return std::nullopt;
    release();
    const RunRecord wanted = *m_runs.run(id);
    const auto standing = attemptOfRun(m_document.content(), m_runs, wanted.writtenBy());
    if (standing && standing->attempts[standing->index] == id)
        return standing->range;
    const auto passage = pathPassage(m_document.content(), m_runs, id, wanted.text.size());
    if (!passage)
        return std::nullopt;
    for (const StandingAttempt& attempt : passage->replaced)
        keep(attempt);
    if (!m_document.replacePassage(passage->givesWay, passage->text, passage->spans))
        return std::nullopt;
    const qsizetype end = passage->givesWay.position + passage->text.size();
    return TextRange{end - wanted.text.size(), wanted.text.size()};
}

bool StoryWriter::insertAttempt(RunId id, qsizetype cursor) {
    const RunRecord* const record = m_runs.run(id);
    if (record == nullptr || record->text.isEmpty())
        return false;
    release();
    const RunRecord wanted = *m_runs.run(id);
    return m_document.replacePassage({m_document.content().snapped(cursor), 0}, wanted.text, spansOf(wanted));
}

// --- alternatives -------------------------------------------------

void StoryWriter::writeAlternatives(qsizetype cursor, int count) {
    release();
    count = std::clamp(count, Alternatives::kFewest, Alternatives::kMost);
    m_alternativesPosition = m_document.content().snapped(cursor);
    m_job = Job{};
    m_job.source = sourceAt(m_alternativesPosition);
    GenerationOptions options = optionsOfNextRun(false);
    const RunRecord place = recordAt(m_alternativesPosition, m_job.source.story, options);
    TogetherRequest request;
    for (int card = 0; card < count; ++card) {
        if (card > 0) // of a fixed seed the ones behind it, so that they can be had again
            options.sampler.seed = options.randomSeed ? m_newSeed() : options.sampler.seed + 1;
        RunRecord record = place;
        record.id = m_runs.nextId();
        record.options = options;
        request.parts.append({m_choice, options.sampler.seed});
        m_job.runs.append(record.id);
        m_runs.add(record);
    }
    m_runs.setCurrentRun(m_job.runs.first());
    m_alternatives.begin(m_job.runs);
    request.options = options;
    request.source = m_job.source;
    m_job.request = m_assistant.writeTogether(std::move(request)).id();
    setActivity(Activity::WritingAlternatives);
}

bool StoryWriter::useAlternative(qsizetype card) {
    const QList<Alternatives::Card> cards = m_alternatives.cards();
    if (card < 0 || card >= cards.size() || cards[card].text.isEmpty())
        return false;
    QList<RunId> others;
    for (const Alternatives::Card& other : cards)
        others.append(other.run);
    return usePassage(others, cards[card].run, m_alternativesPosition);
}

bool StoryWriter::usePassage(const QList<RunId>& others, RunId run, qsizetype position) {
    release();
    if (!m_document.content().spansOfRun(run).isEmpty())
        return true;
    // Changing one's mind puts this one in the place of the one that was taken before.
    TextRange place{m_document.content().snapped(position), 0};
    for (const RunId other : others)
        if (const auto standing = attemptOfRun(m_document.content(), m_runs, other)) {
            keep(*standing);
            place = standing->range;
            break;
        }
    const RunRecord wanted = *m_runs.run(run);
    m_runs.setCurrentRun(run);
    return m_document.replacePassage(place, wanted.text, spansOf(wanted));
}

// --- comparing -------------------------------------------------

bool StoryWriter::useSide(Side side) {
    const RunId run = m_comparison.side(side).run;
    if (run == 0 || m_comparison.side(side).text.isEmpty())
        return false;
    const RunId other = m_comparison.side(side == Side::First ? Side::Second : Side::First).run;
    return usePassage({other}, run, m_comparePosition);
}

} // namespace app
