// Looks back at: by mouse, from the heatmap's selection, by key; what is marked, what the strip shows, what
// is said, and that nothing is drawn for other models.
#include "tests/ui/support/attempts_desk.h"
#include "ui/heatmap/token_selection.h"
#include "ui/looks/look_marker.h"
#include "ui/looks/look_strip.h"
#include "ui/theme/theme.h"

#include <QLabel>
#include <QScrollBar>

using namespace ui;
using Mark = StoryEditor::Mark;

namespace {

constexpr int kChunk = 64;

QString longStory() {
    QString text;
    for (int i = 0; i < 60; ++i)
        text += QStringLiteral("In the year %1 the ferry came over the river, and nobody heard it come.\n")
                    .arg(1700 + i);
    return text;
}

struct LooksDesk : test::Desk {
    explicit LooksDesk(int chunk = kChunk, const QString& story = longStory())
        : Desk(story, script(chunk)) {}

    static app::ScriptedGenerator::Script script(int chunk) {
        app::ScriptedGenerator::Script script;
        script.chunk = chunk;
        return script;
    }
    LookMarker& looks() { return window->looks(); }
    StoryEditor& editor() { return window->editor(); }
    QString caption() { return looks().caption().isVisible() ? looks().caption().text() : QString(); }
    [[nodiscard]] QList<app::TextRange> marks() {
        return editor().marks(Mark::LookedFew) + editor().marks(Mark::LookedSome) +
               editor().marks(Mark::LookedMost);
    }
    [[nodiscard]] bool isPlain() {
        return marks().isEmpty() && !looks().strip().isVisible() && !looks().caption().isVisible();
    }
    void hover(int token) {
        const auto range = parts.runs.rangeOf(1, token);
        moveTo(editor().lineRect(range->position + 1).center() + QPoint(2, 0));
    }
    void moveTo(const QPoint& point) {
        const QPoint global = editor().viewport()->mapToGlobal(point);
        QMouseEvent move(QEvent::MouseMove, point, global, Qt::NoButton, Qt::NoButton, {});
        QCoreApplication::sendEvent(editor().viewport(), &move);
    }
    void leave() {
        QEvent event(QEvent::Leave);
        QCoreApplication::sendEvent(editor().viewport(), &event);
    }
    void cursorTo(int token) { editor().placeCursor(parts.runs.rangeOf(1, token)->end()); }
    void lookKey() { QTest::keyClick(&editor(), Qt::Key_L, Qt::ControlModifier | Qt::ShiftModifier); }
    [[nodiscard]] qsizetype chunks(int token) const { return (longStory().size() + token) / kChunk; }
};

} // namespace

class LooksTest : public QObject {
    Q_OBJECT

private slots:
    // Block 0: all 4 heads at one passage; block 1: one at the first passage, three at the last.
    void theMouseOnAWordMarksWhatItLookedBackAt() {
        LooksDesk desk;
        QVERIFY(desk.continueStory());
        QVERIFY(desk.isPlain());
        desk.hover(2);
        QVERIFY(desk.isPlain()); // not while the mouse is on its way
        QTRY_VERIFY(!desk.isPlain());
        QCOMPARE(desk.editor().marks(Mark::LookedFew), (QList<app::TextRange>{{0, kChunk}})); // 1 of 8 heads
        QCOMPARE(desk.editor().marks(Mark::LookedSome),                                       // 3 of 8
                 (QList<app::TextRange>{{(desk.chunks(2) - 1) * kChunk, kChunk}}));
        QCOMPARE(desk.editor().marks(Mark::LookedMost), (QList<app::TextRange>{{2 * kChunk, kChunk}}));
        QCOMPARE(desk.caption(), QStringLiteral("Looks back at 3 passages"));
        // Another word, another place.
        desk.hover(4);
        QTRY_COMPARE(desk.editor().marks(Mark::LookedMost), (QList<app::TextRange>{{4 * kChunk, kChunk}}));
        // Beside it there is nothing.
        desk.moveTo(desk.editor().lineRect(3).center());
        QVERIFY(desk.isPlain());
        desk.hover(4);
        QTRY_VERIFY(!desk.isPlain());
        desk.leave();
        QVERIFY(desk.isPlain());
        // The last word was not read any more.
        desk.hover(7);
        QTest::qWait(LookMarker::kRestMs + 100);
        QVERIFY(desk.isPlain());
    }

    void theStripShowsTheWholeBook() {
        LooksDesk desk;
        QVERIFY(desk.continueStory());
        desk.hover(2);
        QTRY_VERIFY(desk.looks().strip().isVisible());
        const LookStrip& strip = desk.looks().strip();
        const QScrollBar& bar = *desk.editor().verticalScrollBar();
        QVERIFY(bar.isVisible());
        QCOMPARE(strip.geometry().right() + 1, desk.editor().width() - bar.width());
        QCOMPARE(strip.height(), desk.editor().height());
        QCOMPARE(strip.columns(), 2);
        // What is painted: the first passage at the top of the second column, the last one near its end;
        // that which all heads chose is the strongest.
        const QImage picture = desk.looks().strip().grab().toImage();
        const QColor ground = desk.window->theme().colours().window;
        const auto inked = [&](int column, qsizetype place) {
            const int x = 1 + column * 5 + 2;
            const QColor colour =
                picture.pixelColor(x, std::clamp(int(strip.heightOf(place)), 0, picture.height() - 1));
            return std::abs(colour.lightness() - ground.lightness());
        };
        QVERIFY(inked(1, kChunk / 2) > 8);
        QVERIFY(inked(1, (desk.chunks(2) - 1) * kChunk + kChunk / 2) > inked(1, kChunk / 2));
        QVERIFY(inked(0, 2 * kChunk + kChunk / 2) > inked(1, (desk.chunks(2) - 1) * kChunk + kChunk / 2));
        QCOMPARE(inked(0, longStory().size() / 2), 0);
        // It goes along with the window.
        desk.window->resize(1000, 700);
        QTRY_COMPARE(strip.height(), desk.editor().height());
        QCOMPARE(strip.geometry().right() + 1, desk.editor().width() - bar.width());
    }

