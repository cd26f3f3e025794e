#include "app/storage/tables/version_table.h"

#include "app/storage/columns/text_chunks.h"
#include "app/storage/project_file.h"
#include "engine/trace/sqlite.h"
#include "tests/app/storage/project_samples.h"

#include <QFileInfo>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

using namespace app;
using namespace test;

namespace {

const QDateTime kNoon(QDate(2026, 5, 20), QTime(12, 0), Qt::UTC);

QString words(QRandomGenerator& random, int count) {
    static const QStringList kWords =
        QStringLiteral(
            "the a of rain window quiet letter never house asked garden winter and but walked slowly because "
            "his her opened door little under table mother street looked back again nothing said would")
            .split(u' ');
    QString text;
    for (int i = 0; i < count; ++i) {
        text += kWords[random.bounded(static_cast<int>(kWords.size()))];
        text += QString::number(random.bounded(40)); // words of a novel are not only these
        text += u' ';
    }
    return text;
}

SpannedText novel(QRandomGenerator& random, qsizetype units) {
    QString text;
    while (text.size() < units)
        text += words(random, random.bounded(10, 90)) + u'\n';
    return SpannedText(text, Origin::Typed);
}

VersionKept kept(VersionCause cause, const QDateTime& at = kNoon, const QString& name = {}) {
    return {cause, name, at};
}

} // namespace

