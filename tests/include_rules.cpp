#include "tests/include_rules.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QLibraryInfo>
#include <QRegularExpression>

namespace rules {

namespace {

QHash<QString, QStringList> readRooms() {
    static const QRegularExpression kQuoted("`([^`]+)`");
    QFile page(sourceRoot() + "/docs/architecture.md");
    if (!page.open(QIODevice::ReadOnly))
        return {};
    QHash<QString, QStringList> rooms;
    bool isInTable = false;
    for (const QString& line : QString::fromUtf8(page.readAll()).split('\n')) {
        if (line.startsWith("<!-- rooms:"))
            isInTable = true;
        else if (isInTable && !line.startsWith('|'))
            break;
        if (!isInTable || !line.startsWith("| `"))
            continue;
        QStringList names;
        for (auto found = kQuoted.globalMatch(line); found.hasNext();)
            names << found.next().captured(1);
        const QString room = names.takeFirst();
        rooms.insert(room, line.endsWith("| " + kAnything + " |") ? QStringList(kAnything) : names);
    }
    return rooms;
}

// The room that the file at `path` (from the repository root) is in; empty: none.
QString roomOf(const QString& path) {
    if (rooms().contains(path))
        return path;
    QString folder = path.section('/', 0, -2);
    const bool isTop = !folder.contains('/');
    while (!rooms().contains(folder) && folder.contains('/'))
        folder = folder.section('/', 0, -2);
    // The room `app` is the files directly in it.
    return rooms().contains(folder) && (isTop || folder.contains('/')) ? folder : QString();
}

// The only folders that may speak to SQLite.
const QStringList kSqliteFolders = {"engine/trace/", "app/storage/"};

// The Qt modules each part may use. Whether a header is Qt's at all, and whose, is read off Qt's own header
// folders.
const QStringList kAppModules = {"QtCore"};
const QString kNetworkFolder = "app/library/"; // the only one that may also use Qt Network
const QStringList kUiModules = {"QtCore", "QtGui", "QtWidgets", "QtSvg", "QtSvgWidgets", "QtPrintSupport"};

// The Qt modules that have a header of this name: QtCore for <QString>, none for <vector>.
QStringList qtModulesOf(const QString& name) {
    static const QString kHeaders = QLibraryInfo::path(QLibraryInfo::HeadersPath);
    if (const QString module = name.section('/', 0, 0); name.contains('/') && module.startsWith("Qt"))
        return {module};
    static const QStringList kModules = QDir(kHeaders).entryList({"Qt*"}, QDir::Dirs);
    QStringList modules;
    if (!name.contains('/') && name.startsWith('q', Qt::CaseInsensitive)) {
        for (const QString& module : kModules)
            if (QFileInfo::exists(kHeaders + '/' + module + '/' + name))
                modules << module;
    }
    return modules;
}

bool isQt(const QString& name) { return name == "qcustomplot.h" || !qtModulesOf(name).isEmpty(); }

bool isFromModules(const QString& name, const QStringList& allowed) {
    for (const QString& module : qtModulesOf(name))
        if (allowed.contains(module))
            return true;
    return false;
}

std::optional<QString> roomRule(const QString& path, const QString& name) {
    const QString from = roomOf(path), to = roomOf(name);
    if (from.isEmpty())
        return "this folder is not in the table of docs/architecture.md";
    if (to.isEmpty())
        return name + " is in no room of docs/architecture.md";
    if (from != to && !rooms().value(from).contains(to))
        return "the table of docs/architecture.md does not let " + from + " include " + to;
    return std::nullopt;
}

std::optional<QString> qtRule(const QString& path, const QString& name) {
    if (area(path) == "engine")
        return "the engine never includes Qt";
    if (path.startsWith(kNetworkFolder) && isFromModules(name, {"QtNetwork"}))
        return std::nullopt;
    if (area(path) == "app" && !isFromModules(name, kAppModules))
        return "app uses Qt Core only";
    if (area(path) == "ui" && name != "qcustomplot.h" && !isFromModules(name, kUiModules))
        return "ui uses Qt Core, Gui, Widgets, Svg and PrintSupport only";
    return std::nullopt;
}

} // namespace

QString sourceRoot() { return QStringLiteral(INKGATE_SOURCE_DIR); }

const QHash<QString, QStringList>& rooms() {
    static const QHash<QString, QStringList> kRooms = readRooms();
    return kRooms;
}

QString area(const QString& path) { return path.section('/', 0, 0); }

bool isRootFolder(const QString& folder) {
    return folder == "engine" || folder == "app" || folder == "ui" || folder == "tests";
}

std::optional<QString> brokenRule(const QString& path, const Include& include) {
    const QString& name = include.name;
    if (include.isQuoted && !isRootFolder(area(name)) && !name.endsWith(".moc"))
        return "quotes are for our own files, written from the repository root";
    if (!include.isQuoted && isRootFolder(area(name)) && name.contains('/'))
        return "our own files are included in quotes";
    if (area(path) == "tests")
        return std::nullopt;
    if (name.section('/', -1).startsWith("sqlite3")) {
        for (const QString& folder : kSqliteFolders)
            if (path.startsWith(folder))
                return std::nullopt;
        return "only " + kSqliteFolders.join(" and ") + " include SQLite";
    }
    if ((name.startsWith("cuda") || name.startsWith("cublas")) && !path.contains(".cu") &&
        !path.startsWith("engine/cuda/") && !path.section('/', -1).startsWith("cublas"))
        return "only .cu and .cuh files, engine/cuda/ and the loader of cuBLASLt include CUDA headers";
    if (rooms().value(roomOf(path)).contains(kAnything))
        return std::nullopt;
    if (isQt(name))
        return qtRule(path, name);
    return isRootFolder(area(name)) && name.contains('/') ? roomRule(path, name) : std::nullopt;
}

} // namespace rules