    void keysShowItWordByWord() {
        LooksDesk desk;
        QVERIFY(desk.continueStory());
        desk.cursorTo(3);
        QVERIFY(desk.isPlain()); // the cursor alone says nothing
        desk.lookKey();
        QTRY_COMPARE(desk.editor().marks(Mark::LookedMost), (QList<app::TextRange>{{3 * kChunk, kChunk}}));
        QVERIFY(desk.looks().isFollowing() && desk.editor().hasFocus());
        QTest::keyClick(&desk.editor(), Qt::Key_Left, Qt::ControlModifier); // to the word before
        QTest::keyClick(&desk.editor(), Qt::Key_Left);
        QTRY_COMPARE(desk.editor().marks(Mark::LookedMost), (QList<app::TextRange>{{2 * kChunk, kChunk}}));
        // At the writer's own words there is nothing, and at the end it is not known.
        desk.editor().placeCursor(5);
        QTRY_VERIFY(desk.isPlain());
        desk.cursorTo(7);
        QTRY_COMPARE(desk.caption(),
                     QStringLiteral("It is not known where the model looked back at this word."));
        desk.cursorTo(1);
        QTRY_VERIFY(!desk.marks().isEmpty());
        QTest::keyClick(&desk.editor(), Qt::Key_Escape);
        QVERIFY(desk.isPlain() && !desk.looks().isFollowing());
        // The key itself leaves off, too, and so does writing.
        desk.lookKey();
        QTRY_VERIFY(!desk.isPlain());
        desk.lookKey();
        QVERIFY(desk.isPlain());
        desk.lookKey();
        QTRY_VERIFY(!desk.isPlain());
        QTest::keyClick(&desk.editor(), Qt::Key_X);
        QTRY_VERIFY(desk.isPlain());
        // In the writer's own words the key says what to do.
        desk.editor().placeCursor(5);
        desk.lookKey();
        QVERIFY(!desk.window->messages().isHidden());
        QVERIFY(!desk.looks().isFollowing());
    }

    void theHeatmapsTokenIsShownToo() {
        LooksDesk desk;
        QVERIFY(desk.continueStory());
        desk.window->tokenSelection().hover(app::RunHistory::TokenPlace{1, 5});
        QCOMPARE(desk.editor().marks(Mark::LookedMost), (QList<app::TextRange>{{5 * kChunk, kChunk}}));
        desk.window->tokenSelection().hover(std::nullopt);
        QVERIFY(desk.isPlain());
    }

    void theMouseCanBeLeftAlone() {
        LooksDesk desk;
        QVERIFY(desk.continueStory());
        desk.hover(2);
        QTRY_VERIFY(!desk.isPlain());
        desk.window->actions().looksUnderMouse->trigger();
        QVERIFY(!desk.parts.preferences.appearance().looksUnderMouse);
        QVERIFY(desk.isPlain());
        desk.hover(4);
        QTest::qWait(LookMarker::kRestMs + 100);
        QVERIFY(desk.isPlain());
        desk.cursorTo(4);
        desk.lookKey(); // the key shows it all the same
        QTRY_VERIFY(!desk.isPlain());
    }

    void passagesOfMemoryAndChangedTextAreSaidToBeMissing() {
        LooksDesk desk;
        app::ReadingSettings settings = desk.parts.reading.settings();
        settings.memory = QStringLiteral("He never sleeps. ").repeated(8); // two chunks and more
        desk.parts.reading.change(settings);
        QVERIFY(desk.continueStory());
        desk.hover(2); // its first passage is in the memory, block 0's in both
        QTRY_COMPARE(
            desk.caption(),
            QStringLiteral("Looks back at 3 passages\n2 of 3 stand in the text; the rest was memory, "
                           "lore or a note, or has changed."));
        QCOMPARE(desk.editor().marks(Mark::LookedFew), QList<app::TextRange>());
        // The story changes where block 0 looked.
        desk.leave();
        desk.parts.document.applyUserEdit(0, 40, QStringLiteral("Once"));
        desk.hover(2);
        QTRY_VERIFY(desk.caption().contains(QStringLiteral("1 of 3 stand in the text")));
    }

    void aShortTextHasNothingToLookBackAt() {
        LooksDesk desk(kChunk, QStringLiteral("Once upon a time"));
        QVERIFY(desk.continueStory());
        desk.hover(2);
        QTest::qWait(LookMarker::kRestMs + 100);
        QVERIFY(desk.isPlain());
        desk.cursorTo(2);
        desk.lookKey();
        QTRY_COMPARE(desk.caption(), QStringLiteral("There was nothing to look back at yet."));
        QVERIFY(desk.marks().isEmpty() && !desk.looks().strip().isVisible());
    }

    void nothingIsDrawnForOtherModels() {
        LooksDesk desk(0);
        QVERIFY(desk.continueStory());
        desk.hover(2);
        QTest::qWait(LookMarker::kRestMs + 100);
        QVERIFY(desk.isPlain());
        desk.cursorTo(2);
        desk.lookKey();
        QVERIFY(desk.isPlain());
        QVERIFY(!desk.window->messages().isHidden());
    }
};

QTEST_MAIN(LooksTest)
#include "looks_test.moc"
