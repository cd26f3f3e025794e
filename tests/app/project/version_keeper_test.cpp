#include "app/project/version_keeper.h"

#include "tests/app/support/app_parts.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

using namespace app;

namespace {

VersionList listOf(AppParts& parts) {
    QSignalSpy listed(&parts.project.versions(), &VersionKeeper::listed);
    parts.project.versions().list();
    return listed.wait() ? listed.last()[0].value<VersionList>() : VersionList{{}, -1, {}};
}

QString textOf(AppParts& parts, VersionId version) {
    QSignalSpy read(&parts.project.versions(), &VersionKeeper::textRead);
    parts.project.versions().read(version);
    return read.wait() ? read.last()[1].value<VersionText>().text.text() : QStringLiteral("nothing came");
}

} // namespace

class VersionKeeperTest : public QObject {
    Q_OBJECT

private slots:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_parts = std::make_unique<AppParts>(m_folder->path());
        m_parts->preferences.markStarted();
        QVERIFY(m_parts->start());
    }

    void cleanup() { m_parts.reset(); }

    void aSessionKeepsTheTextItBeganWith() {
        m_parts->document.applyUserEdit(0, 0, QStringLiteral("Yesterday."));
        QVERIFY(listOf(*m_parts).versions.isEmpty()); // the session began with nothing
        m_parts = nullptr;
        m_parts = std::make_unique<AppParts>(m_folder->path());
        QVERIFY(m_parts->start());
        QVERIFY(listOf(*m_parts).versions.isEmpty()); // looking around is no change
        m_parts->document.applyUserEdit(0, 10, QStringLiteral("Gone"));
        const VersionList list = listOf(*m_parts);
        QCOMPARE(list.versions.size(), 1);
        QCOMPARE(list.versions[0].cause, VersionCause::SessionStart);
        QCOMPARE(textOf(*m_parts, list.versions[0].id), QStringLiteral("Yesterday."));
    }

    void aNamedVersionIsOfTheTextWhenItWasNamed() {
        m_parts->document.applyUserEdit(0, 0, QStringLiteral("Before. "));
        m_parts->project.versions().keep(VersionCause::Named, QStringLiteral("Draft"));
        m_parts->document.applyUserEdit(8, 0, QStringLiteral("After."));
        const VersionList list = listOf(*m_parts);
        QCOMPARE(list.versions.size(), 1);
        QCOMPARE(list.versions[0].name, QStringLiteral("Draft"));
        QCOMPARE(list.versions[0].words, 1);
        QCOMPARE(textOf(*m_parts, list.versions[0].id), QStringLiteral("Before. "));
        m_parts->project.versions().remove(list.versions[0].id);
        QVERIFY(listOf(*m_parts).versions.isEmpty());
        m_parts->project.versions().bringBack(list.versions[0].id);
        m_parts->project.versions().rename(list.versions[0].id, QStringLiteral("First"));
        QCOMPARE(listOf(*m_parts).versions[0].name, QStringLiteral("First"));
    }

    void versionsGoAlongWithSaveAs() {
        m_parts->document.applyUserEdit(0, 0, QStringLiteral("Words"));
        m_parts->project.versions().keep(VersionCause::Named);
        QSignalSpy saved(&m_parts->project, &ProjectController::savedAs);
        m_parts->project.saveAs(m_folder->filePath(QStringLiteral("tale.inkgate")));
        QVERIFY(saved.wait());
        QCOMPARE(listOf(*m_parts).versions.size(), 1);
    }

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<AppParts> m_parts;
};

QTEST_GUILESS_MAIN(VersionKeeperTest)
#include "version_keeper_test.moc"
