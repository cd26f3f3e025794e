#include "app/reading/story_reading.h"

namespace app {

void StoryReading::change(const ReadingSettings& settings) {
    if (settings == m_settings)
        return;
    m_settings = settings;
    ++m_revision;
    emit changed();
}

void StoryReading::reset(const ReadingSettings& settings) {
    m_settings = settings;
    emit wasReset();
}

} // namespace app
