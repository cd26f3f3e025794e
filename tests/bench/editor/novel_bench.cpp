// What the writer waits for in a long novel: keys, keys while text streams in, and steps that touch the whole
// text, in the application's own window.
//   novel_bench [words, default 130000] [step: only steps whose names contain this]
// Runs with QT_QPA_PLATFORM=offscreen as well. Times are milliseconds of the GUI thread's processor, with the
// wall clock's behind them: median and 95th percentile to the end of the first paint, and the longest time
// that the event loop took no other event.
#include "tests/bench/editor/event_watch.h"
#include "tests/bench/editor/novel.h"
#include "tests/ui/support/desk.h"
#include "ui/editor/document_mirror.h"
#include "ui/editor/story_editor.h"
#include "ui/find/find_bar.h"

#include <QLineEdit>
#include <QPushButton>
#include <QTest>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace bench {

namespace {

constexpr int kRestMs = 1500; // for what goes on after the first paint

double percentile(std::vector<double> values, double share) {
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1) + 0.5)];
}

class NovelBench {
public:
    NovelBench(EventWatch& watch, int words, QString wanted)
        : m_watch(watch)
        , m_words(words)
        , m_wanted(std::move(wanted)) {
        std::printf("%-34s %5s  %-16s %-16s %-16s\n", "step: cpu ms (wall ms)", "times", "median", "95 %",
                    "longest gap");
    }

