// reading_settings.h: what the model reads besides the story, and how much of the story: what the writer
// keeps with a project. docs/reading.md says how a prompt is put together of it.
// Threads: values.
#pragma once

#include <QList>
#include <QString>
#include <QStringList>

namespace app {

// Where an entry that fires stands in the prompt.
enum class LorePlace {
    Top = 0, // above the story, below the memory: read anew with the whole story when it comes or goes
    Note = 1 // with the author's note, near the end: only the end is read anew
};           // stored: numbers are fixed

struct LoreEntry {
    static constexpr int kRangeWords = 400;
    static constexpr int kMostRangeWords = 20'000;

    QString name;
    QString text;     // what the model reads
    QStringList keys; // lore_keys.h
    QString group;    // empty: none
    bool isOn = true;
    bool isAlways = false; // fires without a key
    bool matchesCase = false;
    bool matchesWords = true;     // a keyword counts only as a whole word; expressions say so themselves
    int rangeWords = kRangeWords; // the keys are looked for in so many words before the cursor
    LorePlace place = LorePlace::Top;

    bool operator==(const LoreEntry&) const = default;
};

// Of the entries of a group that fire, at most so many are read: those that are always there, then those
// whose keys stand nearest to the cursor.
struct LoreGroup {
    QString name;
    int most = 0; // 0: all; 1: they exclude each other

    bool operator==(const LoreGroup&) const = default;
};

struct Lorebook {
    QList<LoreEntry> entries; // in the order in which the model reads them
    QList<LoreGroup> groups;  // those with a limit; a group without one need not be here

    [[nodiscard]] int mostOf(const QString& group) const;
    void setMost(const QString& group, int most);

    bool operator==(const Lorebook&) const = default;
};

struct ReadingSettings {
    static constexpr int kNoteDepth = 3;
    static constexpr int kMostNoteDepth = 200;
    static constexpr int kLeastLimit = 64;
    static constexpr int kMostLimit = 10'000'000;

    QString memory;             // above everything
    QString note;               // the author's note
    int noteDepth = kNoteDepth; // it stands above the last so many paragraphs; 1: above the one at the cursor
    int limit = 0;              // tokens of the story that are read, at most; 0: all before the cursor
    Lorebook lorebook;

    bool operator==(const ReadingSettings&) const = default;
};

// A story up to a place, and what is read with it: all that a prompt depends on but for the model.
struct PromptSource {
    QString story; // before the place
    ReadingSettings settings;
};

} // namespace app
