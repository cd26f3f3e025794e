#include "ui/editor/layout/page_layout.h"

#include <QElapsedTimer>
#include <QFontMetricsF>
#include <QScopedValueRollback>
#include <QTextBlock>
#include <QTextDocument>
#include <QTextFrame>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace ui {

namespace {

constexpr int kPauseMs = 200;     // of the writer and of everything else that asks for a layout
constexpr int kSliceMs = 5;       // at one go: a key waits no longer for it
constexpr int kBetweenSlices = 5; // ms
constexpr int kSamples = 24;      // pieces of the text that are measured to estimate the rest
constexpr int kSampleUnits = 80;
constexpr qreal kEverywhere = 1e9;
constexpr qreal kUnitsOfLines = 64; // Qt keeps places of lines in such parts of a pixel
constexpr int kLargeChange = 4096;  // units; the text may be of another kind after it

} // namespace

// --- what has moved -------------------------------------------------

PageLayout::Work::Work(PageLayout& layout)
    : m_layout(layout) {
    if (m_layout.m_works++ == 0) {
        m_block = m_layout.m_heights.blockAt(m_layout.m_viewTop - m_layout.topMargin());
        m_top = m_layout.topOf(m_block);
    }
}

PageLayout::Work::~Work() {
    if (--m_layout.m_works > 0) {
        return;
    }
    // A view at the beginning has the margin in sight and stays there.
    const int view = m_layout.m_viewTop;
    const int moved = view + m_layout.topOf(m_block) - m_top;
    const int height = m_layout.m_heights.total();
    if (height != std::exchange(m_layout.m_toldHeight, height)) {
        emit m_layout.documentSizeChanged(m_layout.documentSize());
    }
    if (moved != view) {
        emit m_layout.viewMoved(moved);
    }
    if (std::exchange(m_layout.m_isViewStale, false)) {
        emit m_layout.update(QRectF(0, 0, kEverywhere, kEverywhere));
    }
}

bool PageLayout::Setting::equals(const Setting& other) const {
    return font == other.font && width == other.width && paragraph == other.paragraph &&
           option.alignment() == other.option.alignment() && option.flags() == other.option.flags() &&
           option.textDirection() == other.option.textDirection() &&
           option.wrapMode() == other.option.wrapMode() &&
           option.tabStopDistance() == other.option.tabStopDistance();
}

PageLayout::PageLayout(QTextDocument& page)
    : QAbstractTextDocumentLayout(&page) {
    m_pause.setSingleShot(true);
    connect(&m_pause, &QTimer::timeout, this, &PageLayout::layOutMore);
    connect(&m_formats, &BlockFormats::invalidated, this, &PageLayout::onFormatsInvalid);
    // Before the others hear of a change, as they may ask where something is.
    connect(&page, &QTextDocument::contentsChange, this,
            [this](int from, int, int added) { onContentsChange(from, added); });
    connect(&page, &QTextDocument::contentsChanged, this,
            [this] { m_settledRevision = document()->revision(); });
}

PageLayout::~PageLayout() = default;

// --- changes -------------------------------------------------

PageLayout::Setting PageLayout::setting() const {
    return {document()->defaultFont(), document()->pageSize().width(), m_paragraph,
            document()->defaultTextOption()};
}

void PageLayout::setParagraphFormat(const QTextBlockFormat& format) {
    if (format != m_paragraph) {
        m_paragraph = format;
        remeasureAll();
    }
}

void PageLayout::setView(int top, int height) {
    m_viewTop = top;
    m_viewHeight = height;
}

void PageLayout::onContentsChange(int from, int added) {
    if (m_heights.count() > 0) {
        replaceBlocks(from, added);
        m_replaced = {from, added};
    }
}

void PageLayout::documentChanged(int from, int removed, int added) {
    if (m_isFormatting) {
        return;
    }
    m_settledRevision = document()->revision();
    const auto replaced = std::exchange(m_replaced, std::nullopt);
    // Qt says "all" when it sets a font or a width, even one that was there before.
    const bool isAll = from == 0 && removed == 0 && added == document()->characterCount() &&
                       m_heights.count() == document()->blockCount();
    if (m_heights.count() == 0 || !setting().equals(m_setting)) {
        remeasureAll();
    } else if (replaced != std::pair(from, added) && !isAll) {
        replaceBlocks(from, added);
    }
    const int first = std::max(document()->findBlock(from).blockNumber(), 0);
    emit update(QRectF(0, topOf(first), kEverywhere, kEverywhere));
}

