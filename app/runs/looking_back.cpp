#include "app/runs/looking_back.h"

#include "app/document/document.h"

#include <algorithm>
#include <map>
#include <numeric>

namespace app {

int Passage::allHeads() const { return std::accumulate(heads.begin(), heads.end(), 0); }

qsizetype LooksBack::standing() const {
    return std::count_if(passages.begin(), passages.end(),
                         [](const Passage& passage) { return !passage.ranges.isEmpty(); });
}

LookingBack::LookingBack(RunHistory& runs, const Document& story, QObject* parent)
    : QObject(parent)
    , m_runs(runs)
    , m_story(story) {
    connect(&story, &Document::changed, this, [this] { m_foundOf = 0; });
    connect(&story, &Document::wasReset, this, [this] { m_foundOf = 0; });
    connect(&runs, &RunHistory::wasReset, this, [this] {
        m_foundOf = 0;
        m_asked.clear();
    });
    connect(&runs, &RunHistory::looksReady, this, &LookingBack::changed);
}

bool LookingBack::hasLooks(RunId id) const {
    const RunRecord* const run = m_runs.run(id);
    return run != nullptr && run->model.hasSparseBlocks();
}

std::optional<LooksBack> LookingBack::at(const RunHistory::TokenPlace& token) {
    const RunRecord* const run = m_runs.run(token.run);
    if (run == nullptr || !run->model.hasSparseBlocks())
        return std::nullopt;
    const RunLooks* const kept = m_runs.looks(token.run);
    if (kept == nullptr) {
        if (!m_asked.contains(token.run)) {
            m_asked.append(token.run);
            m_runs.loadLooks(token.run);
        }
        return std::nullopt;
    }
    m_asked.removeOne(token.run);
    const auto blocks = unpackLooks(kept->tokens.value(token.token));
    if (!blocks || kept->read.isEmpty())
        return std::nullopt;
    if (m_foundOf != token.run) {
        m_finder = PassageFinder(kept->read, m_story.text());
        m_foundOf = token.run;
    }
    LooksBack looks{static_cast<int>(blocks->size()), kept->read.heads, {}};
    std::map<qsizetype, Passage> passages;
    for (qsizetype block = 0; block < blocks->size(); ++block)
        for (const LookedAt& one : (*blocks)[block]) {
            Passage& passage = passages[one.chunk];
            passage.chunk = one.chunk;
            passage.heads.resize(blocks->size());
            passage.heads[block] = one.heads;
        }
    for (auto& [chunk, passage] : passages) {
        passage.ranges = rangesOf(*run, kept->read, chunk);
        looks.passages.append(passage);
    }
    return looks;
}

// Of the prompt what can be found; of the run's own text what stands unedited.
QList<TextRange> LookingBack::rangesOf(const RunRecord& run, const ReadChunks& read, qsizetype chunk) const {
    QList<TextRange> ranges = m_finder.rangesOf(read.startOf(chunk), read.startOf(chunk + 1));
    const qsizetype first = std::max<qsizetype>(chunk * read.chunk - read.firstToken, 0);
    const qsizetype end = std::min<qsizetype>((chunk + 1) * read.chunk - read.firstToken, run.tokens.size());
    for (qsizetype token = first; token < end; ++token)
        if (const auto range = m_runs.rangeOf(run.id, static_cast<int>(token)))
            ranges.append(*range);
    return joined(std::move(ranges));
}

} // namespace app
