#include "app/storage/project_file.h"

#include "app/storage/tables/project_schema.h"
#include "engine/trace/sqlite.h"
#include "tests/app/support/scripted_generator.h"

#include <QDir>
#include <QFile>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

#include <unistd.h>

using namespace app;

namespace {

constexpr int kRunTokens = 150; // more than two blocks of gate values

SpannedText sample() {
    return SpannedText(QStringLiteral("Once upon a time\n\U0001F600 größer"), Origin::Imported);
}

TextEdit typedEdit(qsizetype position, const QString& text) {
    return {position, 0, text, {Span{text.size(), Origin::Typed, 0, 0}}};
}

RunRecord runRecord(RunId id) {
    RunRecord run;
    run.id = id;
    run.attemptOf = 1;
    run.startedAt = QDateTime::fromMSecsSinceEpoch(1'700'000'000'123, Qt::UTC);
    run.model = ScriptedGenerator::infoOf({}, {QStringLiteral("tales"), QStringLiteral("gated")});
    run.options.sampler.seed = 0xFFFF'FFFF'FFFF'FFFF;
    run.options.stopStrings = {QStringLiteral("\n")};
    run.setPrompt(QStringLiteral("Once \U0001F600"));
    run.promptTokens = 5;
    return run;
}

RunGrown growth(RunId run, int first, int tokens) {
    RunGrown grown{run, {}, {}, {}};
    for (int token = first; token < first + tokens; ++token) {
        const QString word = QStringLiteral(" w%1\u00E9").arg(token, 3, 10, QLatin1Char('0'));
        grown.tokens.append(RunToken{token, token * word.size(), (token + 1) * word.size(),
                                     0.1F + 0.001F * static_cast<float>(token)});
        grown.text += word;
        grown.gates.append(ScriptedGenerator::gatesOf({}, token));
    }
    return grown;
}

// What a run's record must read as.
RunRecord finished(RunRecord run, const QList<RunGrown>& grown) {
    for (const RunGrown& piece : grown) {
        run.text += piece.text;
        run.tokens += piece.tokens;
    }
    run.isFinished = true;
    run.outcome = OutcomeKind::Completed;
    run.endReason = EndReason::MaxTokens;
    run.timings = {static_cast<int>(run.tokens.size()), 0.25, 1.5};
    return run;
}

} // namespace

