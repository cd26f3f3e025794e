// story_version.h: a version of the story, kept in its project (docs/formats/project.md, story_version), and
// what can happen to versions.
// Threads: values.
#pragma once

#include "app/document/spanned_text.h"

#include <QDateTime>
#include <QList>
#include <QString>

namespace app {

// Names a version within its project; counts from 1, never again.
using VersionId = qint64;

// Why it was kept. Stored in project files: the numbers are fixed.
enum class VersionCause : quint8 {
    SessionStart = 0, // before the first change after the project was opened
    HalfHour = 1,     // half an hour of changes after the version before
    BeforeReplaceAll = 2,
    BeforeRestore = 3,
    Named = 4, // by the writer
};

// What is known of a version without reading its text.
struct StoryVersion {
    VersionId id = 0;
    QDateTime keptAt; // UTC
    VersionCause cause = VersionCause::Named;
    QString name; // empty: none
    int words = 0;
    qint64 units = 0;

    // One with a name goes only when the writer deletes it.
    [[nodiscard]] bool isAutomatic() const { return cause != VersionCause::Named && name.isEmpty(); }
    bool operator==(const StoryVersion&) const = default;
};

struct VersionList {
    QList<StoryVersion> versions; // newest first, without the deleted ones
    int damaged = 0;              // rows that cannot be read
    QString problem;              // one sentence if something cannot be read, or empty
};

struct VersionText {
    SpannedText text;
    bool isWhole = true; // false: damaged parts are left out
};

// The text as it is at this place among the operations becomes a version. An automatic one is left out if it
// would be the same as the newest.
struct VersionKept {
    VersionCause cause = VersionCause::Named;
    QString name;
    QDateTime keptAt;
};

struct VersionNamed {
    VersionId version = 0;
    QString name;
};

// A deleted version can be brought back until the next session's first change.
struct VersionDeleted {
    VersionId version = 0;
    bool isDeleted = true;
};

} // namespace app
