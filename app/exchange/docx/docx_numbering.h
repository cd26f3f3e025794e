// docx_numbering.h: the lists of a Word document (numbering.xml): which numbers or bullets their items have.
// Threads: a value.
#pragma once

#include "app/exchange/story/list_labels.h"

#include <QByteArray>
#include <QHash>
#include <QString>

class QXmlStreamReader;

namespace app {

class DocxNumbering {
public:
    // What cannot be read is left out; its items are then those of a list without numbers.
    explicit DocxNumbering(const QByteArray& numberingXml);

    [[nodiscard]] bool contains(const QString& list) const { return m_lists.contains(list); }
    // The level that a style stands for; 0 if it names none.
    [[nodiscard]] int levelOf(const QString& list, const QString& style) const;
    // The label of the next item. Lists of one definition count on from each other, unless they say
    // otherwise.
    [[nodiscard]] QString next(const QString& list, int level);

private:
    struct Definition {
        QList<ListLevel> levels;
        QHash<QString, int> levelsOfStyles;
    };
    struct List {
        QString definition;
        QHash<int, int> starts; // of levels that begin anew
        bool isBegun = false;
    };

    void readDefinition(QXmlStreamReader& xml);
    void readList(QXmlStreamReader& xml);

    QHash<QString, Definition> m_definitions;
    QHash<QString, List> m_lists;
    QHash<QString, ListCounter> m_counters; // by definition
};

} // namespace app