    void run() {
        app::Appearance appearance = preferences().appearance();
        appearance.theme = app::Theme::Light;
        preferences().setAppearance(appearance);
        open(novel({m_words, 400}));
        keys("key", 40);
        if (wants("stream"))
            stream();
        wholeText();
        replaceAll();
        deleteAll();
        if (wants("long paragraph")) {
            const app::SpannedText text = novel({m_words / 2, 200});
            open(app::SpannedText(text.text() + longParagraph(200'000) + u'\n' + text.text(),
                                  app::Origin::Imported));
            m_place = text.size() + 100'000;
            keys("key in a long paragraph", 40);
        }
    }

private:
    ui::StoryEditor& editor() { return m_desk.window->editor(); }
    app::Preferences& preferences() { return m_desk.parts.preferences; }
    bool wants(const char* step) const { return QString::fromLatin1(step).contains(m_wanted); }

    void open(const app::SpannedText& text) {
        // Typed, so that the project's file has it.
        app::Document& story = m_desk.parts.document;
        story.applyUserEdit(0, story.size(), text.text());
        m_watch.rest(kRestMs);
        const Reaction reaction = m_watch.measure(
            editor().viewport(), [&] { story.reset(text); }, kRestMs);
        if (wants("open"))
            tell("open", {reaction});
        m_place = text.size() / 2;
    }

    void tell(const char* name, const std::vector<Reaction>& reactions) {
        std::vector<double> cpu, wall;
        Duration gap;
        for (const Reaction& reaction : reactions) {
            cpu.push_back(reaction.firstPaint.cpuMs);
            wall.push_back(reaction.firstPaint.wallMs);
            if (reaction.longestGap.cpuMs > gap.cpuMs)
                gap = reaction.longestGap;
        }
        const auto both = [](double cpuMs, double wallMs) {
            return QStringLiteral("%1 (%2)").arg(cpuMs, 0, 'f', 1).arg(wallMs, 0, 'f', 0).toStdString();
        };
        std::printf("%-34s %5zu  %-16s %-16s %-16s\n", name, reactions.size(),
                    both(percentile(cpu, 0.5), percentile(wall, 0.5)).c_str(),
                    both(percentile(cpu, 0.95), percentile(wall, 0.95)).c_str(),
                    both(gap.cpuMs, gap.wallMs).c_str());
        std::fflush(stdout);
    }

    void repeat(const char* name, int times, int restMs, const std::function<void(int)>& action) {
        if (!wants(name))
            return;
        std::vector<Reaction> reactions;
        for (int i = 0; i < times; ++i)
            reactions.push_back(m_watch.measure(
                editor().viewport(), [&] { action(i); }, restMs));
        tell(name, reactions);
    }

    void keys(const char* name, int times) {
        editor().placeCursor(m_place);
        editor().setFocus();
        m_watch.rest(kRestMs);
        repeat(name, times, 20,
               [this](int i) { QTest::keyClick(&editor(), i % 7 == 6 ? Qt::Key_Space : Qt::Key_E); });
    }

    // Text comes 30 times a second a screen above the cursor, inside the model's own paragraph.
    void stream() {
        app::Document& story = m_desk.parts.document;
        constexpr app::RunId kRun = 100'000;
        if (!story.beginGeneration(kRun, m_place))
            std::abort();
        editor().placeCursor(m_place + 200);
        m_watch.rest(kRestMs);
        std::vector<Reaction> keys, batches;
        for (int i = 0; i < 100; ++i) {
            batches.push_back(m_watch.measure(
                editor().viewport(), [&] { story.appendGenerated(kRun, QStringLiteral(" and then the")); },
                5));
            keys.push_back(m_watch.measure(
                editor().viewport(),
                [&] { QTest::keyClick(&editor(), i % 7 == 6 ? Qt::Key_Space : Qt::Key_E); }, 5));
        }
        story.endGeneration(kRun);
        tell("stream: a batch of text", batches);
        tell("stream: a key meanwhile", keys);
    }

    void wholeText() {
        QWidget* const window = m_desk.window.get();
        repeat("zoom", 6, kRestMs, [this](int i) {
            app::Appearance appearance = preferences().appearance();
            appearance.fontSize += i % 2 == 0 ? 1 : -1;
            preferences().setAppearance(appearance);
        });
        repeat("resize", 6, kRestMs, [window](int i) { window->resize(i % 2 == 0 ? 760 : 1200, 800); });
        repeat("theme", 6, kRestMs, [this](int i) {
            app::Appearance appearance = preferences().appearance();
            appearance.theme = i % 2 == 0 ? app::Theme::Dark : app::Theme::Light;
            preferences().setAppearance(appearance);
        });
        repeat("origins", 6, kRestMs, [this](int i) {
            app::Appearance appearance = preferences().appearance();
            appearance.showOrigins = i % 2 != 0;
            preferences().setAppearance(appearance);
        });
    }

    void replaceAll() {
        if (!wants("replace all"))
            return;
        auto* bar = m_desk.window->findChild<ui::FindBar*>();
        bar->open(true);
        auto* pattern = bar->findChild<QLineEdit*>(QStringLiteral("findPattern"));
        auto* words = bar->findChild<QLineEdit*>(QStringLiteral("findReplacement"));
        auto* button = bar->findChild<QPushButton*>(QStringLiteral("findReplaceAll"));
        std::vector<Reaction> replaced, undone;
        for (int i = 0; i < 3; ++i) {
            pattern->setFocus();
            pattern->clear();
            QTest::keyClicks(pattern, QStringLiteral("the "));
            words->setText(QStringLiteral("thee "));
            if (!QTest::qWaitFor([&] { return bar->matchCount() > 0 && button->isEnabled(); }))
                std::abort();
            m_watch.rest(kRestMs);
            if (i == 0)
                std::printf("  %lld matches\n", static_cast<long long>(bar->matchCount()));
            replaced.push_back(m_watch.measure(
                editor().viewport(), [&] { button->click(); }, kRestMs));
            undone.push_back(m_watch.measure(
                editor().viewport(), [&] { m_desk.parts.document.undo(); }, kRestMs));
        }
        tell("replace all", replaced);
        tell("undo of replace all", undone);
        bar->close();
    }

    void deleteAll() {
        if (!wants("delete all"))
            return;
        std::vector<Reaction> deleted, undone;
        for (int i = 0; i < 3; ++i) {
            editor().selectAll();
            m_watch.rest(kRestMs);
            deleted.push_back(m_watch.measure(
                editor().viewport(), [&] { QTest::keyClick(&editor(), Qt::Key_Delete); }, kRestMs));
            undone.push_back(m_watch.measure(
                editor().viewport(), [&] { QTest::keyClick(&editor(), Qt::Key_Z, Qt::ControlModifier); },
                kRestMs));
        }
        tell("delete all", deleted);
        tell("undo of delete all", undone);
    }

    EventWatch& m_watch;
    int m_words;
    QString m_wanted;
    test::Desk m_desk;
    qsizetype m_place = 0; // where keys and text go
};

} // namespace

} // namespace bench

int main(int argc, char** argv) {
    bench::EventWatch watch(argc, argv);
    const int words = argc > 1 ? std::atoi(argv[1]) : 130'000;
    bench::NovelBench(watch, words, argc > 2 ? QString::fromLocal8Bit(argv[2]) : QString()).run();
    return 0;
}
