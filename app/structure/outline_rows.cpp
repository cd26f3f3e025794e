#include "app/structure/outline_rows.h"

#include "app/structure/outline_edits.h"

#include <algorithm>

namespace app {

namespace {

constexpr qsizetype kLongestTitle = 60;

QString firstWords(QStringView body) {
    return body.first(std::min(body.size(), 3 * kLongestTitle)).toString().simplified().left(kLongestTitle);
}

class RowMaker {
public:
    RowMaker(const Outline& outline, QStringView text)
        : m_outline(outline)
        , m_text(text) {}

    QList<OutlineRow> make() {
        const QList<OutlineHead>& heads = m_outline.heads();
        if (heads.isEmpty())
            return {};
        if (hasBody(0))
            heads.first().isSceneBreak() ? addScene(0) : addBeginning();
        for (qsizetype head = 0; head < heads.size(); ++head) {
            if (heads[head].isSceneBreak()) {
                addScene(head + 1);
                continue;
            }
            addHeading(head);
            if (head + 1 < heads.size() && heads[head + 1].isSceneBreak() && hasBody(head + 1))
                addScene(head + 1);
        }
        return m_rows;
    }

private:
    [[nodiscard]] bool hasBody(qsizetype section) const { return m_outline.body(section, m_text).length > 0; }

    void addBeginning() {
        m_rows.append({OutlineRow::Kind::Beginning,
                       0,
                       0,
                       -1,
                       m_outline.body(0, m_text).position,
                       m_outline.words(0),
                       {}});
    }
    void addScene(qsizetype section) {
        const TextRange body = m_outline.body(section, m_text);
        m_rows.append({OutlineRow::Kind::Scene, section, section, m_above.isEmpty() ? -1 : m_above.last(),
                       body.position, m_outline.words(section),
                       firstWords(m_text.sliced(body.position, body.length))});
    }
    void addHeading(qsizetype head) {
        while (!m_above.isEmpty() &&
               m_outline.level(m_rows[m_above.last()].section - 1) >= m_outline.level(head))
            m_above.removeLast();
        OutlineRow row{OutlineRow::Kind::Heading,
                       head + 1,
                       subtreeEnd(m_outline, head),
                       m_above.isEmpty() ? -1 : m_above.last(),
                       m_outline.heads()[head].start,
                       0,
                       titleOf(m_outline.heads()[head], m_text)};
        for (qsizetype section = row.section; section <= row.lastSection; ++section)
            row.words += m_outline.words(section);
        m_above.append(m_rows.size());
        m_rows.append(row);
    }

    const Outline& m_outline;
    QStringView m_text;
    QList<OutlineRow> m_rows;
    QList<qsizetype> m_above; // headings that the next row may belong to
};

} // namespace

QList<OutlineRow> outlineRows(const Outline& outline, QStringView text) {
    return RowMaker(outline, text).make();
}

qsizetype rowOfSection(const QList<OutlineRow>& rows, qsizetype section) {
    qsizetype found = -1;
    for (qsizetype row = 0; row < rows.size() && rows[row].section <= section; ++row)
        if (section <= rows[row].lastSection)
            found = row;
    return found;
}

} // namespace app
