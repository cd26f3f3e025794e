#include "app/exchange/html/style_rules.h"

#include <algorithm>
#include <utility>

namespace app {

namespace {

constexpr qsizetype kLongestSheet = 1'000'000;
constexpr int kMostRules = 20'000;

// The sheet without its comments.
QString withoutComments(QStringView sheet) {
    QString text;
    for (qsizetype at = 0; at < sheet.size();) {
        const qsizetype comment = sheet.indexOf(u"/*", at);
        text += sheet.sliced(at, (comment < 0 ? sheet.size() : comment) - at);
        if (comment < 0)
            break;
        const qsizetype end = sheet.indexOf(u"*/", comment + 2);
        text += u' ';
        at = end < 0 ? sheet.size() : end + 2;
    }
    return text;
}

// Behind the brace that closes the one at `open`.
qsizetype behindBlock(QStringView text, qsizetype open) {
    int depth = 0;
    for (qsizetype at = open; at < text.size(); ++at) {
        if (text[at] == u'{')
            ++depth;
        else if (text[at] == u'}' && --depth == 0)
            return at + 1;
    }
    return text.size();
}

bool isName(QStringView text) {
    return !text.isEmpty() && std::all_of(text.begin(), text.end(), [](QChar unit) {
        return unit.isLetterOrNumber() || unit == u'-' || unit == u'_';
    });
}

std::optional<bool> italic(QStringView value) {
    if (value.contains(u"italic") || value.contains(u"oblique"))
        return true;
    return value.contains(u"normal") ? std::optional(false) : std::nullopt;
}

std::optional<bool> bold(QStringView value) {
    if (value.startsWith(u"bold"))
        return true;
    if (value == u"normal" || value == u"lighter")
        return false;
    bool isNumber = false;
    const int weight = value.toInt(&isNumber);
    return isNumber ? std::optional(weight >= 600) : std::nullopt;
}

void readDeclaration(const QString& property, const QString& value, ElementStyle& style) {
    if (property == u"font-style") {
        style.isEmphasis = italic(value);
    } else if (property == u"font-weight") {
        style.isStrong = bold(value);
    } else if (property == u"font") { // says all at once; what it leaves out is normal
        style.isEmphasis = italic(value).value_or(false);
        const QStringList words = value.split(u' ', Qt::SkipEmptyParts);
        style.isStrong = std::any_of(words.begin(), words.end(),
                                     [](const QString& word) { return bold(word).value_or(false); });
    } else if (property == u"text-align") {
        style.isCentred = value == u"center";
    } else if (property == u"display") {
        style.isHidden = value == u"none";
    } else if (property == u"visibility") {
        if (value == u"hidden")
            style.isHidden = true;
    } else if (property == u"list-style-type" || property == u"list-style") {
        style.isUnmarked = value.startsWith(u"none");
    }
}

} // namespace

void ElementStyle::refine(const ElementStyle& other) {
    const auto take = [](std::optional<bool>& own, const std::optional<bool>& wanted) {
        if (wanted)
            own = wanted;
    };
    take(isEmphasis, other.isEmphasis);
    take(isStrong, other.isStrong);
    take(isCentred, other.isCentred);
    take(isHidden, other.isHidden);
    take(isUnmarked, other.isUnmarked);
}

ElementStyle readDeclarations(QStringView declarations) {
    ElementStyle style;
    for (const QStringView declaration : declarations.split(u';')) {
        const qsizetype colon = declaration.indexOf(u':');
        if (colon < 0)
            continue;
        QString value = declaration.sliced(colon + 1).toString().toLower().simplified();
        if (value.endsWith(u"!important"))
            value = value.chopped(10).trimmed();
        ElementStyle own;
        readDeclaration(declaration.first(colon).trimmed().toString().toLower(), value, own);
        style.refine(own);
    }
    return style;
}

void StyleRules::add(QStringView sheet) {
    const QString text = withoutComments(sheet.first(std::min(sheet.size(), kLongestSheet)));
    const QStringView view(text);
    for (qsizetype at = 0; at < view.size() && m_order < kMostRules;) {
        const qsizetype open = view.indexOf(u'{', at);
        const qsizetype semicolon = view.indexOf(u';', at);
        const bool isAtRule = view.sliced(at).trimmed().startsWith(u'@');
        if (isAtRule && semicolon >= 0 && (open < 0 || semicolon < open)) { // @import, @charset
            at = semicolon + 1;
            continue;
        }
        if (open < 0)
            break;
        const qsizetype end = behindBlock(view, open);
        if (!isAtRule) {
            const ElementStyle style =
                readDeclarations(view.sliced(open + 1, std::max<qsizetype>(end - open - 2, 0)));
            if (style != ElementStyle())
                addRule(view.sliced(at, open - at), style);
        }
        at = end;
    }
}

void StyleRules::addRule(QStringView selectors, const ElementStyle& style) {
    ++m_order;
    for (const QStringView each : selectors.split(u',')) {
        const QStringView selector = each.trimmed();
        const qsizetype dot = selector.indexOf(u'.');
        const QStringView element = dot < 0 ? selector : selector.first(dot);
        const QStringView name = dot < 0 ? QStringView() : selector.sliced(dot + 1);
        const bool isKnown =
            (element.isEmpty() || isName(element)) && (dot < 0 || isName(name)) && !selector.isEmpty();
        if (!isKnown)
            continue;
        QString key = element.toString().toLower();
        if (dot >= 0)
            key += u'.' + name.toString();
        m_rules[key].append({m_order, style});
    }
}

void StyleRules::apply(const QStringList& keys, ElementStyle& style) const {
    QList<Rule> rules;
    for (const QString& key : keys)
        rules += m_rules.value(key);
    std::stable_sort(rules.begin(), rules.end(),
                     [](const Rule& a, const Rule& b) { return a.order < b.order; });
    for (const Rule& rule : std::as_const(rules))
        style.refine(rule.style);
}

ElementStyle StyleRules::styleOf(const QString& element, const QStringList& classes) const {
    ElementStyle style;
    if (m_rules.isEmpty())
        return style;
    QStringList ofClass;
    QStringList ofBoth;
    for (const QString& name : classes) {
        if (name.isEmpty())
            continue;
        ofClass.append(u'.' + name);
        ofBoth.append(element + u'.' + name);
    }
    apply({element}, style);
    apply(ofClass, style);
    apply(ofBoth, style);
    return style;
}

} // namespace app
