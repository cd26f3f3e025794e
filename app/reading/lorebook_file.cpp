#include "app/reading/lorebook_file.h"

#include "app/reading/lorebook_shapes.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <cmath>
#include <optional>

namespace app {

namespace {

constexpr auto kVersionKey = "inkgateLorebook";
constexpr int kVersion = 1;

QString tr(const char* text, int n = -1) {
    return QCoreApplication::translate("app::LorebookFile", text, nullptr, n);
}

tl::unexpected<QString> refused(const char* sentence, const QString& name) {
    return tl::unexpected(tr(sentence).arg(name));
}

// An array as it is; an object's values in the order of their names, which are numbers.
std::optional<QJsonArray> listOf(const QJsonValue& value) {
    if (value.isArray())
        return value.toArray();
    if (!value.isObject())
        return std::nullopt;
    const QJsonObject object = value.toObject();
    QStringList names = object.keys();
    std::ranges::stable_sort(names, {}, [](const QString& name) { return name.toLongLong(); });
    QJsonArray list;
    for (const QString& name : std::as_const(names))
        list.append(object.value(name));
    return list;
}

// Where the programs of the field have their entries.
std::optional<QJsonArray> entriesOf(const QJsonDocument& document) {
    if (document.isArray())
        return document.array();
    const QJsonObject root = document.object();
    const QJsonObject card = root.value(QLatin1String("data")).toObject();
    for (const QJsonObject& holder : {root, root.value(QLatin1String("character_book")).toObject(),
                                      card.value(QLatin1String("character_book")).toObject(),
                                      root.value(QLatin1String("lorebook")).toObject()})
        for (const char* const key : {"entries", "worldinfo", "world_info"})
            if (auto list = listOf(holder.value(QLatin1String(key))))
                return list;
    return std::nullopt;
}

LoreShape shapeOf(const QJsonObject& root) {
    LoreShape shape;
    for (const auto& value : root.value(QLatin1String("categories")).toArray()) {
        const QJsonObject category = value.toObject();
        shape.categories.insert(category.value(QLatin1String("id")).toString(),
                                category.value(QLatin1String("name")).toString());
    }
    return shape;
}

// False if they are none.
bool addGroups(const QJsonObject& root, Lorebook& book) {
    const QJsonValue groups = root.value(QLatin1String("groups"));
    if (!groups.isUndefined() && !groups.isArray())
        return false;
    for (const auto& value : groups.toArray()) {
        const QJsonObject group = value.toObject();
        const QJsonValue name = group.value(QLatin1String("name"));
        const double most = group.value(QLatin1String("most")).toDouble(-1);
        if (!name.isString() || most < 0 || most > double{kMostLoreEntries} || most != std::floor(most))
            return false;
        book.setMost(name.toString(), static_cast<int>(most));
    }
    return true;
}

} // namespace

QByteArray writeLorebook(const Lorebook& book) {
    QJsonArray entries, groups;
    for (const LoreEntry& entry : book.entries)
        entries.append(toJson(entry));
    for (const LoreGroup& group : book.groups)
        groups.append(
            QJsonObject{{QStringLiteral("name"), group.name}, {QStringLiteral("most"), group.most}});
    return QJsonDocument(QJsonObject{{QLatin1String(kVersionKey), kVersion},
                                     {QStringLiteral("entries"), entries},
                                     {QStringLiteral("groups"), groups}})
        .toJson();
}

tl::expected<ReadLorebook, QString> readLorebook(const QByteArray& bytes, const QString& name) {
    if (bytes.size() > kMostLorebookBytes)
        return refused("%1 is too large for a lorebook.", name);
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(bytes, &error);
    if (error.error != QJsonParseError::NoError)
        return tl::unexpected(
            tr("%1 is no lorebook: at byte %2 it is no JSON any more.").arg(name).arg(error.offset));
    const QJsonObject root = document.object();
    if (root.value(QLatin1String(kVersionKey)).toInt(kVersion) > kVersion)
        return refused("%1 was written by a newer Inkgate. Update Inkgate to read it.", name);
    const auto list = entriesOf(document);
    if (!list)
        return refused("%1 is no lorebook: it has no entries.", name);
    if (list->size() > kMostLoreEntries)
        return refused("%1 has too many entries for a lorebook.", name);
    ReadLorebook read;
    const LoreShape shape = shapeOf(root);
    QList<ShapedEntry> entries;
    int narrowed = 0;
    for (qsizetype number = 0; number < list->size(); ++number) {
        const auto entry = entryFromJson((*list)[number].toObject(), shape);
        if (!entry)
            return tl::unexpected(
                tr("%1 is no lorebook: entry %2 has no text, or a part of it is of the wrong kind.")
                    .arg(name)
                    .arg(number + 1));
        narrowed += entry->hasMoreKeys ? 1 : 0;
        entries.append(*entry);
    }
    std::ranges::stable_sort(entries, {}, &ShapedEntry::order);
    for (const ShapedEntry& entry : std::as_const(entries)) {
        read.book.entries.append(entry.entry);
        if (entry.isExclusive)
            read.book.setMost(entry.entry.group, 1);
    }
    if (!addGroups(root, read.book))
        return refused("%1 is no lorebook: its groups are broken.", name);
    if (narrowed > 0)
        read.notice =
            tr("%n entry(s) asked for a second key besides; Inkgate has no such thing, so they fire "
               "on the first alone.",
               narrowed);
    return read;
}

Lorebook joined(const Lorebook& book, const Lorebook& added) {
    Lorebook result = book;
    result.entries += added.entries;
    for (const LoreGroup& group : added.groups)
        if (result.mostOf(group.name) == 0)
            result.setMost(group.name, group.most);
    return result;
}

} // namespace app
