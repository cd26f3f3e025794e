// How long a key takes in a long paragraph, and the opening of one: letters without spaces, Chinese, Thai,
// words.
//   editor_bench [units of the paragraph, default 200000] [keys, default 20]
// Runs with QT_QPA_PLATFORM=offscreen as well; the time of a key is that until the event loop has nothing
// left to do.
#include "app/document/document.h"
#include "ui/editor/story_editor.h"
#include "ui/theme/colours.h"
#include "ui/theme/typography.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QRandomGenerator>
#include <QTest>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

QString paragraphOf(const char* kind, int units) {
    static const QString kThai = QStringLiteral("เช้าวันหนึ่งก่อนที่ดวงอาทิตย์จะขึ้นชาวประมงชรา"
                                                "เดินออกไปที่ทะเล"
                                                "และเห็นเรือประหลาดลำหนึ่งอยู่บนชายหาด");
    QRandomGenerator random(1);
    QString text;
    while (text.size() < units) {
        switch (*kind) {
        case 'b':
            text += QLatin1Char(
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[random.bounded(64)]);
            break;
        case 'c':
            text += random.bounded(15) == 0 ? QChar(0xFF0C) : QChar(0x4E00 + random.bounded(3000));
            break;
        case 't': text += kThai; break;
        default: text += QStringLiteral("word ").repeated(2); break;
        }
    }
    return text;
}

} // namespace

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    const int units = argc > 1 ? std::atoi(argv[1]) : 200'000;
    const int keys = argc > 2 ? std::atoi(argv[2]) : 20;
    std::printf("%-8s %12s %12s %12s %12s\n", "text", "opening ms", "median ms", "slowest ms", "units");
    for (const char* kind : {"base64", "chinese", "thai", "words"}) {
        app::Document story;
        ui::StoryEditor editor(story);
        editor.setColours(ui::lightColours());
        editor.setTypography(ui::typographyFor({}));
        editor.resize(1000, 700);
        editor.show();
        application.processEvents();
        QElapsedTimer watch;
        watch.start();
        story.reset(app::SpannedText(paragraphOf(kind, units), app::Origin::Imported));
        application.processEvents();
        const double opening = static_cast<double>(watch.nsecsElapsed()) / 1e6;
        editor.placeCursor(story.size() / 2);
        application.processEvents();
        std::vector<double> times;
        for (int i = 0; i < keys; ++i) {
            watch.start();
            QTest::keyClick(&editor, i % 7 == 6 ? Qt::Key_Backspace : Qt::Key_A);
            application.processEvents();
            times.push_back(static_cast<double>(watch.nsecsElapsed()) / 1e6);
        }
        std::sort(times.begin(), times.end());
        std::printf("%-8s %12.0f %12.2f %12.2f %12lld\n", kind, opening, times[times.size() / 2],
                    times.back(), static_cast<long long>(story.size()));
        std::fflush(stdout);
    }
    return 0;
}
