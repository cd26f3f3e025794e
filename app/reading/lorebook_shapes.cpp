#include "app/reading/lorebook_shapes.h"

#include "app/reading/lore_keys.h"

#include <QJsonValue>

#include <algorithm>
#include <initializer_list>

namespace app {

namespace {

constexpr double kUnitsPerWord = 6; // NovelAI counts a range in characters

using Names = std::initializer_list<const char*>;

// The first of these names that is there and not null.
QJsonValue at(const QJsonObject& json, Names names) {
    for (const char* const name : names)
        if (const QJsonValue value = json.value(QLatin1String(name)); !value.isUndefined() && !value.isNull())
            return value;
    return QJsonValue(QJsonValue::Undefined);
}

// Reads fields, and notes if one is of a kind that it should not be.
class Fields {
public:
    explicit Fields(const QJsonObject& json)
        : m_json(json) {}

    [[nodiscard]] bool areAllFit() const { return m_areAllFit; }
    [[nodiscard]] bool has(Names names) const { return !at(m_json, names).isUndefined(); }
    QString text(Names names) {
        const QJsonValue value = at(m_json, names);
        note(value.isUndefined() || value.isString());
        return value.toString();
    }
    bool isTrue(Names names, bool otherwise) {
        const QJsonValue value = at(m_json, names);
        note(value.isUndefined() || value.isBool() || value.isDouble());
        return value.isDouble() ? value.toDouble() != 0 : value.toBool(otherwise);
    }
    double number(Names names, double otherwise) {
        const QJsonValue value = at(m_json, names);
        note(value.isUndefined() || value.isDouble());
        return value.toDouble(otherwise);
    }
    // Texts in an array, or one text with commas.
    QStringList keys(Names names) {
        const QJsonValue value = at(m_json, names);
        if (value.isString())
            return keysFromLine(value.toString());
        note(value.isUndefined() || value.isArray());
        QStringList keys;
        for (const auto& key : value.toArray()) {
            note(key.isString());
            if (const QString text = key.toString().trimmed(); !text.isEmpty())
                keys.append(text);
        }
        return keys;
    }

private:
    void note(bool isFit) { m_areAllFit = m_areAllFit && isFit; }

    const QJsonObject& m_json;
    bool m_areAllFit = true;
};

LorePlace placeOf(const QJsonObject& json) {
    if (const QJsonValue place = at(json, {"place"}); place.isString())
        return place.toString() == QLatin1String("note") ? LorePlace::Note : LorePlace::Top;
    // SillyTavern: 0 and 1 around the character at the top; 2 and 3 around the note; 4 some messages before
    // the end. NovelAI: a negative position counts from the end.
    if (const QJsonValue position = at(json, {"position"}); position.isDouble())
        return position.toInt() >= 2 ? LorePlace::Note : LorePlace::Top;
    const QJsonObject config = at(json, {"contextConfig"}).toObject();
    return at(config, {"insertionPosition"}).toInt() < -1 ? LorePlace::Note : LorePlace::Top;
}

int rangeOf(Fields& fields) {
    double words = fields.number({"rangeWords"}, LoreEntry::kRangeWords);
    if (!fields.has({"rangeWords"}) && fields.has({"searchRange"}))
        words = fields.number({"searchRange"}, 0) / kUnitsPerWord;
    return static_cast<int>(std::clamp(words, 1.0, double{LoreEntry::kMostRangeWords}));
}

} // namespace

std::optional<ShapedEntry> entryFromJson(const QJsonObject& json, const LoreShape& shape) {
    Fields fields(json);
    ShapedEntry shaped;
    LoreEntry& entry = shaped.entry;
    if (!fields.has({"text", "content", "entry"}))
        return std::nullopt;
    entry.text = fields.text({"text", "content", "entry"});
    entry.keys = fields.keys({"keys", "key"});
    entry.name = fields.text({"displayName", "name"});
    if (entry.name.isEmpty())
        entry.name = fields.text({"comment", "title"});
    if (entry.name.isEmpty())
        entry.name = entry.keys.value(0);
    entry.isOn = fields.isTrue({"on", "enabled"}, true) && !fields.isTrue({"disable", "widisabled"}, false);
    entry.isAlways = fields.isTrue({"always", "constant", "forceActivation"}, false);
    entry.matchesCase = fields.isTrue({"matchCase", "caseSensitive", "case_sensitive"}, false);
    entry.matchesWords = fields.isTrue({"wholeWords", "matchWholeWords"}, true);
    entry.rangeWords = rangeOf(fields);
    entry.place = placeOf(json);
    entry.group = fields.text({"group", "wigroup"});
    shaped.isExclusive = json.contains(QLatin1String("groupOverride")) && !entry.group.isEmpty();
    if (entry.group.isEmpty())
        entry.group = shape.categories.value(fields.text({"category"}));
    shaped.order = fields.number({"order", "insertion_order"}, 0);
    shaped.hasMoreKeys =
        fields.isTrue({"selective"}, false) && !fields.keys({"keysecondary", "secondary_keys"}).isEmpty();
    return fields.areAllFit() ? std::optional(shaped) : std::nullopt;
}

QJsonObject toJson(const LoreEntry& entry) {
    return QJsonObject{
        {QStringLiteral("name"), entry.name},
        {QStringLiteral("text"), entry.text},
        {QStringLiteral("keys"), QJsonArray::fromStringList(entry.keys)},
        {QStringLiteral("group"), entry.group},
        {QStringLiteral("on"), entry.isOn},
        {QStringLiteral("always"), entry.isAlways},
        {QStringLiteral("matchCase"), entry.matchesCase},
        {QStringLiteral("wholeWords"), entry.matchesWords},
        {QStringLiteral("rangeWords"), entry.rangeWords},
        {QStringLiteral("place"),
         entry.place == LorePlace::Note ? QStringLiteral("note") : QStringLiteral("top")},
    };
}

} // namespace app
