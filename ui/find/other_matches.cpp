#include "ui/find/other_matches.h"

#include <QHash>

#include <utility>

namespace ui {

void OtherMatches::setSource(std::unique_ptr<FindSource> source) { m_source = std::move(source); }

QStringList OtherMatches::readTexts(bool areWanted) {
    m_texts = m_source && areWanted ? m_source->texts() : QStringList();
    return m_texts;
}

void OtherMatches::set(const QList<QList<app::TextRange>>& found) {
    m_matches.clear();
    for (qsizetype text = 0; text < found.size(); ++text) {
        for (const app::TextRange& range : found[text]) {
            m_matches.append({text, range});
        }
    }
    leave();
}

void OtherMatches::show(qsizetype match) {
    m_source->show(m_matches[match].text, m_matches[match].range);
    m_shown = match;
}

OtherMatches::Replaced OtherMatches::replace(const QList<qsizetype>& matches, const Replacer& replacer) {
    QHash<qsizetype, QString> texts;
    int places = 0;
    for (auto match = matches.crbegin(); match != matches.crend(); ++match) { // from the end of each
        const auto& [number, range] = m_matches[*match];
        const QString& searched = m_texts[number];
        if (const auto text = replacer.replacementFor(searched, range)) {
            QString& changed = texts.contains(number) ? texts[number] : *texts.insert(number, searched);
            changed.replace(range.position, range.length, *text);
            ++places;
        }
    }
    if (places == 0) {
        return {};
    }
    return {places, m_source->replace(texts)};
}

} // namespace ui
