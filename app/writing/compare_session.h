// compare_session.h: base and gated model side by side from one place in the story: what each has written so
// far.
// Threads: GUI thread only.
#pragma once

#include "app/document/text_origin.h"
#include "app/generation/generation_messages.h"

#include <QElapsedTimer>
#include <QObject>
#include <QString>

#include <array>

namespace app {

class CompareSession : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    struct SideState {
        RunId run = 0;
        ModelInfo model; // empty until the prompt was read
        QString text;
        int tokens = 0;
        double tokensPerSecond = 0; // as they arrive; when finished, as the engine measured
    };

    [[nodiscard]] const SideState& side(Side side) const { return m_sides[static_cast<std::size_t>(side)]; }
    [[nodiscard]] bool isRunning() const { return m_isRunning; }
    [[nodiscard]] bool hasResult() const { return !m_sides[0].text.isEmpty() || !m_sides[1].text.isEmpty(); }
    // Where the two texts first differ: a position in both; -1 while one is the beginning of the other.
    [[nodiscard]] qsizetype firstDifference() const { return m_firstDifference; }

    // --- written by StoryWriter ---
    void begin(RunId first, RunId second);
    void describe(Side side, const ModelInfo& model);
    void append(Side side, const QString& text, int tokens);
    void finish(const Outcome& outcome);
    void clear();

signals:
    void started();
    void sideDescribed(app::Side side);
    void textAppended(app::Side side, const QString& text);
    void firstDifferenceChanged(qsizetype position);
    void finished(const app::Outcome& outcome);
    void cleared();

private:
    void findDifference();

    std::array<SideState, 2> m_sides;
    std::array<QElapsedTimer, 2> m_sinceFirstTokens;
    std::array<int, 2> m_firstTokens{}; // in the first batch, at which the timer starts
    qsizetype m_agreed = 0;             // units known to be equal
    qsizetype m_firstDifference = -1;
    bool m_isRunning = false;
};

} // namespace app