void PageLayout::remeasureAll() {
    m_setting = setting();
    for (QTextBlock block = document()->begin(); block.isValid(); block = block.next()) {
        block.clearLayout();
    }
    measureUnits();
    std::vector<BlockHeights::Block> blocks;
    blocks.reserve(static_cast<std::size_t>(document()->blockCount()));
    for (QTextBlock block = document()->begin(); block.isValid(); block = block.next()) {
        blocks.push_back(estimated(block));
    }
    m_heights.assign(std::move(blocks));
    m_next = 0;
    waitForPause();
    m_toldHeight = m_heights.total();
    emit documentSizeChanged(documentSize());
}

// The blocks that the units [from, from + added) are in, or the one at `from`, come in the place of those
// that were there. Told twice of the same change, it does the same again.
void PageLayout::replaceBlocks(int from, int added) {
    const int last = document()->characterCount() - 1;
    QTextBlock block = document()->findBlock(std::min(from, last));
    const int first = block.blockNumber();
    const int affected = document()->findBlock(std::min(from + added, last)).blockNumber() - first + 1;
    const int removed = affected - (document()->blockCount() - m_heights.count());
    if (removed < 0 || first + removed > m_heights.count()) {
        remeasureAll();
        return;
    }
    if (added >= kLargeChange) {
        measureUnits();
    }
    std::vector<BlockHeights::Block> blocks;
    blocks.reserve(static_cast<std::size_t>(affected));
    for (int i = 0; i < affected; ++i, block = block.next()) {
        if (block.layout()->lineCount() > 0) {
            block.layout()->clearLayout();
        }
        blocks.push_back(estimated(block));
    }
    if (affected == 1 && removed == 1) {
        blocks.front().height = m_heights[first].height; // likely to be what it was
    }
    m_heights.replace(first, removed, blocks);
    m_next = std::min(m_next, first);
    waitForPause();
    if (const int height = m_heights.total(); height != std::exchange(m_toldHeight, height)) {
        emit documentSizeChanged(documentSize());
    }
}

void PageLayout::onFormatsInvalid(int position, int length) {
    const int end = document()->characterCount() - 1;
    const int first = document()->findBlock(std::min(position, end)).blockNumber();
    const int last = document()->findBlock(length > end - position ? end : position + length).blockNumber();
    for (int i = first; i <= std::min(last, m_heights.count() - 1); ++i) {
        if (m_heights[i].isFormatted) {
            BlockHeights::Block block = m_heights[i];
            block.isFormatted = false;
            m_heights.set(i, block);
        }
    }
    if (m_viewHeight > 0 && !isInEdit()) {
        prepareView();
    }
    emit update(QRectF(0, 0, kEverywhere, kEverywhere));
}

// --- blocks -------------------------------------------------

void PageLayout::measureUnits() {
    const QFontMetricsF metrics(document()->defaultFont());
    const int end = document()->characterCount() - 1;
    double width = 0;
    qsizetype units = 0;
    for (int i = 0; i < kSamples; ++i) {
        const QTextBlock block =
            document()->findBlock(static_cast<int>(static_cast<qint64>(end) * i / kSamples));
        const QString sample = block.text().left(kSampleUnits);
        width += metrics.horizontalAdvance(sample);
        units += sample.size();
    }
    m_unitWidth = units > 0 ? width / static_cast<double>(units) : metrics.averageCharWidth();
    const double raw = std::ceil(metrics.ascent() + metrics.descent() + std::max(metrics.leading(), 0.0));
    m_lineHeight = m_paragraph.lineHeight(raw, 1.0);
}

BlockHeights::Block PageLayout::estimated(const QTextBlock& block) const {
    const double width = m_setting.width > 0 ? m_setting.width : kEverywhere;
    const double lines = std::max(std::ceil(block.length() * m_unitWidth / width), 1.0);
    return {static_cast<int>(std::ceil(lines * m_lineHeight)), false, false};
}

