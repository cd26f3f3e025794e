#include "ui/looks/look_strip.h"

#include "ui/editor/story_editor.h"

#include <QEvent>
#include <QPainter>
#include <QScrollBar>

#include <algorithm>

namespace ui {

namespace {

constexpr int kColumnWidth = 5;
constexpr int kEdge = 1;
constexpr double kLeastHeight = 3; // of a passage in a long book
constexpr double kFaintest = 0.25; // of the accent, where a single head chose

} // namespace

LookStrip::LookStrip(StoryEditor& editor)
    : QWidget(&editor)
    , m_editor(editor) {
    setObjectName(QStringLiteral("lookStrip"));
    setAccessibleName(tr("Where in the book the model looked back"));
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setFocusPolicy(Qt::NoFocus);
    hide();
    editor.installEventFilter(this);
    editor.verticalScrollBar()->installEventFilter(this);
}

void LookStrip::setColours(const Colours& colours) {
    m_colours = colours;
    update();
}

void LookStrip::show(const app::LooksBack& looks, qsizetype from, qsizetype length) {
    m_looks = looks;
    m_from = from;
    m_length = std::max<qsizetype>(length, 1);
    settle();
    QWidget::show();
    raise();
    update();
}

int LookStrip::columns() const { return std::clamp(m_looks.blocks, 1, kMostColumns); }

double LookStrip::heightOf(qsizetype place) const {
    return static_cast<double>(height()) * static_cast<double>(place) / static_cast<double>(m_length);
}

void LookStrip::settle() {
    const QScrollBar& bar = *m_editor.verticalScrollBar();
    const int width = columns() * kColumnWidth + 2 * kEdge;
    const int right = m_editor.width() - (bar.isVisible() ? bar.width() : 0);
    setGeometry(right - width, 0, width, m_editor.height());
}

bool LookStrip::eventFilter(QObject* watched, QEvent* event) {
    switch (event->type()) {
    case QEvent::Resize:
    case QEvent::Show:
    case QEvent::Hide:
        if (isVisible())
            settle();
        break;
    default: break;
    }
    return QWidget::eventFilter(watched, event);
}

void LookStrip::paintEvent(QPaintEvent* /*event*/) {
    QPainter painter(this);
    painter.fillRect(rect(), m_colours.window);
    painter.fillRect(QRect(0, 0, kEdge, height()), m_colours.border);
    for (const app::Passage& passage : m_looks.passages)
        for (qsizetype block = 0; block < passage.heads.size(); ++block) {
            if (passage.heads[block] == 0)
                continue;
            QColor colour = m_colours.accent;
            const double share = static_cast<double>(passage.heads[block]) / std::max(m_looks.heads, 1);
            colour.setAlphaF(static_cast<float>(kFaintest + (1 - kFaintest) * std::min(share, 1.0)));
            const int column = static_cast<int>(block) * columns() / std::max(m_looks.blocks, 1);
            for (const app::TextRange& range : passage.ranges) {
                const double top = heightOf(range.position);
                const double tall = std::max(heightOf(range.end()) - top, kLeastHeight);
                painter.fillRect(QRectF(kEdge + column * kColumnWidth + 0.5, top, kColumnWidth - 1, tall),
                                 colour);
            }
        }
    // Where the word stands.
    painter.fillRect(QRectF(0, heightOf(m_from), width(), 2), m_colours.ink);
}

} // namespace ui
