#include "ui/exchange/story_pages.h"

#include <QFontMetricsF>
#include <QPagedPaintDevice>
#include <QPainter>
#include <QTextLayout>

#include <algorithm>

namespace ui {

namespace {

using Kind = app::StoryBlock::Kind;

// In lines of text.
constexpr double kLineSpacing = 1.15; // of the typeface's own height
constexpr double kIndent = 1.3;       // of the typeface's size
constexpr int kFewestTogether = 2;    // lines of a paragraph at either end of a page

class PageSetter {
public:
    PageSetter(QPagedPaintDevice& device, const QFont& font)
        : m_device(device)
        , m_font(font) {}

    bool begin(const app::FormattedStory& story);
    bool add(const app::FileBlock& block);
    bool end() {
        writeNumber();
        return m_painter.end();
    }

private:
    // How a kind of block is set.
    struct Form {
        double sizeFactor = 1;
        double before = 0, after = 0; // space, in lines
        double indent = 0, margin = 0;
        Qt::Alignment alignment = Qt::AlignJustify;
        bool staysWithNext = false;
    };

    [[nodiscard]] Form formOf(const app::StoryBlock& block) const;
    bool place(QTextLayout& layout, const Form& form);
    void setLines(QTextLayout& layout, const Form& form, double lineHeight) const;
    bool beginPage();
    void writeNumber();

    QPagedPaintDevice& m_device;
    QFont m_font;
    QPainter m_painter;
    double m_width = 0, m_height = 0; // of the page's text
    double m_line = 0;                // height of a line of text
    double m_y = 0;
    double m_spaceDue = 0;
    int m_page = 1;
    int m_chapterLevel = 0; // headings of this level begin a page
    bool m_beginsSection = true;
};

bool PageSetter::begin(const app::FormattedStory& story) {
    if (!m_painter.begin(&m_device))
        return false;
    m_line = QFontMetricsF(m_font, &m_device).height() * kLineSpacing;
    const QRectF page = m_painter.viewport();
    m_width = page.width();
    m_height = page.height() - 2 * m_line; // the number stands below
    m_chapterLevel = 7;
    for (const app::StoryBlock& block : story.blocks)
        if (block.kind == Kind::Heading)
            m_chapterLevel = std::min(m_chapterLevel, block.level);
    return true;
}

PageSetter::Form PageSetter::formOf(const app::StoryBlock& block) const {
    const double em = QFontMetricsF(m_font, &m_device).height();
    switch (block.kind) {
    case Kind::Heading:
        return {
            block.level == 1 ? 1.6 : block.level == 2 ? 1.3 : 1.1, 2.0, 1.5, 0, 0, Qt::AlignHCenter, true};
    case Kind::SceneBreak: return {1, 0.8, 0.8, 0, 0, Qt::AlignHCenter, true};
    case Kind::Quotation: return {1, 0.5, 0.5, 0, 2 * em, Qt::AlignJustify, false};
    default: return {1, 0, 0, m_beginsSection ? 0 : kIndent * em, 0, Qt::AlignJustify, false};
    }
}

bool PageSetter::beginPage() {
    writeNumber();
    m_y = m_spaceDue = 0;
    ++m_page;
    return m_device.newPage();
}

void PageSetter::writeNumber() {
    QFont small(m_font);
    small.setPointSizeF(m_font.pointSizeF() * 0.85);
    m_painter.setFont(small);
    m_painter.drawText(QRectF(0, m_height + m_line, m_width, m_line), Qt::AlignHCenter | Qt::AlignBottom,
                       QString::number(m_page));
}

void PageSetter::setLines(QTextLayout& layout, const Form& form, double lineHeight) const {
    layout.beginLayout();
    double y = 0;
    for (QTextLine line = layout.createLine(); line.isValid(); line = layout.createLine()) {
        const double indent = line.lineNumber() == 0 ? form.indent : 0;
        const bool isRightToLeft = layout.textOption().textDirection() == Qt::RightToLeft;
        line.setLineWidth(m_width - 2 * form.margin - indent);
        line.setPosition({form.margin + (isRightToLeft ? 0 : indent), y});
        y += std::max(lineHeight, line.height());
    }
    layout.endLayout();
}

// Puts the lines on this page and those that follow.
bool PageSetter::place(QTextLayout& layout, const Form& form) {
    const int count = layout.lineCount();
    const auto top = [&layout](int line) { return layout.lineAt(line).y(); };
    const auto bottom = [&](int line) {
        return line + 1 < count ? top(line + 1) : top(line) + std::max(layout.lineAt(line).height(), m_line);
    };
    if (m_y > 0)
        m_y += std::max(m_spaceDue, form.before * m_line);
    for (int first = 0; first < count;) {
        int end = first;
        while (end < count && m_y + bottom(end) - top(first) <= m_height)
            ++end;
        // What follows a heading has to begin below it.
        if (form.staysWithNext && m_y > 0 && m_y + bottom(count - 1) - top(first) + 3 * m_line > m_height)
            end = first;
        if (end < count && count - end < kFewestTogether)
            end = count - kFewestTogether;
        if (end < count && end - first < kFewestTogether)
            end = first;
        if (end <= first && m_y <= 0)
            end = first + 1; // a line that is larger than the page
        end = std::max(end, first);
        for (int line = first; line < end; ++line)
            layout.lineAt(line).draw(&m_painter, {0, m_y - top(first)});
        if (end > first)
            m_y += bottom(end - 1) - top(first);
        first = end;
        if (first < count && !beginPage())
            return false;
    }
    m_spaceDue = form.after * m_line;
    return true;
}

bool PageSetter::add(const app::FileBlock& file) {
    const app::StoryBlock& block = file.block;
    if (block.isBlank()) {
        if (m_y > 0)
            m_y += m_line;
        m_beginsSection = true;
        return true;
    }
    if (block.kind == Kind::Heading && block.level == m_chapterLevel && m_y > 0 && !beginPage())
        return false;
    const Form form = formOf(block);
    QFont font(m_font);
    font.setPointSizeF(m_font.pointSizeF() * form.sizeFactor);
    QTextLayout layout(block.text(), font, &m_device);
    QTextOption option(form.alignment);
    option.setTextDirection(block.text().isRightToLeft() ? Qt::RightToLeft : Qt::LeftToRight);
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    layout.setTextOption(option);
    QList<QTextLayout::FormatRange> formats;
    int start = 0;
    for (const app::TextRun& run : block.runs) {
        QTextLayout::FormatRange range{start, static_cast<int>(run.text.size()), {}};
        range.format.setFontItalic(run.isEmphasis);
        range.format.setFontWeight(run.isStrong ? QFont::Bold : QFont::Normal);
        formats.append(range);
        start += static_cast<int>(run.text.size());
    }
    layout.setFormats(formats);
    setLines(layout, form, m_line * form.sizeFactor);
    m_beginsSection = block.kind != Kind::Paragraph;
    return place(layout, form);
}

} // namespace

bool paintStory(QPagedPaintDevice& device, const app::FormattedStory& story, const QFont& font,
                const app::WriteProgress& progress) {
    PageSetter setter(device, font);
    if (!setter.begin(story))
        return false;
    const QList<app::FileBlock> blocks = app::toFileBlocks(story);
    for (qsizetype at = 0; at < blocks.size(); ++at) {
        if (!progress.goesOn(static_cast<double>(at) / static_cast<double>(blocks.size())) ||
            !setter.add(blocks[at]))
            return false;
    }
    return setter.end();
}

} // namespace ui