void PageLayout::ensure(const QTextBlock& block, int number, bool isFormatted) {
    BlockHeights::Block state = m_heights[number];
    if (isFormatted && !state.isFormatted && !m_formats.isPaused()) {
        const auto before = block.layout()->formats();
        applyFormats(block);
        state.isExact = state.isExact && block.layout()->formats() == before;
        state.isFormatted = true;
    } else if (state.isExact) {
        return;
    }
    if (!state.isExact || block.layout()->lineCount() == 0) {
        const int height = makeLines(block);
        const int top = topOf(number);
        m_isViewStale = m_isViewStale || (height != state.height && top < m_viewTop + m_viewHeight &&
                                          top + std::max(height, state.height) > m_viewTop);
        state.height = height;
        state.isExact = true;
        ++m_blocksLaidOut;
    }
    m_heights.set(number, state);
}

void PageLayout::ensureAround(const QTextBlock& block) {
    const Work work(*this);
    const int number = block.blockNumber();
    ensure(block, number, true);
    if (isComplete()) {
        return;
    }
    const auto walk = [this](QTextBlock neighbour, int i, bool isUp) {
        for (int height = 0; neighbour.isValid() && height < m_viewHeight; i += isUp ? -1 : 1) {
            ensure(neighbour, i, false);
            height += m_heights[i].height;
            neighbour = isUp ? neighbour.previous() : neighbour.next();
        }
    };
    walk(block.previous(), number - 1, true);
    walk(block.next(), number + 1, false);
}

void PageLayout::applyFormats(const QTextBlock& block) {
    const auto wanted = m_formats.of(block);
    if (wanted == block.layout()->formats()) {
        return;
    }
    const QScopedValueRollback formatting(m_isFormatting, true);
    block.layout()->setFormats(wanted);
    // Setting formats counts as the beginning of a change of the text, which has to be ended.
    document()->markContentsDirty(block.position(), block.length());
}

int PageLayout::makeLines(const QTextBlock& block) const {
    QTextOption option = document()->defaultTextOption();
    option.setTextDirection(block.textDirection());
    if (block.textDirection() == Qt::RightToLeft && (option.alignment() & Qt::AlignAbsolute) == 0 &&
        (option.alignment() & (Qt::AlignHCenter | Qt::AlignJustify | Qt::AlignRight)) == 0) {
        option.setAlignment(Qt::AlignRight);
    }
    QTextLayout& layout = *block.layout();
    layout.setTextOption(option);
    layout.beginLayout();
    qreal y = 0;
    qreal bottom = 0;
    for (QTextLine line = layout.createLine(); line.isValid(); line = layout.createLine()) {
        line.setLeadingIncluded(true);
        line.setLineWidth(m_setting.width);
        line.setPosition(QPointF(0, y));
        const qreal raw = std::ceil(line.ascent() + line.descent() + line.leading());
        const qreal pitch = m_paragraph.lineHeight(raw, 1.0);
        bottom = y + std::max(raw, pitch); // the last line is whole even where the pitch is narrow
        y += std::floor(pitch * kUnitsOfLines) / kUnitsOfLines;
    }
    layout.endLayout();
    return static_cast<int>(std::ceil(bottom));
}

void PageLayout::prepareView() {
    if (isInEdit() || m_heights.count() == 0) {
        return;
    }
    const Work work(*this);
    int number = m_heights.blockAt(m_viewTop - topMargin());
    for (QTextBlock block = document()->findBlockByNumber(number);
         block.isValid() && topOf(number) < m_viewTop + m_viewHeight; block = block.next()) {
        ensure(block, number, true);
        ++number;
    }
}

// --- the rest, in pauses -------------------------------------------------

void PageLayout::waitForPause() { m_pause.start(kPauseMs); }

void PageLayout::layOutMore() {
    if (isInEdit() || m_heights.count() != document()->blockCount()) {
        waitForPause();
        return;
    }
    QElapsedTimer watch;
    watch.start();
    const Work work(*this);
    for (QTextBlock block = document()->findBlockByNumber(m_next);
         block.isValid() && watch.elapsed() < kSliceMs; block = block.next()) {
        ensure(block, m_next++, false);
    }
    if (m_next < m_heights.count()) {
        m_pause.start(kBetweenSlices);
    }
}

} // namespace ui
