// kill -9 at random moments: the project opens again with everything but the last second.
// The number of kills is 50 by default; INKGATE_KILLS in the environment asks for another.
#include "app/notes/scene_notes.h"
#include "tests/app/support/app_parts.h"

#include <QDateTime>
#include <QProcess>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

#include <array>
#include <memory>

using namespace app;

namespace {

constexpr int kKills = 50;
constexpr int kWriters = 5;
constexpr qint64 kMayBeLostMs = 1000;

struct Sighting {
    qint64 atMs = 0;
    int marks = 0;
};

QList<Sighting> sightings(const QByteArray& output) {
    QList<Sighting> seen;
    for (const QByteArray& line : output.split('\n')) {
        const QList<QByteArray> words = line.split(' ');
        if (words.size() == 2)
            seen.append(Sighting{words[0].toLongLong(), words[1].toInt()});
    }
    return seen;
}

int marksIn(const QString& text) {
    int marks = 0;
    while (text.contains(QStringLiteral("<%1>").arg(marks + 1)))
        ++marks;
    return marks;
}

} // namespace

class RecoveryTest : public QObject {
    Q_OBJECT

private slots:
    // A few writers at a time, each with a project of its own, since most of the time is waiting.
    void everyKilledProjectOpensWithAllButTheLastSecond() {
        const int wanted = qEnvironmentVariableIntValue("INKGATE_KILLS");
        const int rounds = ((wanted > 0 ? wanted : kKills) + kWriters - 1) / kWriters;
        QRandomGenerator random(23);
        std::array<Writer, kWriters> writers;
        for (int round = 0; round < rounds; ++round) {
            for (Writer& writer : writers)
                start(writer, random);
            for (bool isRunning = true; isRunning;) {
                QTest::qWait(5);
                isRunning = false;
                for (Writer& writer : writers)
                    isRunning = !killInTime(writer) || isRunning;
            }
            for (Writer& writer : writers)
                check(writer);
        }
        for (const Writer& writer : writers) {
            QVERIFY(writer.marks > 0);
            QVERIFY2(writer.runs > 0, "the model never wrote");
        }
    }

private:
    struct Writer {
        QTemporaryDir folder;
        std::unique_ptr<QProcess> process;
        qint64 livesMs = 0;  // after its first sign of life
        qint64 bornAtMs = 0; // 0: none yet
        qint64 killedAtMs = 0;
        // What was in the project when it was last opened. A kill may come between a mark and the rest.
        int marks = 0;
        int remembered = 0;
        int noted = 0;
        qsizetype runs = 0;
    };

    static void start(Writer& writer, QRandomGenerator& random) {
        writer.process = std::make_unique<QProcess>();
        writer.livesMs = random.bounded(2000);
        writer.bornAtMs = writer.killedAtMs = 0;
        writer.process->start(QStringLiteral(RESTLESS_WRITER),
                              {writer.folder.path(), QString::number(random.bounded(1000))});
        QVERIFY(writer.process->waitForStarted());
    }

    // True once it is dead.
    static bool killInTime(Writer& writer) {
        const qint64 now = QDateTime::currentMSecsSinceEpoch();
        if (writer.bornAtMs == 0 && writer.process->bytesAvailable() > 0)
            writer.bornAtMs = now;
        if (writer.killedAtMs == 0 && writer.bornAtMs != 0 && now >= writer.bornAtMs + writer.livesMs) {
            writer.killedAtMs = now;
            writer.process->kill(); // SIGKILL
        }
        return writer.process->state() == QProcess::NotRunning;
    }

    static void check(Writer& writer) {
        QCOMPARE(writer.process->exitStatus(), QProcess::CrashExit);
        int seen = 0; // of this life
        for (const Sighting& sighting : sightings(writer.process->readAllStandardOutput()))
            if (sighting.atMs <= writer.killedAtMs - kMayBeLostMs)
                seen = sighting.marks;

        AppParts parts(writer.folder.path());
        QVERIFY(parts.start());
        QVERIFY(!parts.project.isReadOnly());
        const int expected =
            std::max(seen, writer.marks); // what an earlier kill had left is there in any case
        writer.marks = marksIn(parts.document.text());
        QVERIFY2(writer.marks >= expected,
                 qPrintable(QStringLiteral("%1 marks of %2").arg(writer.marks).arg(expected)));
        const ReadingSettings& reading = parts.reading.settings();
        const int remembered = reading.memory.isEmpty() ? 0 : reading.memory.mid(1).chopped(1).toInt();
        QVERIFY2(remembered >= std::max(seen, writer.remembered),
                 qPrintable(QStringLiteral("memory %1 of %2").arg(remembered).arg(seen)));
        writer.remembered = remembered;
        QCOMPARE(reading.lorebook.entries.isEmpty() ? QString() : reading.lorebook.entries.last().name,
                 reading.memory);
        checkRuns(parts);
        checkNotes(parts, std::max(seen, writer.noted), writer);
        checkHistory(parts.document);
        writer.runs = parts.runs.runs().size();
    }

    // The steps of before the kill are there and belong to the text.
    static void checkHistory(Document& document) {
        const SpannedText killed = document.content();
        QVERIFY(document.canUndo() || marksIn(killed.text()) == 0); // nothing but the sample story
        int steps = 0;
        for (; steps < 200 && document.canUndo(); ++steps)
            document.undo();
        QVERIFY(document.content() != killed || steps == 0);
        for (; steps > 0; --steps)
            document.redo();
        QCOMPARE(document.content(), killed);
    }

    // What was noted is there, at its scene, however many marks came before it.
    static void checkNotes(AppParts& parts, int expected, Writer& writer) {
        const SceneNotes& notes = parts.project.notes();
        QVERIFY(notes.all().size() <= 1 && (expected == 0 || notes.all().size() == 1));
        if (notes.all().isEmpty())
            return;
        QCOMPARE(notes.sectionOf(notes.all().first().id), std::optional<qsizetype>(1));
        const int noted = notes.synopsis(1).toInt();
        QVERIFY2(noted >= expected && noted <= writer.marks, qPrintable(QString::number(noted)));
        writer.noted = noted;
    }

    // Text, tokens and runs were written together, so they fit together.
    static void checkRuns(const AppParts& parts) {
        for (const RunId id : parts.runs.runs()) {
            const RunRecord& run = *parts.runs.run(id);
            QVERIFY(run.isFinished);
            const qsizetype covered = run.tokens.isEmpty() ? 0 : run.tokens.last().end;
            QCOMPARE(run.text.size(), covered);
            for (const PlacedSpan& placed : parts.document.content().spansOfRun(id)) {
                if (placed.span.origin != Origin::Generated)
                    continue;
                QVERIFY(placed.span.runOffset + placed.span.length <= run.text.size());
                QCOMPARE(parts.document.text().sliced(placed.position, placed.span.length),
                         run.text.sliced(placed.span.runOffset, placed.span.length));
            }
        }
        for (const Span& span : parts.document.content().spans())
            QVERIFY(span.run == 0 || parts.runs.run(span.run));
    }
};

QTEST_GUILESS_MAIN(RecoveryTest)
#include "recovery_test.moc"
