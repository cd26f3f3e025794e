// Who may include whom (include_rules.h), held against every #include of every source file. The link targets
// say most of it a second time.
#include "tests/include_rules.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>
#include <QTest>

using namespace rules;

namespace {

// Sources of our own, as paths from the repository root, sorted.
QStringList sourceFiles() {
    QStringList files;
    for (const char* folder : {"engine", "app", "ui", "tests"}) {
        QDirIterator found(sourceRoot() + '/' + folder, {"*.h", "*.cpp", "*.cu", "*.cuh"}, QDir::Files,
                           QDirIterator::Subdirectories);
        while (found.hasNext())
            files << QDir(sourceRoot()).relativeFilePath(found.next());
    }
    files.sort();
    return files;
}

// Calls `visit(lineNumber, include)` for each #include of a file.
template <typename Visit> void forEachInclude(const QString& path, Visit visit) {
    static const QRegularExpression kInclude(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
    QFile file(sourceRoot() + '/' + path);
    QVERIFY2(file.open(QIODevice::ReadOnly), qPrintable(path + ": " + file.errorString()));
    const QStringList lines = QString::fromUtf8(file.readAll()).split('\n');
    for (qsizetype i = 0; i < lines.size(); ++i)
        if (const auto match = kInclude.match(lines[i]); match.hasMatch())
            visit(i + 1, Include{match.captured(2), match.captured(1) == "\""});
}

// One message for each line found: Qt Test cuts long ones.
void expectNone(const QStringList& found) {
    for (const QString& line : found)
        qWarning("%s", qPrintable(line));
    QCOMPARE(found.size(), 0);
}

} // namespace

class IncludeRulesTest : public QObject {
    Q_OBJECT

private slots:
    void rulesForbidWhatTheyShould_data() {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("include"); // with its quotes or brackets
        QTest::addColumn<bool>("isAllowed");

        QTest::newRow("engine: standard library") << "engine/core/error.h"
                                                  << "<string>" << true;
        QTest::newRow("engine: Qt Core") << "engine/core/error.h"
                                         << "<QString>" << false;
        QTest::newRow("engine: Qt with its module") << "engine/core/error.h"
                                                    << "<QtCore/qglobal.h>" << false;
        QTest::newRow("engine: QCustomPlot") << "engine/trace/gate_store.h"
                                             << "<qcustomplot.h>" << false;
        QTest::newRow("engine: app") << "engine/runtime/session.cpp"
                                     << "\"app/document/document.h\"" << false;
        QTest::newRow("engine: downwards") << "engine/model/model.h"
                                           << "\"engine/operations/recurrence/wkv7.h\"" << true;
        QTest::newRow("engine: upwards") << "engine/operations/recurrence/wkv7.h"
                                         << "\"engine/model/model.h\"" << false;
        QTest::newRow("engine: sideways") << "engine/formats/checkpoint.h"
                                          << "\"engine/tokenizer/tokenizer.h\"" << false;
        QTest::newRow("engine: own folder") << "engine/formats/checkpoint.h"
                                            << "\"engine/formats/a.h\"" << true;
        QTest::newRow("engine: the trace uses SQLite") << "engine/trace/sqlite.h"
                                                       << "<sqlite3.h>" << true;
        QTest::newRow("engine: nobody else uses SQLite") << "engine/core/error.h"
                                                         << "<sqlite3.h>" << false;
        QTest::newRow("engine: CUDA in a .cu file") << "engine/operations/rows/a.cu"
                                                    << "<cuda_runtime.h>" << true;
        QTest::newRow("engine: our own file about CUDA") << "engine/runtime/a.h"
                                                         << "\"engine/backend/cuda_plugin.h\"" << true;
        QTest::newRow("engine: CUDA in a header") << "engine/operations/rows/a.h"
                                                  << "<cuda_runtime.h>" << false;
        QTest::newRow("engine: the ground of CUDA") << "engine/operations/rows/a.cu"
                                                    << "\"engine/cuda/device/warp.cuh\"" << true;
        QTest::newRow("engine: the roof of CUDA") << "engine/operations/rows/a.cu"
                                                  << "\"engine/cuda/backend/step_graphs.h\"" << false;
        QTest::newRow("app: Qt Core") << "app/document/document.h"
                                      << "<QString>" << true;
        QTest::newRow("app: the library uses Qt Network") << "app/library/download/network.h"
                                                          << "<QNetworkReply>" << true;
        QTest::newRow("app: nobody else uses Qt Network") << "app/models/model_catalog.h"
                                                          << "<QNetworkReply>" << false;
        QTest::newRow("ui: Qt Network") << "ui/library/library_dialog.h"
                                        << "<QNetworkReply>" << false;
        QTest::newRow("app: engine") << "app/engine_thread/worker.h"
                                     << "\"engine/runtime/session.h\"" << true;
        QTest::newRow("app: not in its row") << "app/generation/a.h"
                                             << "\"app/assistant/assistant_service.h\"" << false;
        QTest::newRow("app: a folder of no room") << "app/elsewhere/a.h"
                                                  << "\"app/document/document.h\"" << false;
        QTest::newRow("app: Qt Gui") << "app/document/document.h"
                                     << "<QColor>" << false;
        QTest::newRow("app: Qt Widgets") << "app/document/document.h"
                                         << "<QtWidgets/QWidget>" << false;
        QTest::newRow("app: ui") << "app/document/document.h"
                                 << "\"ui/main_window.h\"" << false;
        QTest::newRow("app: storage uses SQLite") << "app/storage/project_file.cpp"
                                                  << "<sqlite3.h>" << true;
        QTest::newRow("app: nobody else uses SQLite") << "app/document/a.cpp"
                                                      << "<sqlite3.h>" << false;
        QTest::newRow("ui: Qt Widgets") << "ui/main_window.h"
                                        << "<QMainWindow>" << true;
        QTest::newRow("ui: QCustomPlot") << "ui/heatmap/heatmap.cpp"
                                         << "<qcustomplot.h>" << true;
        QTest::newRow("ui: Qt Sql") << "ui/main_window.h"
                                    << "<QSqlQuery>" << false;
        QTest::newRow("ui: engine") << "ui/main_window.h"
                                    << "\"engine/runtime/session.h\"" << false;
        QTest::newRow("ui: SQLite") << "ui/main_window.cpp"
                                    << "<sqlite3.h>" << false;
        QTest::newRow("ui: storage") << "ui/main_window.cpp"
                                     << "\"app/storage/project_file.h\"" << false;
        QTest::newRow("main sees all three") << "app/main.cpp"
                                             << "\"ui/window/main_window.h\"" << true;
        QTest::newRow("main: Qt Widgets") << "app/main.cpp"
                                          << "<QApplication>" << true;
        QTest::newRow("main: no database of its own") << "app/main.cpp"
                                                      << "<sqlite3.h>" << false;
        QTest::newRow("nobody sees main") << "app/document/document.cpp"
                                          << "\"app/main.cpp\"" << false;
        QTest::newRow("nobody includes tests") << "engine/core/error.cpp"
                                               << "\"tests/support/a.h\"" << false;
        QTest::newRow("tests look anywhere") << "tests/ui/a_test.cpp"
                                             << "\"engine/core/error.h\"" << true;
        QTest::newRow("a path from the folder") << "engine/core/error.cpp"
                                                << "\"error.h\"" << false;
        QTest::newRow("a library in quotes") << "engine/operations/rows/a.cpp"
                                             << "\"hwy/highway.h\"" << false;
        QTest::newRow("our file in brackets") << "app/document/a.cpp"
                                              << "<app/document/a.h>" << false;
        QTest::newRow("Qt's meta-object file") << "tests/ui/a_test.cpp"
                                               << "\"a_test.moc\"" << true;
    }

