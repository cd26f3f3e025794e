#include "app/structure/outline_edits.h"

#include <algorithm>
#include <utility>

namespace app {

namespace {

const QString kGap = QStringLiteral("\n\n");
const QString kUsualBreak = QStringLiteral("* * *");

// A piece of text that is put together, with its origins.
class Passage {
public:
    Passage& add(const SpannedText& story, qsizetype from, qsizetype to) {
        m_text += QStringView(story.text()).sliced(from, to - from);
        for (const Span& span : story.spansOf({from, to - from}))
            appendSpan(m_spans, span);
        return *this;
    }
    Passage& add(const QString& typed) {
        m_text += typed;
        appendSpan(m_spans, Span{typed.size(), Origin::Typed});
        return *this;
    }
    Passage& add(const Passage& other) {
        m_text += other.m_text;
        for (const Span& span : other.m_spans)
            appendSpan(m_spans, span);
        return *this;
    }
    [[nodiscard]] const QString& text() const { return m_text; }
    [[nodiscard]] TextEdit at(qsizetype position, qsizetype removedLength = 0) const {
        return {position, removedLength, m_text, m_spans};
    }

private:
    QString m_text;
    QList<Span> m_spans;
};

qsizetype trimmedEnd(QStringView text, qsizetype end) {
    while (end > 0 && text[end - 1].isSpace())
        --end;
    return end;
}

bool isSceneHead(const Outline& outline, qsizetype head) {
    return head >= 0 && head < outline.heads().size() && outline.heads()[head].isSceneBreak();
}

// Removes a range and puts `passage` where `position` was, outside of it.
QList<TextEdit> moved(const TextRange& range, qsizetype position, const Passage& passage) {
    const qsizetype target = position >= range.end() ? position - range.length : position;
    return {TextEdit{range.position, range.length, QString(), {}}, passage.at(target)};
}

// What stands between two scenes, with line ends around the break.
Passage separator(const SpannedText& story, qsizetype from, qsizetype to) {
    Passage between;
    const QStringView text = QStringView(story.text()).sliced(from, to - from);
    if (text.isEmpty() || !endsLine(text.front()))
        between.add(kGap);
    between.add(story, from, to);
    if (text.isEmpty() || !endsLine(text.back()))
        between.add(kGap);
    return between;
}

struct TakenScene {
    TextRange range; // with the break that goes along
    Passage words, between;
};

std::optional<TakenScene> takeScene(const SpannedText& story, const Outline& outline, qsizetype section) {
    const QString& text = story.text();
    const TextRange body = outline.body(section, text);
    if (body.length == 0)
        return std::nullopt;
    TakenScene scene;
    scene.words.add(story, body.position, body.end());
    if (isSceneHead(outline, section - 1)) {
        const qsizetype before = outline.body(section - 1, text).end();
        scene.range = {before, body.end() - before};
        scene.between = separator(story, before, body.position);
        return scene;
    }
    if (!isSceneHead(outline, section))
        return std::nullopt; // the only one of its chapter
    const qsizetype next = outline.body(section + 1, text).position;
    scene.range = {body.position, next - body.position};
    scene.between = separator(story, body.end(), next);
    return scene;
}

QString sceneBreakOf(const SpannedText& story, const Outline& outline) {
    for (const OutlineHead& head : outline.heads())
        if (head.isSceneBreak())
            return story.text().sliced(head.start, head.end - head.start).trimmed();
    return kUsualBreak;
}

} // namespace

qsizetype subtreeEnd(const Outline& outline, qsizetype head) {
    qsizetype end = head + 1;
    while (end < outline.heads().size() && outline.level(end) > outline.level(head))
        ++end;
    return end;
}

qsizetype chapterOf(const Outline& outline, qsizetype section) {
    while (section > 0 && outline.heads()[section - 1].isSceneBreak())
        --section;
    return section;
}

OutlineEdits moveChapter(const SpannedText& story, const Outline& outline, qsizetype head, qsizetype before) {
    const QList<OutlineHead>& heads = outline.heads();
    if (head < 0 || head >= heads.size() || !heads[head].isHeading() || before < 0 || before > heads.size())
        return std::nullopt;
    while (before < heads.size() && outline.level(before) > outline.level(head))
        ++before;
    const qsizetype end = subtreeEnd(outline, head);
    if (before >= head && before <= end)
        return std::nullopt;
    const QStringView text = story.text();
    const qsizetype start = heads[head].start;
    const bool isLast = end == heads.size();
    const qsizetype behind = isLast ? text.size() : heads[end].start;
    const qsizetype wordsEnd = trimmedEnd(text, behind);
    const qsizetype wordsBefore = trimmedEnd(text, start);
    // The gap that goes along is the one behind; of the last chapter the one before.
    const TextRange range =
        isLast ? TextRange{wordsBefore, wordsEnd - wordsBefore} : TextRange{start, behind - start};
    Passage gap;
    isLast ? gap.add(story, wordsBefore, start) : gap.add(story, wordsEnd, behind);
    if (gap.text().isEmpty())
        gap.add(kGap);
    Passage passage;
    if (before < heads.size())
        return moved(range, heads[before].start, passage.add(story, start, wordsEnd).add(gap));
    return moved(range, trimmedEnd(text, text.size()), passage.add(gap).add(story, start, wordsEnd));
}

OutlineEdits moveScene(const SpannedText& story, const Outline& outline, qsizetype section, qsizetype target,
                       ScenePlace place) {
    if (section < 0 || section >= outline.sections() || target < 0 || target >= outline.sections())
        return std::nullopt;
    const bool isFirst = !isSceneHead(outline, target - 1);
    if (place == ScenePlace::Before && !isFirst) {
        --target;
        place = ScenePlace::Behind;
    }
    const bool standsBehind = target == section - 1 && isSceneHead(outline, section - 1);
    if (target == section || (place == ScenePlace::Behind && standsBehind))
        return std::nullopt;
    const auto scene = takeScene(story, outline, section);
    if (!scene)
        return std::nullopt;
    const TextRange body = outline.body(target, story.text());
    Passage passage;
    if (body.length == 0 && target == 0)
        return moved(scene->range, 0, passage.add(scene->words).add(kGap));
    if (body.length == 0)
        return moved(scene->range, body.position, passage.add(kGap).add(scene->words));
    if (place == ScenePlace::Before)
        return moved(scene->range, body.position, passage.add(scene->words).add(scene->between));
    return moved(scene->range, body.end(), passage.add(scene->between).add(scene->words));
}

OutlineEdits splitScene(const SpannedText& story, const Outline& outline, qsizetype position) {
    const QStringView text = story.text();
    position = story.snapped(position);
    const TextRange body = outline.body(outline.sectionAt(position), text);
    if (position <= body.position || position >= body.end())
        return std::nullopt;
    qsizetype from = position, to = position;
    while (from > body.position && text[from - 1].isSpace())
        --from;
    while (to < body.end() && text[to].isSpace())
        ++to;
    if (from == body.position)
        return std::nullopt;
    Passage between;
    between.add(kGap + sceneBreakOf(story, outline) + kGap);
    return QList<TextEdit>{between.at(from, to - from)};
}

OutlineEdits beginChapter(const SpannedText& story, const Outline& outline, qsizetype position,
                          const QString& title) {
    const QString words = title.simplified();
    if (words.isEmpty())
        return std::nullopt;
    const QStringView text = story.text();
    position = story.snapped(position);
    const qsizetype section = outline.sectionAt(position);
    const qsizetype chapter = chapterOf(outline, section);
    const int level = chapter > 0 ? outline.level(chapter - 1) : 1;
    const QString heading = QString(level, u'#') + u' ' + words;
    const TextRange body = outline.body(section, text);
    Passage passage;
    if (position <= body.position && body.length > 0)
        return QList<TextEdit>{passage.add(heading + kGap).at(body.position)};
    if (position >= body.end()) {
        const bool isEnd = outline.end(section, text.size()) == text.size();
        passage.add((body.end() > 0 ? kGap : QString()) + heading + (isEnd ? kGap : QString()));
        const qsizetype removed = isEnd ? text.size() - body.end() : 0;
        return QList<TextEdit>{passage.at(body.end(), removed)};
    }
    qsizetype from = position, to = position;
    while (from > body.position && text[from - 1].isSpace())
        --from;
    while (to < body.end() && text[to].isSpace())
        ++to;
    return QList<TextEdit>{passage.add(kGap + heading + kGap).at(from, to - from)};
}

OutlineEdits mergeWithPrevious(const SpannedText& story, const Outline& outline, qsizetype section) {
    if (section <= 0 || section >= outline.sections())
        return std::nullopt;
    const QStringView text = story.text();
    const TextRange before = outline.body(section - 1, text);
    const TextRange body = outline.body(section, text);
    const bool standsAlone = before.length == 0 && section - 1 == 0;
    QString gap =
        text.sliced(outline.heads()[section - 1].end, body.position - outline.heads()[section - 1].end)
            .toString();
    if (std::none_of(gap.begin(), gap.end(), endsLine))
        gap = kGap;
    Passage passage;
    if (body.length > 0 && !standsAlone)
        passage.add(gap);
    return QList<TextEdit>{passage.at(before.end(), body.position - before.end())};
}

OutlineEdits renameHeading(const SpannedText& story, const Outline& outline, qsizetype head,
                           const QString& title) {
    const QString words = title.simplified();
    if (head < 0 || head >= outline.heads().size() || words.isEmpty())
        return std::nullopt;
    const OutlineHead& heading = outline.heads()[head];
    if (!heading.isHeading() || words == titleOf(heading, story.text()))
        return std::nullopt;
    const qsizetype from = heading.start + heading.line.content;
    const StoryLine read = readStoryLine(words);
    const bool needsMarks =
        heading.line.level == 0 && !(read.kind == StoryLine::Kind::Heading && read.level == 0);
    Passage passage;
    if (needsMarks)
        passage.add(QString(outline.level(head), u'#') + u' ');
    return QList<TextEdit>{passage.add(words).at(from, heading.end - from)};
}

} // namespace app
