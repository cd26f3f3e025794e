#include "tests/app/support/app_parts.h"

#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

using namespace app;

class ProjectControllerTest : public QObject {
    Q_OBJECT

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void theFirstStartShowsTheSampleStoryAndTheNextOneGoesOnWithIt() {
        {
            AppParts parts(m_folder->path());
            QVERIFY(parts.start());
            QFile sample(QStringLiteral(":/sample_story.txt"));
            QVERIFY(sample.open(QIODevice::ReadOnly));
            QCOMPARE(parts.document.text(), QString::fromUtf8(sample.readAll()));
            QCOMPARE(parts.document.content().spans().first().origin, Origin::Imported);
            QVERIFY(parts.project.isUntitled());
            QVERIFY(!parts.document.canUndo());
            parts.document.applyUserEdit(0, 0, QStringLiteral("Mine: "));
        }
        AppParts parts(m_folder->path());
        QVERIFY(parts.start());
        QVERIFY(parts.document.text().startsWith(QStringLiteral("Mine: ")));
        QVERIFY(parts.project.isUntitled());
    }

    void anUntitledProjectWithoutAWordIsNotKept() {
        {
            AppParts parts(m_folder->path());
            parts.preferences.markStarted();
            QVERIFY(parts.start());
        }
        QVERIFY(QDir(m_folder->filePath(QStringLiteral("data/untitled"))).isEmpty());
    }

    void everythingIsAsItWasAfterReopening() {
        const QString path = m_folder->filePath(QStringLiteral("Dragons.inkgate"));
        SpannedText text;
        QList<RunRecord> runs;
        QList<GateFrames> gates;
        const ScriptedGenerator::Script script;
        {
            AppParts parts(m_folder->path(), script);
            QVERIFY(parts.start());
            QVERIFY(parts.write(parts.document.size(), 90));
            parts.document.applyUserEdit(3, 2, QStringLiteral("xyz"));
            QSignalSpy saved(&parts.project, &ProjectController::savedAs);
            parts.project.saveAs(m_folder->filePath(QStringLiteral("Dragons"))); // the suffix is added
            QVERIFY(saved.wait());
            QCOMPARE(parts.project.path(), path);
            QCOMPARE(parts.project.title(), QStringLiteral("Dragons"));
            QVERIFY(QDir(m_folder->filePath(QStringLiteral("data/untitled"))).isEmpty());
            QVERIFY(parts.write(20, 10)); // and goes on being saved there
            parts.writer.compareAt(5, QStringLiteral("gated"));
            QTRY_COMPARE(parts.writer.activity(), StoryWriter::Activity::Idle);
            text = parts.document.content();
            for (const RunId id : parts.runs.runs()) {
                runs.append(*parts.runs.run(id));
                GateFrames frames = parts.runs.gates(id) ? *parts.runs.gates(id) : GateFrames();
                frames.channelCodes.clear();
                gates.append(frames);
            }
        }
        AppParts parts(m_folder->path());
        QVERIFY(parts.start());
        QCOMPARE(parts.project.path(), path); // the last project comes back by itself
        QCOMPARE(parts.document.content(), text);
        QCOMPARE(parts.runs.runs().size(), runs.size());
        for (qsizetype i = 0; i < runs.size(); ++i) {
            const RunId id = runs[i].id;
            QCOMPARE(*parts.runs.run(id), runs[i]);
            QCOMPARE(parts.runs.hasGates(id), gates[i].tokenCount() > 0);
            if (!parts.runs.hasGates(id))
                continue;
            QSignalSpy ready(&parts.runs, &RunHistory::gatesReady);
            parts.runs.loadGates(id);
            QTRY_COMPARE(ready.count(), 1);
            QCOMPARE(*parts.runs.gates(id), gates[i]);
            QSignalSpy channels(&parts.runs, &RunHistory::channelsReady);
            parts.runs.requestChannels(id, 1);
            QTRY_COMPARE(channels.count(), 1);
            const auto map = channels[0][1].value<ChannelMap>();
            QCOMPARE(map.tokens, gates[i].tokenCount());
            QCOMPARE(map, channelsOfLayer(allGates(script, map.tokens), 1));
        }
        QCOMPARE(parts.preferences.recentFiles().first(), path);
    }

