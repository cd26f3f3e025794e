// alternatives.h: several continuations from one place that are written together, until the writer takes one.
// Threads: GUI thread only.
#pragma once

#include "app/generation/generation_messages.h"
#include "app/runs/run_record.h"

#include <QList>
#include <QObject>
#include <QString>

namespace app {

class Alternatives : public QObject {
    Q_OBJECT

public:
    static constexpr int kFewest = 2;
    static constexpr int kMost = static_cast<int>(kMostSides);

    using QObject::QObject;

    struct Card {
        RunId run = 0;
        QString text; // so far
        int tokens = 0;
    };
    [[nodiscard]] const QList<Card>& cards() const { return m_cards; }
    [[nodiscard]] bool isRunning() const { return m_isRunning; }

    // --- written by StoryWriter ---
    void begin(const QList<RunId>& runs);
    void append(qsizetype card, const QString& text, int tokens);
    void finish(const Outcome& outcome);
    void clear();

signals:
    void started();
    void grew(qsizetype card);
    void finished(const app::Outcome& outcome);
    void cleared();

private:
    QList<Card> m_cards;
    bool m_isRunning = false;
};

} // namespace app
