// A story with thousands of runs: opening it, showing the tree of attempts and going to one are steps that a
// writer does not wait for. What each takes of the interface's thread is printed.
#include "app/storage/project_file.h"
#include "tests/app/storage/project_samples.h"
#include "tests/app/support/thread_clock.h"
#include "tests/ui/support/attempts_desk.h"

#include <QSignalSpy>
#include <QTimer>
#include <QTreeWidgetItemIterator>

using namespace ui;

namespace {

constexpr int kRuns = 3000;
constexpr int kTokens = 20;

// The longest time that the event loop took no other event.
class LongestStep : public QObject {
public:
    LongestStep() {
        m_timer.setInterval(0);
        connect(&m_timer, &QTimer::timeout, this, [this] {
            const double now = test::threadMs();
            m_longest = std::max(m_longest, now - m_last);
            m_last = now;
        });
        m_timer.start();
    }
    [[nodiscard]] double take() {
        const double now = test::threadMs();
        const double longest = std::max(m_longest, now - m_last);
        m_longest = 0;
        m_last = now;
        return longest;
    }

private:
    QTimer m_timer;
    double m_last = test::threadMs();
    double m_longest = 0;
};

struct Novel {
    app::SpannedText text;
    QList<app::ProjectOperation> runs;
};

// Every second run stands in the story, some of these with a word of the writer in it; the other is another
// attempt at its place. `chain`: so many of those that stand go on from one another. `edited`: so many are
// there for each that the writer changed.
Novel novel(int chain, int edited) {
    QString text;
    QList<app::Span> spans;
    Novel novel;
    for (int id = 1; id <= kRuns; ++id) {
        const app::RunGrown grown = test::growth(id, 0, kTokens);
        app::RunRecord run = test::finished(test::runRecord(id), {{id, grown.text, grown.tokens, {}, {}}});
        const bool stands = id % 2 == 1;
        const int number = (id - 1) / 2; // of the places
        run.attemptOf = stands ? id : id - 1;
        if (number % chain != 0) {
            run.parent = stands ? id - 2 : id - 3;
            run.parentEnd = run.text.size();
        } else if (stands) {
            const QString own = QStringLiteral("\n\nThe writer's own words, number %1.").arg(number);
            text += own;
            app::appendSpan(spans, {own.size(), app::Origin::Typed, 0, 0});
        }
        run.place = text.size();
        run.setPrompt(text.right(200));
        if (stands) {
            const qsizetype half = number % edited == 0 ? run.text.size() / 2 : run.text.size();
            app::appendSpan(spans, {half, app::Origin::Generated, id, 0});
            text += run.text.first(half);
            if (half < run.text.size()) {
                app::appendSpan(spans, {4, app::Origin::Edited, id, 0});
                app::appendSpan(spans, {run.text.size() - half, app::Origin::Generated, id, half});
                text += QStringLiteral(" own") + run.text.sliced(half);
            }
        }
        novel.runs.append(app::RunRestored{run, {}});
    }
    novel.text = *app::SpannedText::fromSpans(text, spans);
    return novel;
}

} // namespace

class ManyAttemptsTest : public QObject {
    Q_OBJECT

private slots:
    void openingShowingAndJumping_data() {
        QTest::addColumn<int>("chain");
        QTest::addColumn<int>("edited");
        QTest::newRow("short ways") << 10 << 10;
        QTest::newRow("each for itself, all changed by the writer") << 1 << 1;
        QTest::newRow("one long way") << kRuns << 10;
    }
    void openingShowingAndJumping() {
        QFETCH(int, chain);
        QFETCH(int, edited);
        const QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("novel.inkgate"));
        {
            const Novel made = novel(chain, edited);
            auto file = app::ProjectFile::create(path, made.text);
            QVERIFY(file);
            QVERIFY((*file)->append(made.runs));
        }
        test::AttemptsDesk desk;
        LongestStep steps;
        QSignalSpy opened(&desk.parts.project, &app::ProjectController::opened);
        (void)steps.take();
        desk.parts.project.open(path);
        QVERIFY(opened.wait(60'000));
        QTest::qWait(300);
        const double openingMs = steps.take();
        QCOMPARE(desk.parts.runs.runs().size(), kRuns);

        desk.key(Qt::Key_T, Qt::ControlModifier);
        QVERIFY(desk.tree().isVisible());
        QTest::qWait(300);
        const double showingMs = steps.take();
        int rows = 0;
        for (QTreeWidgetItemIterator it(&desk.tree()); *it != nullptr; ++it)
            ++rows;
        QCOMPARE(rows, kRuns);

        // To another attempt in the middle of the story, and to one that stands there.
        for (const app::RunId run : {app::RunId{kRuns / 2}, app::RunId{kRuns / 4 * 3 + 1}}) {
            desk.tree().setCurrentItem(desk.item(run));
            QCoreApplication::processEvents();
            (void)steps.take();
            desk.press(desk.tree(), Qt::Key_Return);
            QTRY_VERIFY(desk.item(run)->data(0, StandsRole).toBool());
            QTest::qWait(400);
            const double jumpMs = steps.take();
            qInfo("jump to attempt %lld: %.0f ms", static_cast<long long>(run), jumpMs);
        }

        // A key in the story while the tree is in sight: its rows stay as they are.
        QList<const QTreeWidgetItem*> before;
        for (QTreeWidgetItemIterator it(&desk.tree()); *it != nullptr; ++it)
            before.append(*it);
        desk.window->editor().setFocus();
        (void)steps.take();
        desk.key(Qt::Key_X);
        QTest::qWait(400);
        const double keyMs = steps.take();
        qInfo("%d runs: opening %.0f ms, Ctrl+T %.0f ms, a key beside the tree %.0f ms", kRuns, openingMs,
              showingMs, keyMs);
        QList<const QTreeWidgetItem*> after;
        for (QTreeWidgetItemIterator it(&desk.tree()); *it != nullptr; ++it)
            after.append(*it);
        QVERIFY(after == before);
    }
};

QTEST_MAIN(ManyAttemptsTest)
#include "many_attempts_test.moc"