    void whereAModelLookedBackIsKept() {
        ScriptedGenerator::Script script;
        script.chunk = 16;
        RunLooks expected;
        RunId run = 0;
        {
            AppParts parts(m_folder->path(), script);
            QVERIFY(parts.start());
            QVERIFY(parts.write(parts.document.size(), 20));
            run = parts.runs.runs().last();
            expected = *parts.runs.looks(run);
            QCOMPARE(expected.tokens.size(), 19); // the last one was not read
            QCOMPARE(expected.read.chunk, 16);
            QVERIFY(!expected.read.pieces.isEmpty());
            QVERIFY(parts.waitUntilSaved());
        }
        AppParts parts(m_folder->path(), script);
        QVERIFY(parts.start());
        QVERIFY(parts.runs.looks(run) == nullptr);
        QSignalSpy ready(&parts.runs, &RunHistory::looksReady);
        parts.runs.loadLooks(run);
        QTRY_COMPARE(ready.count(), 1);
        QCOMPARE(*parts.runs.looks(run), expected);
        parts.runs.loadLooks(run); // now they are there
        QCOMPARE(ready.count(), 2);
    }

    void theWritersPlaceIsKeptWithEachProject() {
        const QString path = m_folder->filePath(QStringLiteral("Dragons.inkgate"));
        {
            AppParts parts(m_folder->path());
            QVERIFY(parts.start());
            QSignalSpy saved(&parts.project, &ProjectController::savedAs);
            parts.project.saveAs(path);
            QVERIFY(saved.wait());
            parts.project.keepEditingPlace({20, 5});
            parts.project.newProject();
            QTRY_VERIFY(parts.project.isUntitled());
            QVERIFY(!parts.project.takeEditingPlace());
            parts.project.keepEditingPlace({0, 0});
            parts.project.open(path);
            QTRY_COMPARE(parts.project.path(), path);
            QCOMPARE(parts.project.takeEditingPlace(), std::optional(EditingPlace{20, 5}));
            QVERIFY(!parts.project.takeEditingPlace());
            parts.project.keepEditingPlace({30, 10});
        }
        AppParts parts(m_folder->path());
        QVERIFY(parts.start());
        QCOMPARE(parts.project.takeEditingPlace(), std::optional(EditingPlace{30, 10}));
    }

    void openingAnotherProjectLosesNothingOfTheFirst() {
        const QString first = m_folder->filePath(QStringLiteral("first.inkgate"));
        const QString second = m_folder->filePath(QStringLiteral("second.inkgate"));
        AppParts parts(m_folder->path(), {.delayMs = 1});
        QVERIFY(parts.start());
        saveAs(parts, first);
        parts.project.newProject();
        QTRY_VERIFY(parts.project.isUntitled() && !parts.project.isBusy());
        QCOMPARE(parts.document.text(), QString());
        parts.document.applyUserEdit(0, 0, QStringLiteral("Second."));
        saveAs(parts, second);

        // Written until the very moment the other one is there, and while a model writes.
        parts.writer.continueAt(7);
        QTRY_VERIFY(parts.document.size() > 20);
        parts.project.open(first);
        QString lastSeen;
        connect(&parts.project, &ProjectController::aboutToClose, this,
                [&] { lastSeen = parts.document.text(); });
        while (parts.project.isBusy()) {
            parts.document.applyUserEdit(0, 0, QStringLiteral("x"));
            QTest::qWait(1);
        }
        QCOMPARE(parts.project.path(), first);
        QCOMPARE(parts.writer.activity(), StoryWriter::Activity::Idle);
        const QString secondText = lastSeen;
        const QString firstText = parts.document.text();
        QTest::qWait(50);
        QCOMPARE(parts.document.text(), firstText); // nothing of the old run arrives here
        parts.project.open(second);
        QTRY_COMPARE(parts.project.path(), second);
        QCOMPARE(parts.document.text(), secondText);
        QVERIFY(parts.runs.run(1)->isFinished);
    }

    void untitledStoriesStayAmongTheRecentFiles() {
        AppParts parts(m_folder->path());
        QVERIFY(parts.start());
        parts.document.applyUserEdit(0, 0, QStringLiteral("Kept. "));
        parts.project.newProject();
        QTRY_VERIFY(!parts.project.isBusy());
        QCOMPARE(parts.preferences.recentFiles().size(), 1);
        parts.project.open(parts.preferences.recentFiles().first());
        QTRY_VERIFY(!parts.project.isBusy());
        QVERIFY(parts.document.text().startsWith(QStringLiteral("Kept. ")));
        QVERIFY(parts.project.isUntitled());
    }

    void aFileThatIsNoProjectIsRefusedAndTheOpenOneStays() {
        AppParts parts(m_folder->path());
        QVERIFY(parts.start());
        const QString text = parts.document.text();
        const QString path = write(QStringLiteral("broken.inkgate"), "not a database");
        QSignalSpy failed(&parts.project, &ProjectController::openFailed);
        parts.project.open(path);
        QVERIFY(failed.wait());
        QVERIFY(failed[0][1].toString().contains(QStringLiteral("not an Inkgate project")));
        QCOMPARE(parts.document.text(), text);
        QVERIFY(!parts.project.isBusy());
        parts.document.applyUserEdit(0, 0, QStringLiteral("x"));
        QVERIFY(parts.waitUntilSaved());
    }

