// include_rules.h: who may include whom: the table of docs/architecture.md, and the rules beside it. Paths
// are from the repository root.
// Threads: the test's.
#pragma once

#include <QHash>
#include <QString>
#include <QStringList>

#include <optional>

namespace rules {

struct Include {
    QString name;  // between the quotes or brackets
    bool isQuoted; // "name" rather than <name>
};

// The word in the row of a room that no rule holds.
inline const QString kAnything = QStringLiteral("anything");

[[nodiscard]] QString sourceRoot();
// The table of docs/architecture.md: rooms, as paths, and those that each may include. A room always sees
// itself; one of a single file is named by the file. Empty if the page cannot be read.
[[nodiscard]] const QHash<QString, QStringList>& rooms();
[[nodiscard]] QString area(const QString& path); // its first folder
// True for engine, app, ui and tests.
[[nodiscard]] bool isRootFolder(const QString& folder);
// The rule that `include` breaks in the file at `path`, if it breaks one.
[[nodiscard]] std::optional<QString> brokenRule(const QString& path, const Include& include);

} // namespace rules