class ProjectFileTest : public QObject {
    Q_OBJECT

private slots:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_path = m_folder->filePath(QStringLiteral("story.inkgate"));
    }

    void aNewProjectHoldsItsText() {
        {
            auto file = ProjectFile::create(m_path, sample());
            QVERIFY(file);
            QCOMPARE((*file)->text(), sample());
        }
        auto file = ProjectFile::open(m_path);
        QVERIFY(file);
        const auto content = (*file)->read();
        QVERIFY(content);
        QCOMPARE(content->text, sample());
        QVERIFY(content->problem.isEmpty());
        QVERIFY(!ProjectFile::create(m_path, sample())); // never over an existing file
    }

    // U+FEFF at the beginning is no mark here but a character like any other.
    void everyCharacterComesBack() {
        const QString text = QStringLiteral("\ufeff\ufeffa\u00a0b\u2028c\u2029d\ufffc\u00ad\r\n\t\U0001F600");
        {
            auto file = ProjectFile::create(m_path, SpannedText(text, Origin::Imported));
            QVERIFY(file && (*file)->append({typedEdit(1, text), typedEdit(0, QStringLiteral("\ufeff"))}));
        }
        auto file = ProjectFile::open(m_path);
        QVERIFY(file);
        QCOMPARE((*file)->text().text(), QString(text).insert(1, text).prepend(QChar(0xfeff)));
    }

    void thePlaceOfTheWriterComesBack() {
        {
            auto file = ProjectFile::create(m_path, sample());
            QVERIFY(file);
            QVERIFY(!(*file)->read()->editingPlace);
            QVERIFY((*file)->append({PlaceChanged{{7, 2}}}));
            QVERIFY((*file)->append({PlaceChanged{{9, 4}}, typedEdit(0, QStringLiteral("x"))}));
        }
        auto file = ProjectFile::open(m_path);
        QVERIFY(file);
        QCOMPARE((*file)->read()->editingPlace, std::optional(EditingPlace{9, 4}));
        QCOMPARE((*file)->text().size(), sample().size() + 1);
    }

    void textAndOriginsSurviveAnyEdits() {
        QRandomGenerator random(5);
        auto file = ProjectFile::create(m_path, sample());
        QVERIFY(file);
        SpannedText text = sample();
        for (int reopening = 0; reopening < 3; ++reopening) {
            for (int batch = 0; batch < 300; ++batch) { // enough to fold the journal once
                QList<ProjectOperation> operations;
                for (int i = random.bounded(12); i > 0; --i) {
                    TextEdit edit;
                    edit.position = random.bounded(static_cast<int>(text.size()) + 1);
                    edit.removedLength = std::min<qsizetype>(random.bounded(4), text.size() - edit.position);
                    edit.inserted = QStringLiteral("xyz").first(1 + random.bounded(3));
                    edit.insertedSpans = {Span{edit.inserted.size(), Origin::Generated, 1 + random.bounded(3),
                                               random.bounded(100)}};
                    text.apply(edit);
                    operations.append(edit);
                }
                QVERIFY((*file)->append(operations));
            }
            QCOMPARE((*file)->text(), text);
            file->reset();
            file = ProjectFile::open(m_path);
            QVERIFY(file);
            QCOMPARE((*file)->text(), text);
        }
    }

    void runsAndGatesComeBackExactly() {
        const RunRecord run = runRecord(1);
        const QList<RunGrown> grown{growth(1, 0, 40), growth(1, 40, 30), growth(1, 70, kRunTokens - 70)};
        const RunRecord complete = finished(run, grown);
        GateFrames gates;
        {
            auto file = ProjectFile::create(m_path, sample());
            QVERIFY(file);
            QVERIFY((*file)->append({RunChanged{run}}));
            for (const RunGrown& piece : grown) {
                QVERIFY((*file)->append({piece}));
                QVERIFY(gates.append(piece.gates));
            }
            RunRecord withoutTokens = complete;
            withoutTokens.tokens.clear();
            QVERIFY((*file)->append({RunChanged{withoutTokens}}));
        }
        auto file = ProjectFile::open(m_path);
        QVERIFY(file);
        const auto content = (*file)->read();
        QVERIFY(content);
        QCOMPARE(content->runs.size(), 1);
        QCOMPARE(content->runs[0], complete);
        QCOMPARE(content->runs[0].prompt(), QStringLiteral("Once \U0001F600"));
        QCOMPARE(content->runsWithGates, QList<RunId>{1});

        GateFrames summaries = gates;
        summaries.channelCodes.clear();
        const auto read = (*file)->readGates(1);
        QVERIFY(read);
        QCOMPARE(*read, summaries);
        for (int layer = 0; layer < gates.layers; ++layer) {
            const auto channels = (*file)->readChannels(1, layer);
            QVERIFY(channels);
            QCOMPARE(*channels, channelsOfLayer(gates, layer));
        }
        QCOMPARE((*file)->readGates(99)->tokenCount(), 0);
        QCOMPARE((*file)->readChannels(99, 0)->tokens, 0);
        QCOMPARE((*file)->readChannels(1, 77)->tokens, 0);
    }

    void keptStatesComeBackInTheirOrder() {
        const QList<KeptState> first{{QStringLiteral("m1"), QByteArray("end"), QByteArray(100'000, 'x')},
                                     {QStringLiteral("m1"), QByteArray("before"), QByteArray("y")}};
        const QList<KeptState> second{{QStringLiteral("m2"), QByteArray("other"), QByteArray("\0z", 2)}};
        {
            auto file = ProjectFile::create(m_path, sample());
            QVERIFY(file.has_value());
            QCOMPARE((*file)->read()->states, QList<KeptState>());
            QVERIFY((*file)->append({typedEdit(0, QStringLiteral("a")), StatesChanged{first}}).has_value());
            QVERIFY(!(*file)->isEmpty());
        }
        {
            auto file = ProjectFile::open(m_path);
            QVERIFY(file.has_value());
            QCOMPARE((*file)->read()->states, first);
            QVERIFY((*file)->append({StatesChanged{second}}).has_value());
        }
        auto file = ProjectFile::open(m_path);
        QCOMPARE((*file)->read()->states, second); // in place of those before
        QVERIFY((*file)->text().text().startsWith(QLatin1Char('a')));
    }

    // Version 1 had no such table.
    void projectsOfTheFirstVersionStillOpen() {
        {
            auto file = ProjectFile::create(m_path, sample());
            QVERIFY(file.has_value());
            QVERIFY((*file)->append({typedEdit(0, QStringLiteral("old "))}).has_value());
        }
        {
            auto database = engine::Database::open(m_path.toStdString(), engine::Database::Mode::ReadWrite);
            QVERIFY(database.has_value());
            QVERIFY(database->execute("DROP TABLE kept_state;"
                                      "UPDATE schema_version SET version = 1 WHERE component = 'project'"));
        }
        auto file = ProjectFile::open(m_path);
        QVERIFY(file.has_value());
        QVERIFY((*file)->problem().isEmpty());
        QVERIFY((*file)->text().text().startsWith(QStringLiteral("old ")));
        QVERIFY((*file)->append({StatesChanged{{{QStringLiteral("m"), QByteArray("p"), QByteArray("s")}}}}));
        QCOMPARE((*file)->read()->states.size(), 1);
    }

    void bothSidesOfAComparisonKeepTheirGates() {
        {
            auto file = ProjectFile::create(m_path, sample());
            QVERIFY((*file)->append({RunChanged{runRecord(1)}, RunChanged{runRecord(2)}}));
            for (int token = 0; token < 100; token += 5)
                QVERIFY((*file)->append({growth(1, token, 5), growth(2, token, 5)}));
        }
        auto file = ProjectFile::open(m_path);
        for (const RunId run : {1, 2}) {
            QCOMPARE((*file)->readGates(run)->tokenCount(), 100);
            QCOMPARE(*(*file)->readChannels(run, 1), channelsOfLayer(growth(run, 0, 100).gates, 1));
        }
    }

    void aRunCutOffByTheEndOfTheProgramReadsAsCancelled() {
        {
            auto file = ProjectFile::create(m_path, sample());
            QVERIFY((*file)->append({RunChanged{runRecord(1)}, growth(1, 0, 7)}));
        }
        auto file = ProjectFile::open(m_path);
        const auto content = (*file)->read();
        QCOMPARE(content->runs[0].tokens.size(), 7);
        QCOMPARE(content->runs[0].text, growth(1, 0, 7).text);
        QVERIFY(content->runs[0].isFinished);
        QCOMPARE(content->runs[0].outcome, OutcomeKind::Cancelled);
    }

    // One file at every moment: with what was appended, with nothing beside it, readable by others.
    void theFileAloneHoldsWhatWasAppended() {
        auto file = ProjectFile::create(m_path, sample());
        for (int i = 0; i < 20; ++i) {
            QVERIFY((*file)->append({typedEdit(0, QString::number(i) + u' ')}));
            QCOMPARE(QDir(m_folder->path()).entryList(QDir::Files | QDir::Hidden).size(), 1);
        }
        const QString copy = m_folder->filePath(QStringLiteral("copy.inkgate"));
        QVERIFY(QFile::copy(m_path, copy));
        auto copied = ProjectFile::open(copy);
        QVERIFY(copied);
        QCOMPARE((*copied)->text(), (*file)->text());
        auto reader = engine::Database::open(m_path.toStdString(), engine::Database::Mode::ReadOnly);
        QVERIFY(reader.has_value());
        QVERIFY(reader->queryInteger("SELECT count(*) FROM edit_journal") == 20);
    }

    void anyEndingWillDo() {
        ProjectFile::create(m_path, sample())->reset();
        const QString backup = m_path + QStringLiteral(".v1.backup");
        QVERIFY(QFile::rename(m_path, backup));
        auto file = ProjectFile::open(backup);
        QVERIFY(file);
        QCOMPARE((*file)->text(), sample());
    }

    // Characters outside of the first plane are two units; the file knows only whole ones.
    void noCharacterIsCutInTwo() {
        const QString smile = QStringLiteral("\U0001F600");
        const QString cool = QStringLiteral("\U0001F60E");  // the same first unit
        const QString other = QStringLiteral("\U0001D11E"); // another one
        QList<TextEdit> edits;
        edits.append(typedEdit(1, cool.last(1))); // as an editor tells of 😀 replaced by 😎
        edits.last().removedLength = 1;
        edits.append(
            {0, 1, other.first(1), {Span{1, Origin::Generated, 1, 5}}});         // the first half alone, then
        edits.append({1, 1, other.last(1), {Span{1, Origin::Generated, 1, 6}}}); // the second
        edits.append(typedEdit(2, smile.first(1)));
        edits.append(typedEdit(3, smile.last(1)));
        edits.append({1, 2, QString(), {}}); // leaves one half of each, which make another character
        SpannedText text(smile + QStringLiteral("end"), Origin::Imported);
        auto file = ProjectFile::create(m_path, text);
        for (const TextEdit& edit : edits) {
            text.apply(edit);
            QVERIFY((*file)->append({edit}));
            QCOMPARE((*file)->text(), text);
            const QString copy = m_folder->filePath(QStringLiteral("copy.inkgate"));
            QFile::remove(copy);
            QVERIFY(QFile::copy(m_path, copy)); // snapshot and journal as they are after a kill
            auto copied = ProjectFile::open(copy);
            QVERIFY(copied);
            const bool isWhole = text.text().isValidUtf16();
            if (isWhole)
                QCOMPARE((*copied)->text(), text);
            QCOMPARE((*copied)->text().text().size(), text.size());
            QVERIFY(!(*copied)->text().text().contains(u'?'));
        }
        file->reset();
        QCOMPARE((*ProjectFile::open(m_path))->text(), text);
        QVERIFY(text.text().isValidUtf16());
    }

    // Whatever an editor calls an edit, reading the journal gives the text.
    void journalRowsOfAnyEditsAreWhole() {
        QRandomGenerator random(11);
        const QStringList pieces{QStringLiteral("a"), QStringLiteral("\U0001F600"),
                                 QStringLiteral("\U0001F60E"), QStringLiteral("\U0001D11E"),
                                 QStringLiteral("ü")};
        SpannedText text(QStringLiteral("start \U0001F600\U0001F60E end"), Origin::Imported);
        auto file = ProjectFile::create(m_path, text);
        for (int i = 0; i < 400; ++i) {
            // The next text is whole; the edit is what differs, unit by unit, as editors tell it.
            QString next = text.text();
            qsizetype from = random.bounded(static_cast<int>(next.size()) + 1);
            while (from > 0 && from < next.size() && next[from].isLowSurrogate())
                --from;
            qsizetype to = std::min<qsizetype>(from + random.bounded(6), next.size());
            while (to < next.size() && next[to].isLowSurrogate())
                ++to;
            next.replace(from, to - from, pieces[random.bounded(static_cast<int>(pieces.size()))]);
            const QString& old = text.text();
            qsizetype first = 0;
            while (first < std::min(old.size(), next.size()) && old[first] == next[first])
                ++first;
            qsizetype last = 0;
            while (last < std::min(old.size(), next.size()) - first &&
                   old[old.size() - 1 - last] == next[next.size() - 1 - last])
                ++last;
            TextEdit edit = typedEdit(first, next.sliced(first, next.size() - first - last));
            edit.removedLength = old.size() - first - last;
            if (edit.inserted.isEmpty())
                edit.insertedSpans.clear();
            text.apply(edit);
            QVERIFY((*file)->append({edit}));
        }
        const QString copy = m_folder->filePath(QStringLiteral("copy.inkgate"));
        QVERIFY(QFile::copy(m_path, copy));
        QCOMPARE((*ProjectFile::open(copy))->text(), text);
        auto reader = engine::Database::open(m_path.toStdString(), engine::Database::Mode::ReadOnly);
        auto rows = reader->prepare("SELECT inserted FROM edit_journal");
        int count = 0;
        for (auto row = rows->step(); row && *row; row = rows->step(), ++count)
            QVERIFY(!QString::fromUtf8(rows->text(0).data(), static_cast<qsizetype>(rows->text(0).size()))
                         .contains(QChar(QChar::ReplacementCharacter)));
        QCOMPARE(count, 400);
    }

    void anOpenProjectIsLocked() {
        auto file = ProjectFile::create(m_path, sample());
        QVERIFY(file);
        const auto second = ProjectFile::open(m_path);
        QVERIFY(!second);
        QVERIFY2(second.error().message.contains(QStringLiteral("another Inkgate")),
                 qPrintable(second.error().message));
        file->reset();
        QVERIFY(ProjectFile::open(m_path));
    }

    void otherFilesAreRefusedAndLeftAlone_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("text") << QByteArray("Once upon a time there was a ferry house.\n").repeated(10);
        QTest::newRow("only the magic") << QByteArray("SQLite format 3\0", 16);
        QByteArray foreign("SQLite format 3\0", 16);
        foreign.append(QByteArray(4096 - 16, '\0'));
        QTest::newRow("another program's") << foreign;
    }

    void otherFilesAreRefusedAndLeftAlone() {
        QFETCH(QByteArray, bytes);
        QFile file(m_path);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size());
        file.close();
        const auto opened = ProjectFile::open(m_path);
        QVERIFY(!opened);
        QVERIFY2(opened.error().message.contains(QStringLiteral("not an Inkgate project")),
                 qPrintable(opened.error().message));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), bytes);
        QCOMPARE(QDir(m_folder->path()).entryList(QDir::Files).size(), 1); // no logs beside it
    }

    void aMissingFileIsSaidToBeMissing() {
        const auto opened = ProjectFile::open(m_path);
        QVERIFY(!opened);
        QVERIFY(opened.error().message.contains(QStringLiteral("not found")));
    }

    // A project cut at any page boundary, and in many places between, opens or says what is wrong; it never
    // crashes.
    void damagedProjectsNeverCrash() {
        {
            auto file = ProjectFile::create(m_path, sample());
            QVERIFY((*file)->append(
                {RunChanged{runRecord(1)}, growth(1, 0, 80), typedEdit(0, QStringLiteral("A "))}));
        }
        QFile original(m_path);
        QVERIFY(original.open(QIODevice::ReadOnly));
        const QByteArray bytes = original.readAll();
        QRandomGenerator random(17);
        const QString damaged = m_folder->filePath(QStringLiteral("damaged.inkgate"));
        int refused = 0;
        for (int i = 0; i < 150; ++i) {
            QByteArray broken = bytes;
            if (i % 3 == 0)
                broken.truncate(random.bounded(static_cast<int>(bytes.size())));
            else
                for (int flips = 1 + random.bounded(20); flips > 0; --flips)
                    broken[100 + random.bounded(static_cast<int>(bytes.size()) - 100)] =
                        static_cast<char>(random.bounded(256));
            QFile file(damaged);
            QVERIFY(file.open(QIODevice::WriteOnly) && file.write(broken) == broken.size());
            file.close();
            QFile::remove(damaged + QStringLiteral("-wal"));
            auto opened = ProjectFile::open(damaged);
            if (!opened) {
                QVERIFY(!opened.error().message.isEmpty());
                ++refused;
                continue;
            }
            if (!(*opened)->read())
                ++refused;
            (void)(*opened)->readGates(1);
            (void)(*opened)->readChannels(1, 1);
            (void)(*opened)->append({typedEdit(0, QStringLiteral("x"))});
        }
        QVERIFY(refused > 0);
    }

    void aProjectWithNewerGateTablesOpensAsACopy() {
        ProjectFile::create(m_path, sample())->reset();
        {
            auto database = engine::Database::open(m_path.toStdString(), engine::Database::Mode::ReadWrite);
            QVERIFY(database->execute("UPDATE schema_version SET version = 999 WHERE component = 'gates'"));
        }
        auto file = ProjectFile::open(m_path);
        QVERIFY(file);
        QVERIFY((*file)->problem().contains(QStringLiteral("newer Inkgate")));
        QCOMPARE((*file)->text(), sample());
    }

    void aNewerProjectOpensAsACopy() {
        {
            auto file = ProjectFile::create(m_path, sample());
            QVERIFY((*file)->append({RunChanged{runRecord(1)}, growth(1, 0, 7)}));
        }
        {
            auto database = engine::Database::open(m_path.toStdString(), engine::Database::Mode::ReadWrite);
            QVERIFY(database->execute("UPDATE schema_version SET version = 999 WHERE component = 'project'"));
        }
        const QByteArray before = bytesOf(m_path);
        {
            auto file = ProjectFile::open(m_path);
            QVERIFY(file);
            QVERIFY((*file)->problem().contains(QStringLiteral("newer Inkgate")));
            QCOMPARE((*file)->text(), sample());
            QVERIFY((*file)->append({typedEdit(0, QStringLiteral("A "))}));
            const QString copy = m_folder->filePath(QStringLiteral("copy.inkgate"));
            QVERIFY((*file)->copyTo(copy));
            auto reopened = ProjectFile::open(copy);
            QVERIFY(reopened);
            QVERIFY((*reopened)->problem().isEmpty());
            QVERIFY((*reopened)->text().text().startsWith(QStringLiteral("A Once")));
            QCOMPARE((*reopened)->read()->runs.size(), 1);
        }
        QCOMPARE(bytesOf(m_path), before);
    }

    void aWriteProtectedProjectOpensAsACopy() {
        if (geteuid() == 0)
            QSKIP("the administrator may write everywhere");
        ProjectFile::create(m_path, sample())->reset();
        QFile::setPermissions(m_path, QFile::ReadOwner);
        auto file = ProjectFile::open(m_path);
        QVERIFY(file);
        QVERIFY((*file)->problem().contains(QStringLiteral("write-protected")));
        QCOMPARE((*file)->text(), sample());
    }

    void copiesAreCompleteAndIndependent() {
        auto file = ProjectFile::create(m_path, sample());
        QVERIFY((*file)->append(
            {RunChanged{runRecord(1)}, growth(1, 0, 70), typedEdit(0, QStringLiteral("A "))}));
        const QString copy = m_folder->filePath(QStringLiteral("copy.inkgate"));
        QVERIFY((*file)->copyTo(copy));
        QVERIFY((*file)->append({typedEdit(0, QStringLiteral("later "))}));
        auto reopened = ProjectFile::open(copy);
        QVERIFY(reopened);
        QVERIFY((*reopened)->text().text().startsWith(QStringLiteral("A Once")));
        QCOMPARE((*reopened)->readGates(1)->tokenCount(), 70);
        // Not over a project that somebody has open.
        const auto refused = (*file)->copyTo(copy);
        QVERIFY(!refused);
        QVERIFY(refused.error().message.contains(QStringLiteral("another Inkgate")));
        reopened->reset();
        QVERIFY((*file)->copyTo(copy));
        QVERIFY((*ProjectFile::open(copy))->text().text().startsWith(QStringLiteral("later A")));
        QCOMPARE(
            QDir(m_folder->path()).entryList({QStringLiteral("*.new*"), QStringLiteral("*.unfinished*")}),
            QStringList());
    }

    void anOldLogIsNotTakenForTheNewFiles() {
        const QString target = m_folder->filePath(QStringLiteral("target.inkgate"));
        {
            ProjectFile::create(target, SpannedText(QStringLiteral("old"), Origin::Typed))->reset();
            // As earlier versions opened it.
            auto old = engine::Database::open(target.toStdString(), engine::Database::Mode::ReadWrite);
            QVERIFY(old->execute("UPDATE text_snapshot SET edits = 7"));
            QVERIFY(QFile::copy(target + QStringLiteral("-wal"), target + QStringLiteral("-keep")));
        }
        QVERIFY(QFile::rename(target + QStringLiteral("-keep"), target + QStringLiteral("-wal")));
        auto file = ProjectFile::create(m_path, sample());
        QVERIFY((*file)->copyTo(target));
        auto reopened = ProjectFile::open(target);
        QVERIFY(reopened);
        QCOMPARE((*reopened)->text(), sample());
    }

    void aProjectInMemoryCanBeSavedLater() {
        auto file = ProjectFile::createInMemory(sample(), QStringLiteral("no folder"));
        QVERIFY(file);
        QCOMPARE((*file)->problem(), QStringLiteral("no folder"));
        QVERIFY((*file)->append({typedEdit(0, QStringLiteral("A "))}));
        QVERIFY((*file)->copyTo(m_path));
        auto reopened = ProjectFile::open(m_path);
        QVERIFY(reopened);
        QVERIFY((*reopened)->text().text().startsWith(QStringLiteral("A Once")));
    }

private:
    static QByteArray bytesOf(const QString& path) {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_path;
};

QTEST_GUILESS_MAIN(ProjectFileTest)
#include "project_file_test.moc"
