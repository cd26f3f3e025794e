// About: the version, the licence, and every part of others with its own.
#include "ui/window/about_dialog.h"

#include "tests/ui/support/desk.h"
#include "ui/window/actions.h"

#include <QAction>
#include <QApplication>
#include <QFile>
#include <QLabel>
#include <QProcess>
#include <QRegularExpression>
#include <QTest>
#include <QTreeWidget>

using namespace ui;

namespace {

// The names of the shared libraries that a program loads itself, without "lib" dependencies of those.
QStringList librariesOf(const QString& program) {
    QProcess readelf;
    readelf.start("readelf", {"--dynamic", "--wide", program});
    if (!readelf.waitForFinished(30'000) || readelf.exitCode() != 0)
        return {};
    static const QRegularExpression kNeeded(R"(\(NEEDED\).*\[(.+)\])");
    QStringList names;
    for (auto found = kNeeded.globalMatch(readelf.readAllStandardOutput()); found.hasNext();)
        names.append(found.next().captured(1));
    return names;
}

// The fourth column of parts.tsv.
QStringList listedLibraries() {
    QFile file(":/parts.tsv");
    QStringList names;
    if (!file.open(QIODevice::ReadOnly))
        return names;
    for (const QString& line : QString::fromUtf8(file.readAll()).split('\n', Qt::SkipEmptyParts))
        if (!line.startsWith('#'))
            names += line.section('\t', 3, 3).split(' ');
    return names;
}

} // namespace

class AboutTest : public QObject {
    Q_OBJECT

private slots:
    void menuOpensItWithTheVersion() {
        test::Desk desk;
        desk.window->actions().about->trigger();
        auto* const dialog = desk.window->findChild<AboutDialog*>();
        QVERIFY(dialog != nullptr && dialog->isVisible());
        QString text;
        for (const QLabel* label : dialog->findChildren<QLabel*>())
            text += label->text();
        QVERIFY2(text.contains("Inkgate " + QCoreApplication::applicationVersion()), qPrintable(text));
        QVERIFY(text.contains("GNU General Public License, version 3 or later"));
        QVERIFY(text.contains(qVersion()));
        QTest::keyClick(dialog, Qt::Key_Escape);
        QVERIFY(!dialog->isVisible());
    }

    void everyPartIsListedWithItsLicence() {
        AboutDialog dialog;
        const auto* const list = dialog.findChild<QTreeWidget*>("parts");
        const QList<ProgramPart> parts = programParts();
        QVERIFY(parts.size() >= 18);
        QCOMPARE(list->topLevelItemCount(), int(parts.size()));
        for (int i = 0; i < parts.size(); ++i) {
            QCOMPARE(list->topLevelItem(i)->text(0), parts[i].name);
            for (int column = 0; column < 3; ++column)
                QVERIFY2(!list->topLevelItem(i)->text(column).trimmed().isEmpty(), qPrintable(parts[i].name));
        }
    }

    void everyLineOfTheListIsRead() {
        QFile file(":/parts.tsv");
        QVERIFY(file.open(QIODevice::ReadOnly));
        qsizetype lines = 0;
        for (const QByteArray& line : file.readAll().split('\n'))
            lines += !line.isEmpty() && !line.startsWith('#');
        QCOMPARE(programParts().size(), lines);
    }

    // A library that is linked without a row would be used without its licence being named.
    void whateverTheProgramsLoadHasARow_data() {
        QTest::addColumn<QString>("program");
        QTest::newRow("inkgate-cli") << qEnvironmentVariable("INKGATE_CLI");
        QTest::newRow("this test, which has all of the window") << QCoreApplication::applicationFilePath();
    }
    void whateverTheProgramsLoadHasARow() {
        QFETCH(QString, program);
        const QStringList libraries = librariesOf(program);
        if (libraries.isEmpty())
            QSKIP("readelf or the program is not here");
        const QStringList listed = listedLibraries();
        for (const QString& library : libraries) {
            const bool isListed = std::any_of(listed.begin(), listed.end(), [&](const QString& name) {
                return name != "-" && library.startsWith(name);
            });
            QVERIFY2(isListed, qPrintable(library + " has no row in resources/parts.tsv"));
        }
    }
};

QTEST_MAIN(AboutTest)
#include "about_test.moc"
