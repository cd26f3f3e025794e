// style_rules.h: what style sheets (CSS) say that matters to a story: italics, bold, centred lines, what is
// not
// shown, lists without bullets. Read are rules whose selectors name an element, a class, or an element with a
// class ("p", ".thought", "p.thought, em"), by their weight and order. Rules that depend on more (where an
// element stands, identifiers, states, several classes), at-rules and units are left out: a word too few in
// italics is better than a page of them.
// Cost: reading is linear, a look-up takes as long as the element has classes.
// Threads: values.
#pragma once

#include <QHash>
#include <QList>
#include <QString>
#include <QStringList>
#include <QStringView>

#include <optional>

namespace app {

// Absent: nothing is said.
struct ElementStyle {
    std::optional<bool> isEmphasis, isStrong, isCentred, isHidden, isUnmarked;

    // What `other` says counts.
    void refine(const ElementStyle& other);
    bool operator==(const ElementStyle&) const = default;
};

// "font-style: italic; text-align: center", as in an attribute.
[[nodiscard]] ElementStyle readDeclarations(QStringView declarations);

class StyleRules {
public:
    // A whole sheet, behind those before it. One of more than a megabyte is cut.
    void add(QStringView sheet);
    [[nodiscard]] ElementStyle styleOf(const QString& element, const QStringList& classes) const;

private:
    struct Rule {
        int order = 0;
        ElementStyle style;
    };
    void addRule(QStringView selectors, const ElementStyle& style);
    void apply(const QStringList& keys, ElementStyle& style) const;

    QHash<QString, QList<Rule>> m_rules; // by selector: "p", ".thought", "p.thought"
    int m_order = 0;
};

} // namespace app
