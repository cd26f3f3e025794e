// project_content.h: what is in a project, and what can happen to it; the values between the GUI and the
// storage thread.
// Threads: values.
#pragma once

#include "app/document/editing_place.h"
#include "app/document/spanned_text.h"
#include "app/document/undo_steps.h"
#include "app/exchange/story/formatted_story.h"
#include "app/generation/gate_frames.h"
#include "app/generation/kept_state.h"
#include "app/generation/looks_back.h"
#include "app/notes/scene_note.h"
#include "app/reading/reading_settings.h"
#include "app/runs/run_record.h"
#include "app/spelling/spelling_choice.h"
#include "app/statistics/writing_day.h"
#include "app/versions/story_version.h"

#include <QList>
#include <QString>
#include <QStringList>

#include <optional>
#include <variant>

namespace app {

struct ProjectContent {
    SpannedText text;
    UndoHistory history;   // of the text
    QList<RunRecord> runs; // oldest first
    QList<RunId> runsWithGates;
    QList<KeptState> states;
    ReadingSettings reading;                  // what the model reads besides the text
    std::optional<EditingPlace> editingPlace; // where the writer was
    SpellingChoice spelling;
    StoredNotes notes;       // of scenes
    QList<WritingDay> days;  // what was written when, oldest first
    QString path;            // of the file; empty: in memory only
    bool isUntitled = false; // the writer has given it no name yet
    QString title;           // of one without a name that had one, or empty
    StoryDetails details;    // that an imported file says of itself
    QStringList recovered;   // at a start: projects that could not be saved in their place, the newest first
    QString notice;          // one sentence for the writer, or empty
    QString problem;         // not empty: nothing is saved, and this sentence says why
};

// All about a run but its tokens.
struct RunChanged {
    RunRecord record;
};

// What a run wrote since the last time.
struct RunGrown {
    RunId run = 0;
    QString text;
    QList<RunToken> tokens;
    GateFrames gates;
    QList<QByteArray> choices; // one per token, packed; or none
};

// Where a run's model looked back. Optional: a file that cannot take it goes on being saved without.
struct RunLooked {
    RunId run = 0;
    ReadChunks read; // what it had read; empty: nothing new
    qsizetype first = 0;
    QList<QByteArray> tokens; // from number `first` on, packed one by one
};

// A run as a whole with its tokens, in place of whatever the file has of it. Its gates are not touched.
struct RunRestored {
    RunRecord record;
    QList<QByteArray> choices; // one per token, packed; none: what the file has of them stays
};

// What the model remembers now, in place of what is kept of before. Optional: not writing it loses only time.
struct StatesChanged {
    QList<KeptState> states;
};

// The writer is at another place now.
struct PlaceChanged {
    EditingPlace place;
};

// What the story says about its spelling now.
struct SpellingChanged {
    SpellingChoice choice;
};

// So many megabytes of gates are kept from now on; 0: all.
struct GateBudgetChanged {
    int megabytes = 0;
};

// Notes, and days of the writing log.
struct NotebookChanged {
    std::optional<NotesChanged> notes;
    QList<WritingDay> days;
};

// Memory, author's note, lorebook and limit are these now.
struct ReadingChanged {
    ReadingSettings settings;
};

// UndoHistoryChange: the history belongs to the text as the edits before it have made it.
using ProjectOperation =
    std::variant<TextEdit, UndoHistoryChange, RunChanged, RunGrown, RunLooked, RunRestored, StatesChanged,
                 PlaceChanged, ReadingChanged, SpellingChanged, GateBudgetChanged, VersionKept, VersionNamed,
                 VersionDeleted, NotebookChanged>;

// A change of a run, or one as a whole.
[[nodiscard]] inline bool isOfRuns(const ProjectOperation& operation) {
    return std::holds_alternative<RunChanged>(operation) || std::holds_alternative<RunGrown>(operation) ||
           std::holds_alternative<RunLooked>(operation) || std::holds_alternative<RunRestored>(operation);
}

} // namespace app