    void twoInkgatesDoNotShareAProject() {
        AppParts first(m_folder->path());
        QVERIFY(first.start());
        first.document.applyUserEdit(0, 0, QStringLiteral("First. "));
        AppParts second(m_folder->path());
        second.preferences.markStarted();
        QVERIFY(second.start()); // not the untitled project of the first
        QVERIFY(!second.document.text().startsWith(QStringLiteral("First. ")));
        const QString path = m_folder->filePath(QStringLiteral("shared.inkgate"));
        saveAs(first, path);
        QSignalSpy failed(&second.project, &ProjectController::openFailed);
        second.project.open(path);
        QVERIFY(failed.wait());
        QVERIFY(failed[0][1].toString().contains(QStringLiteral("another Inkgate")));
    }

    void textFilesAreImportedAndExported() {
        AppParts parts(m_folder->path());
        QVERIFY(parts.start(write(QStringLiteral("story.txt"), "Line one.\r\nLine two.")));
        QCOMPARE(parts.document.text(), QStringLiteral("Line one.\nLine two."));
        QCOMPARE(parts.document.content().spans().first().origin, Origin::Imported);
        QVERIFY(parts.project.isUntitled());
        const QString exported = m_folder->filePath(QStringLiteral("out.txt"));
        QSignalSpy done(&parts.project, &ProjectController::exported);
        parts.project.exportStory(exported, StoryFormat::PlainText, {});
        QVERIFY(done.wait());
        QFile file(exported);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), QByteArray("Line one.\nLine two."));
        QSignalSpy failed(&parts.project, &ProjectController::exportFailed);
        parts.project.exportStory(m_folder->filePath(QStringLiteral("no/folder/out.txt")), StoryFormat::Docx,
                                  {});
        QVERIFY(failed.wait());
    }

    void aStartWithAFileThatFailsStillShowsAProject() {
        AppParts parts(m_folder->path());
        QSignalSpy opened(&parts.project, &ProjectController::opened);
        QVERIFY(parts.start(m_folder->filePath(QStringLiteral("missing.inkgate"))));
        QVERIFY(opened[0][0].toString().contains(QStringLiteral("missing.inkgate")));
        QVERIFY(parts.project.isOpen());
    }

    void theProjectThatWasOpenComesBackEvenIfAnUntitledOneIsAround() {
        const QString path = m_folder->filePath(QStringLiteral("named.inkgate"));
        {
            AppParts parts(m_folder->path());
            QVERIFY(parts.start());
            saveAs(parts, path);
            parts.project.newProject();
            QTRY_VERIFY(!parts.project.isBusy());
            parts.document.applyUserEdit(0, 0, QStringLiteral("Untitled thoughts."));
            parts.project.open(path);
            QTRY_COMPARE(parts.project.path(), path);
        }
        AppParts parts(m_folder->path());
        QVERIFY(parts.start());
        QCOMPARE(parts.project.path(), path);
    }

    void openingWhileSavingUnderAnotherNameDoesBoth() {
        AppParts parts(m_folder->path());
        QVERIFY(parts.start());
        const QString first = m_folder->filePath(QStringLiteral("first.inkgate"));
        saveAs(parts, first);
        const QString second = m_folder->filePath(QStringLiteral("second.inkgate"));
        QSignalSpy saved(&parts.project, &ProjectController::savedAs);
        parts.project.saveAs(second);
        parts.project.newProject();
        QTRY_VERIFY(parts.project.isUntitled() && !parts.project.isBusy());
        QCOMPARE(saved.count(), 1);
        QVERIFY(QFile::exists(second));
        QCOMPARE(parts.document.text(), QString());
    }

    void savedMeansSaved() {
        AppParts parts(m_folder->path());
        QVERIFY(parts.start());
        QCOMPARE(parts.project.saveState(), ProjectController::SaveState::Saved);
        parts.document.applyUserEdit(0, 0, QStringLiteral("x"));
        QCOMPARE(parts.project.saveState(), ProjectController::SaveState::Saving);
        QTRY_COMPARE(parts.project.saveState(), ProjectController::SaveState::Saved); // by itself
    }

private:
    static void saveAs(AppParts& parts, const QString& path) {
        QSignalSpy saved(&parts.project, &ProjectController::savedAs);
        parts.project.saveAs(path);
        QVERIFY(saved.wait());
    }

    static GateFrames allGates(const ScriptedGenerator::Script& script, int tokens) {
        GateFrames frames;
        for (int token = 0; token < tokens; ++token)
            frames.append(ScriptedGenerator::gatesOf(script, token));
        return frames;
    }

    QString write(const QString& name, const QByteArray& bytes) const {
        QFile file(m_folder->filePath(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
            return {};
        return file.fileName();
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

QTEST_GUILESS_MAIN(ProjectControllerTest)
#include "project_controller_test.moc"
