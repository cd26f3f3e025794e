// story_reading.h: what the open project lets the model read besides its story: memory, author's note,
// lorebook, limit. The windows change it; the project keeps it; StoryWriter hands it to the model.
// Threads: GUI thread only.
#pragma once

#include "app/reading/reading_settings.h"

#include <QObject>

namespace app {

class StoryReading : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    [[nodiscard]] const ReadingSettings& settings() const { return m_settings; }
    // Counts every change by the writer.
    [[nodiscard]] quint64 revision() const { return m_revision; }

    // The writer's change. Emits changed() if it is one.
    void change(const ReadingSettings& settings);
    // Another project's. Emits wasReset().
    void reset(const ReadingSettings& settings);

signals:
    void changed();
    void wasReset();

private:
    ReadingSettings m_settings;
    quint64 m_revision = 0;
};

} // namespace app
