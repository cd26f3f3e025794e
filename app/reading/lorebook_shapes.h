// lorebook_shapes.h: one entry of a lorebook as JSON, in the names that the programs of the field use. The
// same thing has different names in them, but no name means two things.
// Threads: pure functions.
#pragma once

#include "app/reading/reading_settings.h"

#include <QHash>
#include <QJsonArray>
#include <QJsonObject>
#include <QString>

#include <optional>

namespace app {

// What it takes to read an entry.
struct LoreShape {
    QHash<QString, QString> categories; // NovelAI: names of groups by their ids
};

struct ShapedEntry {
    LoreEntry entry;
    double order = 0;         // among the entries of the file
    bool isExclusive = false; // its group lets only one in
    bool hasMoreKeys = false; // it needs others besides, which we do not have
};

// Nothing if it has no text, or a field of it is of another kind than it should be.
[[nodiscard]] std::optional<ShapedEntry> entryFromJson(const QJsonObject& json, const LoreShape& shape);
[[nodiscard]] QJsonObject toJson(const LoreEntry& entry);

} // namespace app
