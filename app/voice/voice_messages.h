// voice_messages.h: what fitting a gate to a writer's text is asked and what it answers.
// Threads: values.
#pragma once

#include <QList>
#include <QPointF>
#include <QString>
#include <QStringList>

namespace app {

struct VoiceRequest {
    QString model;     // the base, as ModelChoice::model
    QString text;      // to learn from, if not empty
    QStringList files; // the same; read one after another
    QString name;      // of the voice
};

struct VoiceProgress {
    double share = 0; // of the steps, at most: it ends earlier when it learns no more
    double secondsLeft = 0;
    double betterByPercent = 0;   // so far, on the held-out tenth
    QList<QPointF> learnedLosses; // share of the steps, mean nats per token of the text that is learned from
    QList<QPointF> heldOutLosses; // the same of the held-out tenth; the first is the base's
};

struct VoiceOutcome {
    enum class Kind { Ready, NothingLearned, Stopped, Failed };
    Kind kind = Kind::Failed;
    QString model;              // of the request
    QString gate;               // the voice's file; empty if there is none
    double betterByPercent = 0; // on the held-out tenth
    QString message, details;   // Failed: a sentence for the writer, and the engine's
};

} // namespace app
