// odt_styles.h: what the styles of an OpenDocument text mean for a story.
// Threads: a value.
#pragma once

#include "app/exchange/story/formatted_story.h"
#include "app/exchange/story/list_labels.h"

#include <QByteArray>
#include <QHash>
#include <QString>

#include <optional>

class QXmlStreamReader;

namespace app {

struct OdtStyle {
    StoryBlock::Kind kind = StoryBlock::Kind::Paragraph;
    bool isTitle = false;
    bool isTight = false;
    bool isCentred = false;
    std::optional<bool> isEmphasis, isStrong; // what it says of the words in it
};

class OdtStyles {
public:
    // Styles of the writer's own, then those that the program made for single paragraphs (`isAutomatic`). Of
    // the first, emphasis counts for words only: a quotation in italics is no emphasis.
    void add(const QByteArray& xml, bool isAutomatic);
    [[nodiscard]] OdtStyle paragraph(const QString& name) const;
    [[nodiscard]] OdtStyle words(const QString& name) const;
    [[nodiscard]] QList<ListLevel> list(const QString& name) const { return m_lists.value(name); }

private:
    struct Entry {
        QString parent;
        bool isAutomatic = false, isTight = false;
        std::optional<bool> isEmphasis, isStrong;
        std::optional<bool> isCentred;
    };
    void addListLevel(const QXmlStreamReader& xml, const QString& list);

    QHash<QString, Entry> m_paragraphs, m_words;
    QHash<QString, QList<ListLevel>> m_lists;
};

} // namespace app