    void rulesForbidWhatTheyShould() {
        QFETCH(QString, path);
        QFETCH(QString, include);
        QFETCH(bool, isAllowed);
        const auto rule = brokenRule(path, {include.mid(1, include.size() - 2), include.startsWith('"')});
        QVERIFY2(rule.has_value() != isAllowed, qPrintable(rule.value_or("no rule is broken")));
    }

    void everyRoomIsThere() {
        QVERIFY2(rooms().size() > 20, "the table of docs/architecture.md was not found");
        for (auto room = rooms().begin(); room != rooms().end(); ++room)
            for (const QString& name : QStringList(room.key()) + room.value()) {
                if (name == kAnything)
                    continue;
                const QFileInfo place(sourceRoot() + '/' + name);
                QVERIFY2(rooms().contains(name), qPrintable(name));
                QVERIFY2(name.endsWith(".cpp") ? place.isFile() : place.isDir(), qPrintable(name));
            }
    }

    void everyIncludeKeepsTheRules() {
        const QStringList files = sourceFiles();
        QVERIFY2(files.contains("tests/include_rules_test.cpp"), "the sources were not found");
        QStringList broken;
        for (const QString& path : files)
            forEachInclude(path, [&](qsizetype line, const Include& include) {
                if (const auto rule = brokenRule(path, include))
                    broken << QString("%1:%2: includes %3: %4").arg(path).arg(line).arg(include.name, *rule);
            });
        expectNone(broken);
    }

    void everyIncludedFileOfOursExists() {
        QStringList missing;
        for (const QString& path : sourceFiles())
            forEachInclude(path, [&](qsizetype line, const Include& include) {
                if (include.isQuoted && isRootFolder(area(include.name)) &&
                    !QFileInfo::exists(sourceRoot() + '/' + include.name))
                    missing << QString("%1:%2: %3 does not exist").arg(path).arg(line).arg(include.name);
            });
        expectNone(missing);
    }

    void aSourceIncludesItsOwnHeaderFirst() {
        QStringList late;
        for (const QString& path : sourceFiles()) {
            const QString header = path.section('.', 0, 0) + ".h";
            if (!path.endsWith(".cpp") || !QFileInfo::exists(sourceRoot() + '/' + header))
                continue;
            QString first;
            forEachInclude(path, [&](qsizetype, const Include& include) {
                if (first.isEmpty())
                    first = include.name;
            });
            if (first != header)
                late << QString("%1: starts with %2, not with %3").arg(path, first, header);
        }
        expectNone(late);
    }
};

QTEST_GUILESS_MAIN(IncludeRulesTest)
#include "include_rules_test.moc"
