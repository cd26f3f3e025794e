#include "app/storage/tables/spelling_table.h"

#include "app/storage/columns/sql_text.h"

#include <array>

namespace app {

namespace {

using engine::Database;
using engine::Expected;

// Released migrations stay as they are; docs/formats/project.md explains the columns.
constexpr std::array kMigrations{
    engine::Migration{R"sql(
        CREATE TABLE spelling_choice(
            id INTEGER PRIMARY KEY CHECK(id = 1),
            language TEXT NOT NULL);
        CREATE TABLE spelling_ignored(
            number INTEGER PRIMARY KEY,
            word TEXT UNIQUE NOT NULL);
    )sql"},
};

} // namespace

SchemaComponent spellingTables() { return {"spelling", kMigrations}; }

Expected<SpellingChoice> readSpellingChoice(Database& database) {
    SpellingChoice choice;
    auto language = database.prepare("SELECT language FROM spelling_choice");
    if (!language)
        return failure(language.error());
    const auto row = language->step();
    if (!row)
        return failure(row.error());
    if (*row)
        choice.language = textColumn(*language, 0);
    auto words = database.prepare("SELECT word FROM spelling_ignored ORDER BY number");
    if (!words)
        return failure(words.error());
    auto more = words->step();
    for (; more && *more; more = words->step())
        choice.ignored.append(textColumn(*words, 0));
    return more ? Expected<SpellingChoice>(std::move(choice)) : failure(more.error());
}

Expected<void> replaceSpellingChoice(Database& database, const SpellingChoice& choice) {
    auto language = database.prepare("INSERT OR REPLACE INTO spelling_choice(id, language) VALUES (1, ?1)");
    if (!language)
        return failure(language.error());
    if (auto done = language->bind(1, utf8(choice.language)).run(); !done)
        return done;
    if (auto done = database.execute("DELETE FROM spelling_ignored"); !done)
        return done;
    auto insert = database.prepare("INSERT OR IGNORE INTO spelling_ignored(word) VALUES (?1)");
    if (!insert)
        return failure(insert.error());
    for (const QString& word : choice.ignored)
        if (auto done = insert->bind(1, utf8(word)).run(); !done)
            return done;
    return {};
}

} // namespace app
