#include "app/storage/project_file.h"

#include "engine/trace/sqlite.h"
#include "tests/app/storage/project_samples.h"

#include <QDir>
#include <QFile>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

using namespace app;
using namespace test;

class ProjectFileTest : public QObject {
    Q_OBJECT

private slots:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_path = m_folder->filePath(QStringLiteral("story.inkgate"));
    }

    void damageBesideTheTextDoesNotKeepTheStoryClosed() {
        { QVERIFY(ProjectFile::create(m_path, sampleText())); }
        {
            auto database = engine::Database::open(m_path.toStdString(), engine::Database::Mode::ReadWrite);
            QVERIFY(database);
            for (const char* const table : {"scene_note", "writing_day", "reading_setting", "undo_history",
                                            "spelling_choice", "kept_state"})
                QVERIFY(database->execute(
                    ("ALTER TABLE " + std::string(table) + " RENAME TO lost_" + table).c_str()));
        }
        auto file = ProjectFile::open(m_path);
        QVERIFY(file);
        const auto content = (*file)->read();
        QVERIFY(content);
        QCOMPARE(content->text, sampleText());
        QVERIFY2((*file)->notice().contains(QStringLiteral("notes")), qPrintable((*file)->notice()));
        QVERIFY(!(*file)->isEmpty()); // whoever cannot read it must not throw it away
    }

    void aNewProjectHoldsItsText() {
        {
            auto file = ProjectFile::create(m_path, sampleText());
            QVERIFY(file);
            QCOMPARE((*file)->text(), sampleText());
        }
        auto file = ProjectFile::open(m_path);
        QVERIFY(file);
        const auto content = (*file)->read();
        QVERIFY(content);
        QCOMPARE(content->text, sampleText());
        QVERIFY(content->problem.isEmpty());
        QVERIFY(!ProjectFile::create(m_path, sampleText())); // never over an existing file
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
            auto file = ProjectFile::create(m_path, sampleText());
            QVERIFY(file);
            QVERIFY(!(*file)->read()->editingPlace);
            QVERIFY((*file)->append({PlaceChanged{{7, 2}}}));
            QVERIFY((*file)->append({PlaceChanged{{9, 4}}, typedEdit(0, QStringLiteral("x"))}));
        }
        auto file = ProjectFile::open(m_path);
        QVERIFY(file);
        QCOMPARE((*file)->read()->editingPlace, std::optional(EditingPlace{9, 4}));
        QCOMPARE((*file)->text().size(), sampleText().size() + 1);
    }

    void textAndOriginsSurviveAnyEdits() {
        QRandomGenerator random(5);
        auto file = ProjectFile::create(m_path, sampleText());
        QVERIFY(file);
        SpannedText text = sampleText();
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

    void keptStatesComeBackInTheirOrder() {
        const QList<KeptState> first{{QStringLiteral("m1"), QByteArray("end"), QByteArray(100'000, 'x')},
                                     {QStringLiteral("m1"), QByteArray("before"), QByteArray("y")}};
        const QList<KeptState> second{{QStringLiteral("m2"), QByteArray("other"), QByteArray("\0z", 2)}};
        {
            auto file = ProjectFile::create(m_path, sampleText());
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

    // One file at every moment: with what was appended, with nothing beside it, readable by others.
    void theFileAloneHoldsWhatWasAppended() {
        auto file = ProjectFile::create(m_path, sampleText());
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

    void copiesAreCompleteAndIndependent() {
        auto file = ProjectFile::create(m_path, sampleText());
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
        auto file = ProjectFile::create(m_path, sampleText());
        QVERIFY((*file)->copyTo(target));
        auto reopened = ProjectFile::open(target);
        QVERIFY(reopened);
        QCOMPARE((*reopened)->text(), sampleText());
    }

    void aProjectInMemoryCanBeSavedLater() {
        auto file = ProjectFile::createInMemory(sampleText(), QStringLiteral("no folder"));
        QVERIFY(file);
        QCOMPARE((*file)->problem(), QStringLiteral("no folder"));
        QVERIFY((*file)->append({typedEdit(0, QStringLiteral("A "))}));
        QVERIFY((*file)->copyTo(m_path));
        auto reopened = ProjectFile::open(m_path);
        QVERIFY(reopened);
        QVERIFY((*reopened)->text().text().startsWith(QStringLiteral("A Once")));
    }

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_path;
};

QTEST_GUILESS_MAIN(ProjectFileTest)
#include "project_file_test.moc"
