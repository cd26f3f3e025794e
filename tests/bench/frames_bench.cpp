// How evenly the window can draw while a model writes: the pauses between turns of its event loop, with a
// long story, the heatmap open and the gates of a 1.6 B model. A screen of 60 frames per second wants a turn
// every 16.7 ms.
//   frames_bench [tokens per second, default 500] [words of the story, default 20000]
#include "tests/ui/support/desk.h"
#include "ui/editor/story_editor.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QTest>
#include <QTimer>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

constexpr double kFrameMs = 1000.0 / 60;
constexpr int kTokens = 3000;

QString storyOf(int words) {
    QString story;
    for (int word = 0; word < words; ++word)
        story += word % 120 == 119 ? QStringLiteral("river.\n\n") : QStringLiteral("ferry ");
    return story;
}

// Words with spaces between them, the last of which ends the paragraph.
QString paragraphOf(int words) {
    QStringList paragraph(words - 1, QStringLiteral("river"));
    paragraph.append(QStringLiteral("bell.\n\n"));
    return paragraph.join(u' ');
}

double percentile(const std::vector<double>& sorted, double share) {
    return sorted[std::min(sorted.size() - 1,
                           static_cast<std::size_t>(share * static_cast<double>(sorted.size())))];
}

} // namespace

int main(int argc, char** argv) {
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    const int rate = argc > 1 ? std::max(1, std::atoi(argv[1])) : 500;
    const int words = argc > 2 ? std::max(1, std::atoi(argv[2])) : 20'000;

    app::ScriptedGenerator::Script script;
    script.words = paragraphOf(80);
    script.delayMs = std::max(1, 1000 / rate);
    script.layers = 24;
    script.width = 2048;
    test::Desk desk(storyOf(words), script);
    desk.setLength(kTokens);

    std::vector<double> pauses;
    QElapsedTimer clock;
    QTimer turns;
    turns.setTimerType(Qt::PreciseTimer);
    QObject::connect(&turns, &QTimer::timeout, [&] {
        pauses.push_back(static_cast<double>(clock.nsecsElapsed()) * 1e-6);
        clock.restart();
    });
    QElapsedTimer whole;
    const int before = desk.parts.generator->tokensWritten();
    QTest::keyClick(&desk.window->editor(), Qt::Key_Return, Qt::ControlModifier);
    whole.start();
    clock.start();
    turns.start(1);
    const bool isDone = QTest::qWaitFor(
        [&] { return desk.parts.writer.activity() == app::StoryWriter::Activity::Idle; }, 120'000);
    turns.stop();
    const double seconds = static_cast<double>(whole.nsecsElapsed()) * 1e-9;
    const int tokens = desk.parts.generator->tokensWritten() - before;
    if (!isDone || pauses.empty()) {
        std::fputs("the model did not come to its end\n", stderr);
        return 1;
    }

    std::ranges::sort(pauses);
    const auto late = std::ranges::count_if(pauses, [](double pause) { return pause > kFrameMs; });
    std::printf("%d tokens at %.0f per second, story of %d words\n", tokens, tokens / seconds, words);
    std::printf("pauses of the window: median %.1f ms, 99 %% %.1f ms, longest %.1f ms\n",
                percentile(pauses, 0.5), percentile(pauses, 0.99), pauses.back());
    std::printf("%lld of %.0f frames late at 60 per second\n", static_cast<long long>(late), seconds * 60);
    return 0;
}
