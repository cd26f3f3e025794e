// page_reader.h: elements and words of an HTML page become blocks of a story. html_reader.cpp gives it the
// events of libxml2's parser, which closes what is left open, so begin and end always match.
// Threads: one at a time.
#pragma once

#include "app/exchange/html/html_format.h"
#include "app/exchange/html/style_rules.h"
#include "app/exchange/story/list_labels.h"

#include <QHash>
#include <QList>
#include <QString>

namespace app {

class PageReader {
public:
    using Attributes = QHash<QString, QString>;

    // All outlive it.
    PageReader(StoryBuilder& builder, LeftOut& leftOut, const SheetReader& sheets)
        : m_builder(builder)
        , m_leftOut(leftOut)
        , m_sheets(sheets) {}

    void begin(const QString& name, const Attributes& attributes);
    void end(const QString& name);
    void text(const QString& text);
    void styleText(const QString& text) { // of <style>
        if (m_isStyle)
            m_styleText += text;
    }
    [[nodiscard]] PageFacts facts() const {
        PageFacts facts = m_facts;
        facts.details.title = facts.details.title.simplified();
        return facts;
    }

private:
    struct Element {
        QString name;
        bool isEmphasis = false, isStrong = false, isCentred = false; // in force before it
    };
    struct OpenList {
        ListNumbers numbers = ListNumbers::Bullet;
        int next = 1;
    };

    void readMeta(const Attributes& attributes);
    void beginBlock(const QString& name, const Attributes& attributes, const ElementStyle& style);
    void beginList(const QString& name, const Attributes& attributes, bool isUnmarked);
    [[nodiscard]] QString itemLabel(const Attributes& attributes);
    void readStyle(const QString& name, const ElementStyle& style);
    [[nodiscard]] ElementStyle styleOf(const QString& name, const Attributes& attributes) const;
    void readLink(const Attributes& attributes);
    bool skips(const QString& name, const Attributes& attributes);

    StoryBuilder& m_builder;
    LeftOut& m_leftOut;
    const SheetReader& m_sheets;
    PageFacts m_facts;
    StyleRules m_rules;
    QString m_styleText;
    QList<Element> m_open;
    QList<OpenList> m_lists;
    int m_skipped = 0; // elements that are open from one that is skipped on
    int m_quotations = 0;
    int m_preformatted = 0;
    int m_cells = 0; // of the open row
    bool m_isInRow = false;
    bool m_isTitle = false;
    bool m_isOurs = false;
    bool m_isSpaceDue = false;
    bool m_isStyle = false; // in <style>
    bool m_isEmphasis = false, m_isStrong = false, m_isCentred = false;
};

} // namespace app
