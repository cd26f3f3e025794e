#include "ui/editor/layout/block_formats.h"

#include <QTextBlock>

#include <limits>

namespace ui {

void BlockFormats::setSource(Layer layer, BlockFormatSource* source) {
    m_sources[static_cast<std::size_t>(layer)] = source;
    if (source != nullptr) {
        invalidate();
    }
}

void BlockFormats::invalidate(int position, int length) { emit invalidated(position, length); }

void BlockFormats::invalidate() { emit invalidated(0, std::numeric_limits<int>::max()); }

BlockFormatSource::Ranges BlockFormats::of(const QTextBlock& block) const {
    BlockFormatSource::Ranges ranges;
    for (BlockFormatSource* const source : m_sources) {
        if (source != nullptr) {
            source->addFormats(block, ranges);
        }
    }
    // What an input method is composing stands in the block, but is no part of its text.
    const QTextLayout& layout = *block.layout();
    const auto composed = static_cast<int>(layout.preeditAreaText().size());
    if (composed == 0) {
        return ranges;
    }
    const int place = layout.preeditAreaPosition();
    for (QTextLayout::FormatRange& range : ranges) {
        if (range.start >= place) {
            range.start += composed;
        } else if (range.start + range.length > place) {
            range.length += composed;
        }
    }
    for (const QTextLayout::FormatRange& range : layout.formats()) {
        if (range.start >= place && range.start + range.length <= place + composed) {
            ranges.append(range); // the input method's own
        }
    }
    return ranges;
}

} // namespace ui
