// app_parts.h: the application without its windows, joined as in main.cpp, with a scripted generator and
// everything on disk in a given folder. Destroying it is leaving the program.
#pragma once

#include "app/assistant/assistant_service.h"
#include "app/document/document.h"
#include "app/library/model_library.h"
#include "app/preferences/preferences.h"
#include "app/project/project_controller.h"
#include "app/reading/story_reading.h"
#include "app/runs/run_history.h"
#include "app/spelling/spelling.h"
#include "app/storage/storage_worker.h"
#include "app/voice/voice_fit.h"
#include "app/writing/story_writer.h"
#include "tests/app/support/scripted_generator.h"

#include <QSettings>
#include <QString>
#include <QThread>

namespace app {

class AppParts {
public:
    explicit AppParts(const QString& folder, const ScriptedGenerator::Script& script = {});
    ~AppParts();

    // Waits for the project that a start shows. False if none came.
    [[nodiscard]] bool start(const QString& file = {});
    // Waits until everything is in the file.
    [[nodiscard]] bool waitUntilSaved();
    // Continues and waits for the end.
    [[nodiscard]] bool write(qsizetype cursor, int tokens);

    QSettings settings;
    Preferences preferences;
    Document document;
    RunHistory runs;
    StoryReading reading;
    QThread storageThread;
    QThread engineThread;
    StorageWorker* storage;
    ScriptedGenerator* generator;
    AssistantService assistant;
    StoryWriter writer;
    ProjectController project;
    VoiceFit voice;
    ModelLibrary library; // in the folder; the machine is not measured
    Spelling spelling;    // of the dictionaries in the folder; there are none by themselves
};

} // namespace app
