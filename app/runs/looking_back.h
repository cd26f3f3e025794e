// looking_back.h: where the model of a run looked back as it read a token, in the story as it is now: the
// passages whose chunks its sparse blocks chose. Loads what is kept of a run when it is asked for, and keeps
// what was found of the last run until the story changes.
// Threads: GUI thread only.
#pragma once

#include "app/runs/passage_finder.h"
#include "app/runs/run_history.h"

#include <QList>
#include <QObject>

#include <optional>

namespace app {

class Document;

// A chunk that was chosen.
struct Passage {
    qsizetype chunk = 0;
    QList<int> heads;        // of each sparse block's that chose it
    QList<TextRange> ranges; // where it stands in the story; none: it is not or no more in it

    [[nodiscard]] int allHeads() const;
    bool operator==(const Passage&) const = default;
};

struct LooksBack {
    int blocks = 0;
    int heads = 0;           // of each
    QList<Passage> passages; // by chunk

    [[nodiscard]] qsizetype standing() const; // of the passages
    bool operator==(const LooksBack&) const = default;
};

class LookingBack : public QObject {
    Q_OBJECT

public:
    LookingBack(RunHistory& runs, const Document& story, QObject* parent = nullptr);

    // Whether the run's model has sparse blocks.
    [[nodiscard]] bool hasLooks(RunId run) const;
    // Nothing if it is not known, or not in memory yet: then changed() follows.
    [[nodiscard]] std::optional<LooksBack> at(const RunHistory::TokenPlace& token);

signals:
    void changed(app::RunId run); // what at() says of its tokens

private:
    [[nodiscard]] QList<TextRange> rangesOf(const RunRecord& run, const ReadChunks& read,
                                            qsizetype chunk) const;

    RunHistory& m_runs;
    const Document& m_story;
    RunId m_foundOf = 0; // 0: m_finder is of another text
    PassageFinder m_finder;
    QList<RunId> m_asked; // that have been asked for
};

} // namespace app
