#include "app/storage/tables/reading_table.h"

#include "app/storage/columns/sql_text.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace app {

namespace {

using engine::Database;
using engine::Expected;

// Released migrations stay as they are; docs/formats/project.md explains the columns.
constexpr std::array kMigrations{
    engine::Migration{R"sql(
        CREATE TABLE reading_setting(
            id INTEGER PRIMARY KEY CHECK(id = 1),
            memory TEXT NOT NULL,
            note TEXT NOT NULL,
            note_depth INTEGER NOT NULL,
            token_limit INTEGER NOT NULL);
        CREATE TABLE lore_entry(
            number INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            text TEXT NOT NULL,
            keys TEXT NOT NULL,
            group_name TEXT NOT NULL,
            is_on INTEGER NOT NULL,
            is_always INTEGER NOT NULL,
            matches_case INTEGER NOT NULL,
            matches_words INTEGER NOT NULL,
            range_words INTEGER NOT NULL,
            place INTEGER NOT NULL);
        CREATE TABLE lore_group(
            name TEXT PRIMARY KEY,
            most INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE run_reading(
            run INTEGER PRIMARY KEY REFERENCES story_run(id) ON DELETE CASCADE,
            place INTEGER NOT NULL,
            parts TEXT NOT NULL);
    )sql"},
};

std::string jsonText(const QJsonArray& array) {
    return QJsonDocument(array).toJson(QJsonDocument::Compact).toStdString();
}

QJsonArray arrayColumn(const engine::Statement& row, int column) {
    const auto text = row.text(column);
    return QJsonDocument::fromJson(QByteArray(text.data(), static_cast<qsizetype>(text.size()))).array();
}

int bounded(std::int64_t number, int least, int most) {
    return static_cast<int>(std::clamp<std::int64_t>(number, least, most));
}

// --- the lorebook -------------------------------------------------

LoreEntry entryOf(const engine::Statement& row) {
    LoreEntry entry;
    entry.name = textColumn(row, 0);
    entry.text = textColumn(row, 1);
    for (const auto& key : arrayColumn(row, 2))
        entry.keys.append(key.toString());
    entry.group = textColumn(row, 3);
    entry.isOn = row.integer(4) != 0;
    entry.isAlways = row.integer(5) != 0;
    entry.matchesCase = row.integer(6) != 0;
    entry.matchesWords = row.integer(7) != 0;
    entry.rangeWords = bounded(row.integer(8), 1, LoreEntry::kMostRangeWords);
    entry.place = row.integer(9) == static_cast<int>(LorePlace::Note) ? LorePlace::Note : LorePlace::Top;
    return entry;
}

Expected<Lorebook> readLore(Database& database) {
    Lorebook book;
    auto entries = database.prepare("SELECT name, text, keys, group_name, is_on, is_always, matches_case, "
                                    "matches_words, range_words, place FROM lore_entry ORDER BY number");
    if (!entries)
        return failure(entries.error());
    auto more = entries->step();
    for (; more && *more; more = entries->step())
        book.entries.append(entryOf(*entries));
    if (!more)
        return failure(more.error());
    auto groups = database.prepare("SELECT name, most FROM lore_group ORDER BY name");
    if (!groups)
        return failure(groups.error());
    more = groups->step();
    for (; more && *more; more = groups->step())
        book.groups.append({textColumn(*groups, 0), bounded(groups->integer(1), 0, 1'000'000)});
    return more ? Expected<Lorebook>(std::move(book)) : failure(more.error());
}

Expected<void> writeEntry(Database& database, qsizetype number, const LoreEntry& entry) {
    auto insert =
        database.prepare("INSERT OR REPLACE INTO lore_entry(number, name, text, keys, group_name, is_on, "
                         "is_always, matches_case, matches_words, range_words, place) "
                         "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");
    if (!insert)
        return failure(insert.error());
    insert->bind(1, number)
        .bind(2, utf8(entry.name))
        .bind(3, utf8(entry.text))
        .bind(4, jsonText(QJsonArray::fromStringList(entry.keys)))
        .bind(5, utf8(entry.group))
        .bind(6, entry.isOn ? 1 : 0)
        .bind(7, entry.isAlways ? 1 : 0)
        .bind(8, entry.matchesCase ? 1 : 0)
        .bind(9, entry.matchesWords ? 1 : 0)
        .bind(10, entry.rangeWords)
        .bind(11, static_cast<int>(entry.place));
    return insert->run();
}

Expected<void> writeEntries(Database& database, const QList<LoreEntry>& before,
                            const QList<LoreEntry>& entries) {
    for (qsizetype number = 0; number < entries.size(); ++number)
        if (number >= before.size() || before[number] != entries[number])
            if (auto done = writeEntry(database, number, entries[number]); !done)
                return done;
    if (before.size() <= entries.size())
        return {};
    auto remove = database.prepare("DELETE FROM lore_entry WHERE number >= ?1");
    return remove ? remove->bind(1, entries.size()).run() : failure(remove.error());
}

Expected<void> writeGroups(Database& database, const QList<LoreGroup>& groups) {
    if (auto done = database.execute("DELETE FROM lore_group"); !done)
        return done;
    auto insert = database.prepare("INSERT OR REPLACE INTO lore_group(name, most) VALUES (?1, ?2)");
    if (!insert)
        return failure(insert.error());
    for (const LoreGroup& group : groups)
        if (auto done = insert->bind(1, utf8(group.name)).bind(2, group.most).run(); !done)
            return done;
    return {};
}

// --- what runs read -------------------------------------------------

QJsonObject toJson(const PromptPart& part) {
    QJsonObject json{{QStringLiteral("kind"), static_cast<int>(part.kind)},
                     {QStringLiteral("start"), part.start},
                     {QStringLiteral("length"), part.length},
                     {QStringLiteral("tokens"), part.tokens},
                     {QStringLiteral("inStory"), part.inStory}};
    if (part.kind == PromptPart::Kind::Lore) {
        json.insert(QStringLiteral("entry"), part.entry);
        json.insert(QStringLiteral("name"), part.name);
        json.insert(QStringLiteral("key"), part.key);
        json.insert(QStringLiteral("keyLength"), part.keyLength);
    }
    return json;
}

PromptPart partFromJson(const QJsonObject& json) {
    const auto number = [&json](const char* name) { return json.value(QLatin1String(name)).toInteger(-1); };
    PromptPart part;
    part.kind =
        static_cast<PromptPart::Kind>(bounded(number("kind"), 0, static_cast<int>(PromptPart::Kind::Story)));
    part.start = std::max<qint64>(number("start"), 0);
    part.length = std::max<qint64>(number("length"), 0);
    part.tokens = bounded(number("tokens"), 0, std::numeric_limits<int>::max());
    part.inStory = number("inStory");
    part.keyLength = std::max<qint64>(number("keyLength"), 0);
    part.entry = number("entry");
    part.name = json.value(QLatin1String("name")).toString();
    part.key = json.value(QLatin1String("key")).toString();
    return part;
}

} // namespace

SchemaComponent readingTables() { return {"reading", kMigrations}; }

Expected<ReadingSettings> readReading(Database& database) {
    ReadingSettings settings;
    auto query = database.prepare("SELECT memory, note, note_depth, token_limit FROM reading_setting");
    if (!query)
        return failure(query.error());
    const auto row = query->step();
    if (!row)
        return failure(row.error());
    if (*row) {
        settings.memory = textColumn(*query, 0);
        settings.note = textColumn(*query, 1);
        settings.noteDepth = bounded(query->integer(2), 1, ReadingSettings::kMostNoteDepth);
        if (query->integer(3) > 0)
            settings.limit =
                bounded(query->integer(3), ReadingSettings::kLeastLimit, ReadingSettings::kMostLimit);
    }
    auto lore = readLore(database);
    if (!lore)
        return failure(lore.error());
    settings.lorebook = std::move(*lore);
    return settings;
}

Expected<void> writeReading(Database& database, const ReadingSettings& before,
                            const ReadingSettings& settings) {
    auto insert = database.prepare("INSERT OR REPLACE INTO reading_setting(id, memory, note, note_depth, "
                                   "token_limit) VALUES (1, ?1, ?2, ?3, ?4)");
    if (!insert)
        return failure(insert.error());
    insert->bind(1, utf8(settings.memory)).bind(2, utf8(settings.note)).bind(3, settings.noteDepth);
    if (auto done = insert->bind(4, settings.limit).run(); !done)
        return done;
    if (auto done = writeEntries(database, before.lorebook.entries, settings.lorebook.entries); !done)
        return done;
    if (before.lorebook.groups == settings.lorebook.groups)
        return {};
    return writeGroups(database, settings.lorebook.groups);
}

Expected<void> writeRunReading(Database& database, const RunRecord& run) {
    if (run.promptParts.isEmpty())
        return {};
    QJsonArray parts;
    for (const PromptPart& part : run.promptParts)
        parts.append(toJson(part));
    auto insert =
        database.prepare("INSERT OR REPLACE INTO run_reading(run, place, parts) VALUES (?1, ?2, ?3)");
    if (!insert)
        return failure(insert.error());
    return insert->bind(1, run.id).bind(2, run.place).bind(3, jsonText(parts)).run();
}

Expected<QHash<RunId, RunReading>> readRunReadings(Database& database) {
    auto rows = database.prepare("SELECT run, place, parts FROM run_reading");
    if (!rows)
        return failure(rows.error());
    QHash<RunId, RunReading> readings;
    auto more = rows->step();
    for (; more && *more; more = rows->step()) {
        RunReading reading;
        reading.place = std::max<std::int64_t>(rows->integer(1), 0);
        for (const auto& part : arrayColumn(*rows, 2))
            reading.parts.append(partFromJson(part.toObject()));
        readings.insert(rows->integer(0), reading);
    }
    if (!more)
        return failure(more.error());
    return readings;
}

} // namespace app
