// reading_preview.h: what the next continuation at the cursor would read, kept up to date while somebody
// looks at it: the engine thread puts the prompt together by the function that a continuation uses
// (app/reading/prompt_assembly.h). Waits while the model is at work, and a moment after every change.
// Threads: GUI thread only.
#pragma once

#include "app/generation/generation_messages.h"

#include <QHash>
#include <QObject>
#include <QString>
#include <QTimer>

#include <optional>

namespace app {

class AssistantService;
class Document;
class StoryReading;
class StoryWriter;

class ReadingPreview : public QObject {
    Q_OBJECT

public:
    ReadingPreview(const StoryWriter& writer, AssistantService& assistant, const Document& document,
                   const StoryReading& reading, QObject* parent = nullptr);

    // Whether anybody looks; else it costs nothing. A story with a limit is always looked at: the page shows
    // where reading begins.
    void setLive(bool isLive);
    void setCursor(qsizetype cursor);

    // Nothing until the first answer, and after another story was opened.
    [[nodiscard]] const std::optional<PromptInspection>& inspection() const { return m_inspection; }
    // Something has changed since, and the answer is on its way.
    [[nodiscard]] bool isOld() const { return m_isOld; }
    [[nodiscard]] int newTokens() const;
    // Of reading what is new, by the last reading of this model that was long enough to measure; nothing
    // while there was none.
    [[nodiscard]] std::optional<double> secondsToRead() const;

signals:
    void changed();

private:
    void noteChange();
    void ask();
    void onPromptRead(const PromptRead& prompt);

    const StoryWriter& m_writer;
    AssistantService& m_assistant;
    const StoryReading& m_reading;
    std::optional<PromptInspection> m_inspection;
    QHash<QString, double> m_secondsPerToken; // by fingerprint
    QTimer m_timer;
    qsizetype m_cursor = 0;
    bool m_isLive = false;
    bool m_isOld = true;
};

} // namespace app
