// A writer who never stops: types, deletes, undoes, lets the model write, notes how many marks there are,
// until the process is killed. Says on standard output how far it has come, so that whoever kills it knows
// what must have survived: "<milliseconds> <marks>" four times a second, after the moment at which that many
// marks had been in the text. Usage: app_restless_writer FOLDER SEED
#include "app/notes/scene_notes.h"
#include "tests/app/support/app_parts.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QRandomGenerator>
#include <QTextStream>
#include <QTimer>

#include <cstdio>

namespace {

// Marks are typed in order, each once, and never removed: "<17>" is the seventeenth.
QString mark(int number) { return QStringLiteral("<%1>").arg(number); }

// The last mark is in the memory and in the newest entry of the lorebook, too.
void remember(app::StoryReading& reading, const QString& mark) {
    constexpr qsizetype kMostEntries = 30;
    app::ReadingSettings settings = reading.settings();
    settings.memory = mark;
    app::LoreEntry entry;
    entry.name = mark;
    if (settings.lorebook.entries.size() >= kMostEntries)
        settings.lorebook.entries.clear();
    settings.lorebook.entries.append(entry);
    reading.change(settings);
}

} // namespace

int main(int argc, char** argv) {
    QCoreApplication application(argc, argv);
    if (argc != 3)
        return 2;
    QRandomGenerator random(QByteArray(argv[2]).toUInt());
    app::AppParts parts(QString::fromLocal8Bit(argv[1]), {.delayMs = 3});
    if (!parts.start())
        return 1;
    app::Document& document = parts.document;
    if (!document.text().contains(QStringLiteral("***")))
        document.applyUserEdit(document.size(), 0, QStringLiteral("\n\n***\n\nThe scene. "));
    int marks = 0;
    while (document.text().contains(mark(marks + 1)))
        ++marks;

    QTimer typing;
    QObject::connect(&typing, &QTimer::timeout, &application, [&] {
        const int action = random.bounded(10);
        if (action < 5) {
            document.applyUserEdit(0, 0, mark(++marks));
            remember(parts.reading, mark(marks));
            parts.project.notes().setSynopsis(1, QString::number(marks));
        } else if (action < 7) {
            document.applyUserEdit(document.size(), 0, QStringLiteral("words "));
        } else if (action == 7 && document.text().endsWith(QStringLiteral("words "))) {
            document.applyUserEdit(document.size() - 6, 6, QString());
        } else if (action == 8) {
            parts.writer.continueAt(document.size());
        } else if (action == 9) {
            parts.writer.stop();
        }
    });
    QTimer telling;
    QObject::connect(&telling, &QTimer::timeout, &application, [&] {
        std::printf("%lld %d\n", static_cast<long long>(QDateTime::currentMSecsSinceEpoch()), marks);
        std::fflush(stdout);
    });
    typing.start(7);
    telling.start(20);
    return QCoreApplication::exec();
}
