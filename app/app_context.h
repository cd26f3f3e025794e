// app_context.h: what the windows get to work with. main.cpp makes the parts and outlives the windows.
// Threads: GUI thread only.
#pragma once

namespace app {

class AssistantService;
class Document;
class ModelCatalog;
class ModelLibrary;
class Preferences;
class ProjectController;
class RunHistory;
class Spelling;
class StoryReading;
class StoryWriter;
class VoiceFit;

struct AppContext {
    Document& document;          // app/document/document.h: text, origins, undo
    ProjectController& project;  // app/project/project_controller.h: open, save as, autosave
    StoryWriter& writer;         // app/writing/story_writer.h: continue, stop, retry, compare
    AssistantService& assistant; // app/assistant/assistant_service.h: which model is loaded
    RunHistory& runs;            // app/runs/run_history.h: tokens and gates of every run
    StoryReading& reading;       // app/reading/story_reading.h: memory, note, lorebook, limit
    ModelCatalog& models;        // app/models/model_catalog.h: what can be chosen
    Preferences& preferences;    // app/preferences/preferences.h
    VoiceFit& voice;             // app/voice/voice_fit.h: fits a gate to the writer's text
    Spelling& spelling;          // app/spelling/spelling.h: words that no dictionary has
    ModelLibrary& library;       // app/library/model_library.h: models that can be downloaded
};

} // namespace app