class VersionTableTest : public QObject {
    Q_OBJECT

private slots:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_path = m_folder->filePath(QStringLiteral("story.inkgate"));
        auto file = ProjectFile::create(m_path, sampleText());
        QVERIFY(file);
        m_file = std::move(*file);
    }

    void cleanup() { m_file.reset(); }

    // A version is of the text at its place among the operations.
    void aVersionHoldsTextAndOrigins() {
        QVERIFY(m_file->append({typedEdit(0, QStringLiteral("One ")),
                                kept(VersionCause::Named, kNoon, QStringLiteral("Draft")),
                                typedEdit(0, QStringLiteral("Two "))}));
        SpannedText expected = sampleText();
        expected.apply(typedEdit(0, QStringLiteral("One ")));
        m_file.reset();
        m_file = std::move(*ProjectFile::open(m_path));
        const auto list = m_file->readVersions();
        QVERIFY(list);
        QCOMPARE(list->versions.size(), 1);
        QCOMPARE(list->versions[0].name, QStringLiteral("Draft"));
        QCOMPARE(list->versions[0].keptAt, kNoon);
        QCOMPARE(list->versions[0].units, expected.size());
        const auto text = m_file->readVersion(list->versions[0].id);
        QVERIFY(text && text->isWhole);
        QCOMPARE(text->text, expected);
    }

    void automaticVersionsOfTheSameTextAreOne() {
        QVERIFY(m_file->append({kept(VersionCause::SessionStart), kept(VersionCause::HalfHour)}));
        QCOMPARE(m_file->readVersions()->versions.size(), 1);
        QVERIFY(m_file->append({kept(VersionCause::Named, kNoon, QStringLiteral("x"))}));
        QCOMPARE(m_file->readVersions()->versions.size(), 2);
    }

    void anyTextComesBackFromItsChunks() {
        QRandomGenerator random(3);
        QList<SpannedText> texts;
        texts.append(SpannedText(QString(50'000, u'x'), Origin::Imported)); // one paragraph
        texts.append(SpannedText(QString(QStringLiteral("\U0001F600")).repeated(20'000), Origin::Typed));
        texts.append(SpannedText(QString(5'000, u'\n'), Origin::Typed));
        texts.append(SpannedText(QStringLiteral("\ufeffa\ufeff\u2029b"), Origin::Typed));
        SpannedText spanned = novel(random, 60'000);
        for (int i = 0; i < 2000; ++i) {
            TextEdit edit{random.bounded(static_cast<int>(spanned.size())), 0, QStringLiteral("xyz"), {}};
            edit.insertedSpans = {Span{3, Origin::Generated, 1 + random.bounded(9), random.bounded(1000)}};
            spanned.apply(edit);
        }
        texts.append(spanned);
        for (const SpannedText& text : std::as_const(texts)) {
            QString joined;
            QList<Span> spans;
            for (const TextChunk& chunk : chunksOf(text)) {
                const auto back = unpackChunk(packChunk(chunk), chunk.hash);
                QVERIFY(back);
                joined += back->text();
                for (const Span& span : back->spans())
                    appendSpan(spans, span);
            }
            QCOMPARE(joined, text.text());
            QCOMPARE(spans, text.spans());
        }
    }

    // A novel of 700,000 characters with 50 versions, between which whole passages change.
    void manyVersionsOfANovelStaySmall() {
        QRandomGenerator random(4);
        SpannedText text = novel(random, 700'000);
        m_file.reset();
        QFile::remove(m_path);
        m_file = std::move(*ProjectFile::create(m_path, text));
        QVERIFY(m_file->append({kept(VersionCause::Named)}));
        m_file.reset();
        const qint64 one = QFileInfo(m_path).size();
        m_file = std::move(*ProjectFile::open(m_path));
        QList<SpannedText> versions;
        for (int i = 0; i < 49; ++i) {
            QList<ProjectOperation> operations;
            for (int place = 0; place < 3; ++place) {
                const TextEdit edit =
                    typedEdit(random.bounded(static_cast<int>(text.size())), words(random, 60));
                text.apply(edit);
                operations.append(edit);
            }
            operations.append(kept(VersionCause::Named));
            versions.append(text);
            QVERIFY(m_file->append(operations));
        }
        m_file.reset();
        const qint64 all = QFileInfo(m_path).size();
        qInfo("text %lld units, file with 1 version %lld bytes, with 50 %lld", qint64(text.size()), one, all);
        QVERIFY(all - one < 2 * text.size());
        m_file = std::move(*ProjectFile::open(m_path));
        const auto list = m_file->readVersions();
        QCOMPARE(list->versions.size(), 50);
        QCOMPARE(m_file->readVersion(list->versions.first().id)->text, versions.last());
        QCOMPARE(m_file->readVersion(list->versions[48].id)->text, versions.first());
    }

    void namedVersionsAreNotThinned() {
        QDateTime at = kNoon;
        for (int i = 0; i < 200; ++i) {
            at = at.addSecs(3600);
            QVERIFY(
                m_file->append({typedEdit(0, QStringLiteral("word ")), kept(VersionCause::HalfHour, at)}));
            if (i % 10 == 0)
                QVERIFY(m_file->append({kept(VersionCause::Named, at, QString::number(i))}));
        }
        int automatic = 0;
        int named = 0;
        const auto list = m_file->readVersions();
        QVERIFY(list);
        for (const StoryVersion& version : list->versions)
            ++(version.isAutomatic() ? automatic : named);
        QCOMPARE(named, 20);
        QVERIFY2(automatic >= 24 + 7 && automatic <= 24 + 10, qPrintable(QString::number(automatic)));
        // One that was given a name stays, too.
        const StoryVersion last = list->versions.first();
        QVERIFY(m_file->append({VersionNamed{last.id, QStringLiteral("keep")}}));
        QVERIFY(m_file->append(
            {typedEdit(0, QStringLiteral("word ")), kept(VersionCause::HalfHour, at.addDays(400))}));
        const auto later = m_file->readVersions();
        QVERIFY(std::any_of(later->versions.begin(), later->versions.end(),
                            [&](const StoryVersion& version) { return version.id == last.id; }));
    }

    void aDeletedVersionCanBeBroughtBackUntilTheNextSession() {
        QVERIFY(m_file->append({kept(VersionCause::Named)}));
        const VersionId id = m_file->readVersions()->versions[0].id;
        QVERIFY(m_file->append({VersionDeleted{id, true}}));
        QVERIFY(m_file->readVersions()->versions.isEmpty());
        QVERIFY(m_file->append({VersionDeleted{id, false}}));
        QCOMPARE(m_file->readVersions()->versions.size(), 1);
        QVERIFY(m_file->append({VersionDeleted{id, true}}));
        QVERIFY(m_file->append({typedEdit(0, QStringLiteral("x")), kept(VersionCause::SessionStart)}));
        QVERIFY(!m_file->readVersion(id));
    }

    void whatIsDamagedIsLeftOutAndTheRestIsRead() {
        QRandomGenerator random(6);
        QVERIFY(m_file->append({typedEdit(0, novel(random, 60'000).text()), kept(VersionCause::Named)}));
        QVERIFY(m_file->append({kept(VersionCause::Named)}));
        m_file.reset();
        {
            auto database = engine::Database::open(m_path.toStdString(), engine::Database::Mode::ReadWrite);
            QVERIFY(database);
            QVERIFY(database->execute("UPDATE version_chunk SET packed = x'00' WHERE id = 3"));
            QVERIFY(database->execute("UPDATE story_version SET cause = 77 WHERE id = 2"));
        }
        m_file = std::move(*ProjectFile::open(m_path));
        const auto list = m_file->readVersions();
        QVERIFY(list);
        QCOMPARE(list->damaged, 1);
        QCOMPARE(list->versions.size(), 1);
        const auto text = m_file->readVersion(list->versions[0].id);
        QVERIFY(text && !text->isWhole);
        QVERIFY(text->text.size() > 40'000);
        // The next version brings what it has of it.
        QVERIFY(m_file->append({kept(VersionCause::Named)}));
        QVERIFY(m_file->readVersion(list->versions[0].id)->isWhole);
    }

    void versionsOfANewerInkgateAreNotTouched() {
        m_file.reset();
        {
            auto database = engine::Database::open(m_path.toStdString(), engine::Database::Mode::ReadWrite);
            QVERIFY(database->execute("UPDATE schema_version SET version = 99 WHERE component = 'versions'"));
        }
        m_file = std::move(*ProjectFile::open(m_path));
        QVERIFY(!m_file->problem().isEmpty());
        QCOMPARE(m_file->text(), sampleText());
    }

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_path;
    std::unique_ptr<ProjectFile> m_file;
};

QTEST_GUILESS_MAIN(VersionTableTest)
#include "version_table_test.moc"
