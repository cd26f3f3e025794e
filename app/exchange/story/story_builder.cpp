#include "app/exchange/story/story_builder.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>
#include <utility>

namespace app {

namespace {

QString tr(const char* text, int count = -1) {
    return QCoreApplication::translate("app::StoryBuilder", text, nullptr, count);
}

} // namespace

QString LeftOut::sentence() const {
    QStringList parts;
    const auto add = [&parts](int count, const char* one, const char* many) {
        if (count > 0)
            parts.append(count == 1 ? tr(one) : tr(many).arg(count));
    };
    add(pictures, "1 picture", "%1 pictures");
    add(footnotes, "1 footnote", "%1 footnotes");
    add(comments, "1 comment", "%1 comments");
    add(deletions, "1 deleted passage", "%1 deleted passages");
    add(chapters, "1 damaged chapter", "%1 damaged chapters");
    if (parts.isEmpty())
        return {};
    const bool isOne = parts.size() == 1 && pictures + footnotes + comments + deletions + chapters == 1;
    const QString last = parts.takeLast();
    const QString all = parts.isEmpty() ? last : tr("%1 and %2").arg(parts.join(QStringLiteral(", ")), last);
    return isOne ? tr("%1 was left out.").arg(all) : tr("%1 were left out.").arg(all);
}

void StoryBuilder::beginBlock(StoryBlock::Kind kind, int level, bool isTight) {
    if (m_isInBlock)
        endBlock(false);
    m_block = {{kind, level, {}}, isTight};
    m_isInBlock = true;
}

void StoryBuilder::addText(QStringView text, bool isEmphasis, bool isStrong) {
    if (text.isEmpty())
        return;
    if (!m_isInBlock)
        beginBlock(StoryBlock::Kind::Paragraph);
    QList<TextRun>& runs = m_block.block.runs;
    QString words = text.toString();
    words.replace(u'\n', u' ').replace(u'\r', u' '); // they would end the line
    if (!runs.isEmpty() && runs.last().isEmphasis == isEmphasis && runs.last().isStrong == isStrong)
        runs.last().text += words;
    else
        runs.append({words, isEmphasis, isStrong});
}

bool StoryBuilder::endsInSpace() const {
    return m_block.block.runs.isEmpty() || m_block.block.runs.last().text.back().isSpace();
}

void StoryBuilder::trimEnd() {
    QList<TextRun>& runs = m_block.block.runs;
    while (!runs.isEmpty() && runs.last().text.endsWith(u' ')) {
        runs.last().text.chop(1);
        if (runs.last().text.isEmpty())
            runs.removeLast();
    }
}

void StoryBuilder::breakLine() {
    if (!m_isInBlock)
        beginBlock(StoryBlock::Kind::Paragraph);
    const StoryBlock::Kind kind = m_block.block.kind;
    const int level = m_block.block.level;
    endBlock(true);
    beginBlock(kind == StoryBlock::Kind::Quotation ? kind : StoryBlock::Kind::Paragraph, level, true);
}

void StoryBuilder::endBlock(bool keepsEmpty) {
    if (!m_isInBlock)
        return;
    m_isInBlock = false;
    FileBlock block = std::exchange(m_block, {});
    if (block.block.kind != StoryBlock::Kind::Quotation && block.block.text().trimmed().isEmpty()) {
        if (!keepsEmpty)
            return;
        block.block = {StoryBlock::Kind::Blank, 0, {}};
    } else if (block.block.runs.isEmpty() && !keepsEmpty) {
        return;
    }
    m_blocks.append(std::move(block));
}

bool StoryBuilder::looksLikeSceneBreak() const {
    constexpr qsizetype kLongest = 20;
    const QString text = m_block.block.text().trimmed();
    return m_isInBlock && m_block.block.kind == StoryBlock::Kind::Paragraph && !text.isEmpty() &&
           text.size() <= kLongest && std::ranges::none_of(text, [](QChar unit) {
               return unit.isLetterOrNumber() || unit == u'…' || unit == u'?' || unit == u'!';
           });
}

void StoryBuilder::endAsSceneBreak() {
    const QString form = m_block.block.text();
    const bool isTight = m_block.isTight;
    m_isInBlock = false;
    m_block = {};
    addSceneBreak(form, isTight);
}

void StoryBuilder::addSceneBreak(const QString& form, bool isTight) {
    endBlock(false);
    m_blocks.append(
        {{StoryBlock::Kind::SceneBreak, 0, {TextRun{form.isEmpty() ? QStringLiteral("* * *") : form}}},
         isTight});
}

FormattedStory StoryBuilder::finish(std::optional<Separation> separation) {
    endBlock(false);
    return fromFileBlocks(std::exchange(m_blocks, {}), separation);
}

} // namespace app
