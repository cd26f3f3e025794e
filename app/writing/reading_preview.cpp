#include "app/writing/reading_preview.h"

#include "app/assistant/assistant_service.h"
#include "app/document/document.h"
#include "app/reading/story_reading.h"
#include "app/writing/story_writer.h"

#include <algorithm>

namespace app {

namespace {

constexpr int kRestMs = 250; // so that typing asks once
// Reading fewer tokens says little of speed: the first ones also fetch the weights.
constexpr int kLeastTokens = 64;

} // namespace

ReadingPreview::ReadingPreview(const StoryWriter& writer, AssistantService& assistant,
                               const Document& document, const StoryReading& reading, QObject* parent)
    : QObject(parent)
    , m_writer(writer)
    , m_assistant(assistant)
    , m_reading(reading)
    , m_timer(this) {
    m_timer.setSingleShot(true);
    m_timer.setInterval(kRestMs);
    connect(&m_timer, &QTimer::timeout, this, &ReadingPreview::ask);
    connect(&document, &Document::changed, this, &ReadingPreview::noteChange);
    connect(&document, &Document::wasReset, this, [this] {
        m_inspection.reset();
        noteChange();
        emit changed();
    });
    connect(&reading, &StoryReading::changed, this, &ReadingPreview::noteChange);
    connect(&reading, &StoryReading::wasReset, this, &ReadingPreview::noteChange);
    connect(&assistant, &AssistantService::modelLoading, this, &ReadingPreview::noteChange);
    connect(&assistant, &AssistantService::modelLoaded, this, &ReadingPreview::noteChange);
    connect(&assistant, &AssistantService::modelFailed, this, &ReadingPreview::noteChange);
    connect(&assistant, &AssistantService::busyChanged, this, &ReadingPreview::noteChange);
    connect(&assistant, &AssistantService::promptRead, this, &ReadingPreview::onPromptRead);
    connect(&assistant, &AssistantService::promptInspected, this, [this](const PromptInspection& inspection) {
        m_inspection = inspection;
        m_isOld = m_timer.isActive();
        emit changed();
    });
}

void ReadingPreview::setLive(bool isLive) {
    m_isLive = isLive;
    if (isLive && m_isOld)
        noteChange();
}

void ReadingPreview::setCursor(qsizetype cursor) {
    if (cursor == m_cursor)
        return;
    m_cursor = cursor;
    noteChange();
}

int ReadingPreview::newTokens() const {
    return m_inspection ? m_inspection->promptTokens - m_inspection->tokensKnown : 0;
}

std::optional<double> ReadingPreview::secondsToRead() const {
    if (!m_inspection || !m_inspection->hasModel)
        return std::nullopt;
    const auto speed = m_secondsPerToken.constFind(m_inspection->fingerprint);
    return speed == m_secondsPerToken.constEnd() ? std::nullopt : std::optional(*speed * newTokens());
}

void ReadingPreview::noteChange() {
    m_isOld = true;
    if ((m_isLive || m_reading.settings().limit > 0) && !m_assistant.isBusy())
        m_timer.start();
    else
        m_timer.stop();
}

void ReadingPreview::ask() {
    if (!m_assistant.isBusy())
        m_assistant.inspectPrompt(m_writer.sourceAt(m_cursor));
}

void ReadingPreview::onPromptRead(const PromptRead& prompt) {
    if (prompt.tokensRead >= kLeastTokens && prompt.seconds > 0)
        m_secondsPerToken.insert(prompt.model.fingerprint, prompt.seconds / prompt.tokensRead);
}

} // namespace app
