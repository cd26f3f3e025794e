// The undo history in the project file: what comes back, and what is dropped rather than applied to another
// text.
#include "app/storage/tables/history_table.h"

#include "app/document/document.h"
#include "app/storage/columns/step_codec.h"
#include "app/storage/project_file.h"
#include "engine/trace/sqlite.h"
#include "tests/app/storage/project_samples.h"

#include <QFile>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

using namespace app;
using namespace test;

namespace {

UndoStep sampleStep(QRandomGenerator& random) {
    UndoStep step;
    step.generation = random.bounded(3);
    for (int edits = random.bounded(4); edits >= 0; --edits) {
        TextEdit edit{random.bounded(1000), random.bounded(50), {}, {}};
        for (int pieces = random.bounded(4); pieces > 0; --pieces) {
            const QString piece(1 + random.bounded(40), QChar(0x4e00 + random.bounded(500)));
            edit.inserted += piece;
            appendSpan(edit.insertedSpans,
                       pieces % 2 == 0 ? Span{piece.size(), Origin::Typed, 0, 0}
                                       : Span{piece.size(), Origin::Generated, 3, random.bounded(900)});
        }
        step.edits.append(edit);
    }
    return step;
}

} // namespace

class HistoryTableTest : public QObject {
    Q_OBJECT

private slots:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_path = m_folder->filePath(QStringLiteral("story.inkgate"));
        auto file = ProjectFile::create(m_path, SpannedText());
        QVERIFY(file);
        m_file = std::move(*file);
        m_document = std::make_unique<Document>();
        m_document->reset(SpannedText());
        m_edits.clear();
        connect(m_document.get(), &Document::changed, this,
                [this](const DocumentChange& change) { m_edits.append(change.edit); });
    }

    void cleanup() { m_file.reset(); }

    void stepsAreWholeAgain() {
        QRandomGenerator random(5);
        for (int i = 0; i < 200; ++i) {
            const UndoStep step = sampleStep(random);
            const auto again = unpackStep(packStep(step));
            QVERIFY(again);
            QCOMPARE(*again, step);
        }
        // Half a character is no text, but a unit of one.
        UndoStep half{{{0, 0, QString(QChar(0xd83e)), {{1, Origin::Typed, 0, 0}}}}, 0};
        QCOMPARE(*unpackStep(packStep(half)), half);
        // What is large is compressed.
        UndoStep large{{{0, 0, QString(100'000, u'a'), {{100'000, Origin::Typed, 0, 0}}}}, 0};
        QVERIFY(packStep(large).size() < 2000);
        QCOMPARE(*unpackStep(packStep(large)), large);
    }

    void damagedBytesAreNoStep() {
        QRandomGenerator random(6);
        const QByteArray bytes = packStep({{{5, 2, QStringLiteral("abc"), {{3, Origin::Typed, 0, 0}}}}, 1});
        for (qsizetype length = 0; length < bytes.size(); ++length)
            QVERIFY(!unpackStep(bytes.first(length)));
        for (int i = 0; i < 5000; ++i) { // whatever they are read as, nothing is read beyond them
            QByteArray damaged = bytes;
            damaged[random.bounded(static_cast<int>(bytes.size()))] = static_cast<char>(random.bounded(256));
            (void)unpackStep(damaged);
        }
        QVERIFY(!unpackStep(QByteArray("\x01nonsense")));
        QVERIFY(!unpackStep(QByteArray("\x02")));
    }

    void historyComesBackWithItsText() {
        writeSomething();
        m_document->undo();
        store();
        Document again;
        reopenInto(again);
        QCOMPARE(again.content(), m_document->content());
        QVERIFY(again.canRedo());
        while (m_document->canUndo()) {
            m_document->undo();
            QVERIFY(again.canUndo());
            again.undo();
            QCOMPARE(again.content(), m_document->content());
        }
        QVERIFY(!again.canUndo());
        while (m_document->canRedo()) {
            m_document->redo();
            again.redo();
            QCOMPARE(again.content(), m_document->content());
        }
        QVERIFY(!again.canRedo());
    }

    // Whatever is told piece by piece, at any moment, is the same history.
    void manySmallChangesAreTheSameHistory() {
        for (quint32 session = 0; session < 20; ++session) {
            cleanup();
            init();
            QRandomGenerator random(session);
            RunId run = 0;
            for (int i = 0; i < 60; ++i) {
                switch (random.bounded(7)) {
                case 0: m_document->undo(); break;
                case 1: m_document->redo(); break;
                case 2:
                    if (m_document->openGeneration() == 0)
                        m_document->beginGeneration(++run, random.bounded(int(m_document->size()) + 1));
                    break;
                case 3: m_document->appendGenerated(run, QStringLiteral(" words")); break;
                case 4: m_document->endGeneration(run); break;
                default:
                    if (random.bounded(3) == 0)
                        m_document->breakTypingStep();
                    m_document->applyUserEdit(random.bounded(int(m_document->size()) + 1), 0,
                                              QStringLiteral("x"));
                }
                if (random.bounded(3) == 0)
                    store();
            }
            m_document->endGeneration(run);
            store();
            Document again;
            if (session % 2 == 0)
                reopenInto(again);
            else
                openCopyInto(again); // as a program that was killed leaves it
            QCOMPARE(again.content(), m_document->content());
            for (; m_document->canUndo(); m_document->undo(), again.undo())
                QCOMPARE(again.content(), m_document->content());
            QCOMPARE(again.content(), m_document->content());
            for (; m_document->canRedo(); m_document->redo(), again.redo())
                QCOMPARE(again.content(), m_document->content());
            QCOMPARE(again.content(), m_document->content());
        }
    }

    // The story tells of a step's edits one by one: what is sent in the middle of it has no history.
    void aStepHalfToldHasNoHistory() {
        type(QStringLiteral("one two one two one"));
        store();
        bool isAsked = false;
        connect(m_document.get(), &Document::changed, this, [&] {
            if (!std::exchange(isAsked, true))
                store();
        });
        m_document->applyReplacements(
            {{{0, 3}, QStringLiteral("1")}, {{8, 3}, QStringLiteral("1")}, {{16, 3}, QStringLiteral("1")}});
        QVERIFY(isAsked);
        Document half;
        reopenInto(half);
        QVERIFY(!half.canUndo());
        store();
        Document whole;
        reopenInto(whole);
        whole.undo();
        QCOMPARE(whole.text(), QStringLiteral("one two one two one"));
    }

    void historyOfAnotherTextIsDropped_data() {
        QTest::addColumn<QByteArray>("change");
        QTest::newRow("the text itself")
            << QByteArray("UPDATE text_snapshot SET text = replace(text, 'two', 'TWO')");
        QTest::newRow("its origins") << QByteArray(
            "UPDATE text_snapshot SET "
            "spans = CAST(substr(spans, 1, 1) || x'01' || substr(spans, 3) AS BLOB)");
        QTest::newRow("an edit by an earlier Inkgate") << QByteArray(
            "INSERT INTO edit_journal SELECT edits + 1, 0, 0, 'Hm', x'0200' FROM text_snapshot");
        QTest::newRow("the name of the text") << QByteArray("UPDATE undo_history SET mark = x'00'");
        QTest::newRow("no history") << QByteArray("DELETE FROM undo_history");
        QTest::newRow("steps that do not fit")
            << QByteArray("UPDATE undo_step SET packed = x'000001FF7F050000'"); // far behind the end
        QTest::newRow("no steps") << QByteArray("DELETE FROM undo_step");
    }
    void historyOfAnotherTextIsDropped() {
        QFETCH(QByteArray, change);
        writeSomething();
        store();
        m_file.reset();
        {
            auto database = engine::Database::open(m_path.toStdString(), engine::Database::Mode::ReadWrite);
            QVERIFY(database);
            QVERIFY(database->execute(change.toStdString()));
        }
        Document again;
        reopenInto(again);
        QVERIFY(!again.canUndo() && !again.canRedo());
        // The next change begins a new one.
        m_document->reset(again.content());
        type(QStringLiteral("new"));
        store();
        reopenInto(again);
        QVERIFY(again.canUndo());
        again.undo();
        QVERIFY(!again.canUndo());
    }

    void aDamagedStepHidesOnlyTheOlderOnes() {
        for (const QString& word : {QStringLiteral("one "), QStringLiteral("two "), QStringLiteral("three ")})
            type(word);
        store();
        m_file.reset();
        {
            auto database = engine::Database::open(m_path.toStdString(), engine::Database::Mode::ReadWrite);
            QVERIFY(database->execute("UPDATE undo_step SET packed = x'07' WHERE number = 1"));
        }
        Document again;
        reopenInto(again);
        again.undo();
        QCOMPARE(again.text(), QStringLiteral("one two "));
        QVERIFY(!again.canUndo());
    }

    void theFileKeepsTheNewestSteps() {
        for (int i = 0; i < kMostUndoSteps + 300; ++i) {
            type(QStringLiteral("a"));
            if (i % 50 == 0)
                store();
        }
        store();
        Document again;
        reopenInto(again);
        QVERIFY(again.canUndo());
        int steps = 0;
        for (; again.canUndo(); ++steps)
            again.undo();
        QVERIFY2(steps >= kMostUndoSteps && steps < kMostUndoSteps + 100, qPrintable(QString::number(steps)));
        QCOMPARE(again.size(), kMostUndoSteps + 300 - steps);
    }

    void theFileKeepsNoMoreThanSoManyBytes() {
        QRandomGenerator random(9);
        for (int i = 0; i < 12; ++i) {
            QString text;
            while (text.size() < 400'000)
                text += QChar(0x4e00 + random.bounded(8000)); // hardly to be compressed
            type(text);
            QVERIFY(m_document->applyUserEdit(0, m_document->size(), QString()));
            m_document->breakTypingStep();
            store();
        }
        m_file.reset();
        auto database = engine::Database::open(m_path.toStdString(), engine::Database::Mode::ReadWrite);
        const auto bytes = database->queryInteger("SELECT sum(length(packed)) FROM undo_step");
        QVERIFY(bytes);
        QVERIFY2(*bytes <= kMostUndoBytes, qPrintable(QString::number(*bytes)));
        QVERIFY(*bytes > kMostUndoBytes / 2);
    }

    void newerTablesAreLeftAlone() {
        writeSomething();
        store();
        m_file.reset();
        {
            auto database = engine::Database::open(m_path.toStdString(), engine::Database::Mode::ReadWrite);
            QVERIFY(database->execute("UPDATE schema_version SET version = 99 WHERE component = 'history'"));
        }
        auto file = ProjectFile::open(m_path);
        QVERIFY(file);
        QVERIFY((*file)->problem().contains(QStringLiteral("newer Inkgate")));
        QCOMPARE((*file)->text(), m_document->content());
    }

private:
    void type(const QString& text) {
        m_document->breakTypingStep();
        QVERIFY(m_document->applyUserEdit(m_document->size(), 0, text));
    }
    void writeSomething() {
        type(QStringLiteral("one "));
        QVERIFY(m_document->beginGeneration(1, m_document->size()));
        m_document->appendGenerated(1, QStringLiteral("two "));
        m_document->appendGenerated(1, QStringLiteral("three 🦀 "));
        m_document->endGeneration(1);
        type(QStringLiteral("four"));
        QVERIFY(m_document->applyReplacements(
            {{{0, 3}, QStringLiteral("ONE")}, {{4, 3}, QStringLiteral("two")}}));
    }
    // As AutosaveJournal does.
    void store() {
        QList<ProjectOperation> operations;
        for (const TextEdit& edit : std::exchange(m_edits, {}))
            operations.append(edit);
        if (auto history = m_document->takeHistoryChange())
            operations.append(*history);
        QVERIFY(m_file->append(operations));
    }
    // Closes the file and opens it again.
    void reopenInto(Document& document) {
        m_file.reset();
        auto file = ProjectFile::open(m_path);
        QVERIFY(file);
        m_file = std::move(*file);
        const auto content = m_file->read();
        QVERIFY(content);
        document.reset(content->text, content->history);
    }

    void openCopyInto(Document& document) {
        const QString copy = m_folder->filePath(QStringLiteral("copy.inkgate"));
        QVERIFY(QFile::copy(m_path, copy));
        const auto file = ProjectFile::open(copy);
        QVERIFY(file);
        const auto content = (*file)->read();
        QVERIFY(content);
        document.reset(content->text, content->history);
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_path;
    std::unique_ptr<ProjectFile> m_file;
    std::unique_ptr<Document> m_document;
    QList<TextEdit> m_edits; // not stored yet
};

QTEST_GUILESS_MAIN(HistoryTableTest)
#include "history_table_test.moc"
