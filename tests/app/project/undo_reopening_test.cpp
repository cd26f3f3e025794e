// Undo and redo of what was written before the project was closed.
#include "engine/trace/sqlite.h"
#include "tests/app/support/app_parts.h"

#include <QTemporaryDir>
#include <QTest>

#include <memory>

using namespace app;

class UndoReopeningTest : public QObject {
    Q_OBJECT

private slots:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        open();
    }

    void cleanup() { m_parts.reset(); }

    void whatWasWrittenIsUndoneStepByStep() {
        QList<SpannedText> past{document().content()};
        type(QStringLiteral("Once upon "));
        past.append(document().content());
        QVERIFY(m_parts->write(document().size(), 20)); // in several batches, one step
        past.append(document().content());
        document().applyReplacements({{{0, 4}, QStringLiteral("Twice")}, {{5, 4}, QStringLiteral("below")}});
        past.append(document().content());
        reopen();
        QCOMPARE(document().content(), past.last());
        for (qsizetype i = past.size() - 2; i >= 0; --i) {
            QVERIFY(document().canUndo());
            document().undo();
            QCOMPARE(document().content(), past[i]);
        }
        QVERIFY(!document().canUndo());
        reopen(); // with all of it undone
        QVERIFY(!document().canUndo());
        for (qsizetype i = 1; i < past.size(); ++i) {
            QVERIFY(document().canRedo());
            document().redo();
            QCOMPARE(document().content(), past[i]);
        }
        QVERIFY(!document().canRedo());
    }

    void aNewKeyEndsWhatCouldBeRedone() {
        type(QStringLiteral("one "));
        type(QStringLiteral("two "));
        document().undo();
        reopen();
        type(QStringLiteral("three"));
        QVERIFY(!document().canRedo());
        reopen();
        QVERIFY(!document().canRedo());
        document().undo();
        QCOMPARE(document().text(), QStringLiteral("one "));
        document().undo();
        QCOMPARE(document().text(), QString());
    }

    void anotherStoryHasAHistoryOfItsOwn() {
        type(QStringLiteral("one "));
        const QString path = m_folder->filePath(QStringLiteral("tale.inkgate"));
        m_parts->project.saveAs(path);
        QTRY_COMPARE(m_parts->project.path(), path);
        type(QStringLiteral("two "));
        m_parts->project.newProject();
        QTRY_VERIFY(m_parts->project.isUntitled() && !m_parts->project.isBusy());
        QVERIFY(!document().canUndo());
        type(QStringLiteral("other"));
        m_parts->project.open(path);
        QTRY_COMPARE(m_parts->project.path(), path);
        QCOMPARE(document().text(), QStringLiteral("one two "));
        document().undo();
        document().undo();
        QCOMPARE(document().text(), QString());
        QVERIFY(!document().canUndo());
    }

    // A story that another program has changed is not undone with steps that mean something else.
    void aTextChangedElsewhereHasNoHistory() {
        type(QStringLiteral("one "));
        const QString path = m_folder->filePath(QStringLiteral("tale.inkgate"));
        m_parts->project.saveAs(path);
        QTRY_COMPARE(m_parts->project.path(), path);
        m_parts.reset();
        {
            auto database = engine::Database::open(path.toStdString(), engine::Database::Mode::ReadWrite);
            QVERIFY(database->execute("UPDATE text_snapshot SET text = 'ONE '"));
        }
        open();
        QCOMPARE(document().text(), QStringLiteral("ONE "));
        QVERIFY(!document().canUndo());
    }

private:
    Document& document() { return m_parts->document; }
    void type(const QString& text) {
        document().breakTypingStep();
        QVERIFY(document().applyUserEdit(document().size(), 0, text));
    }
    void open() {
        m_parts = std::make_unique<AppParts>(m_folder->path());
        m_parts->preferences.markStarted(); // no sample story
        QVERIFY(m_parts->start());
    }
    void reopen() {
        m_parts.reset();
        open();
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<AppParts> m_parts;
};

QTEST_GUILESS_MAIN(UndoReopeningTest)
#include "undo_reopening_test.moc"
