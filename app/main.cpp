// main.cpp: makes the parts of the program, joins them, and takes them apart again. The one place that knows
// engine, storage and windows together.
#include "app/app_context.h"
#include "app/assistant/assistant_service.h"
#include "app/document/document.h"
#include "app/engine_thread/engine_worker.h"
#include "app/files/file_path.h"
#include "app/library/library_folder.h"
#include "app/library/model_library.h"
#include "app/models/model_catalog.h"
#include "app/preferences/preferences.h"
#include "app/project/project_controller.h"
#include "app/quit_signals.h"
#include "app/reading/story_reading.h"
#include "app/runs/run_history.h"
#include "app/spelling/spelling.h"
#include "app/storage/project_file.h"
#include "app/storage/recovery/recovery_folders.h"
#include "app/storage/storage_worker.h"
#include "app/version.h"
#include "app/voice/voice_fit.h"
#include "app/writing/story_writer.h"
#include "engine/cpu/processor_level.h"
#include "ui/thumbnail/story_thumbnail.h"
#include "ui/window/main_window.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QGuiApplication>
#include <QIcon>
#include <QSaveFile>
#include <QSettings>
#include <QStandardPaths>
#include <QThread>
#include <QTimer>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>
#include <system_error>

namespace {

constexpr auto kName = "inkgate";

// Answered without a window, so that they work where there is no screen.
bool isQuestion(std::string_view argument) {
    return argument == "--version" || argument == "-v" || argument == "--help" || argument == "-h" ||
           argument == "--help-all";
}

void describeProgram() {
    QCoreApplication::setApplicationName(kName);
    QCoreApplication::setApplicationVersion(app::version());
}

constexpr std::string_view kThumbnail = "--thumbnail";
constexpr std::string_view kSize = "--size";

// What the command line asks for. Ends the program for questions and wrong usage, as the parser does. Names
// are taken from `arguments`, since Qt has lost the bytes that are no text.
struct Wishes {
    QStringList files; // absolute paths
    int thumbnailSize = 256;
};

int endWith(const QString& sentence) {
    std::fprintf(stderr, "%s: %s\n", kName, sentence.toLocal8Bit().constData());
    return 1;
}

QStringList namesIn(std::span<char*> arguments) {
    QStringList names;
    bool areAllNames = false; // behind "--"
    for (std::size_t i = 1; i < arguments.size(); ++i) {
        const std::string_view argument = arguments[i];
        if (areAllNames || !argument.starts_with('-'))
            names.append(app::pathOfArgument(
                QByteArrayView(argument.data(), static_cast<qsizetype>(argument.size()))));
        else if (argument == kSize)
            ++i; // its value
        areAllNames = areAllNames || argument == "--";
    }
    return names;
}

Wishes readCommandLine(const QCoreApplication& application, std::span<char*> arguments) {
    const auto tr = [](const char* text) { return QCoreApplication::translate("main", text); };
    QCommandLineParser parser;
    parser.setApplicationDescription(tr("A writing assistant with a local model."));
    parser.addHelpOption();
    parser.addVersionOption();
    const QCommandLineOption thumbnail(
        QStringLiteral("thumbnail"),
        tr("Draw the first words of the project FILE as a small picture into PICTURE (PNG) and end, for file "
           "managers. The project is only read."));
    const QCommandLineOption size(QStringLiteral("size"),
                                  tr("Width and height of that picture, %1 to %2.")
                                      .arg(ui::kSmallestThumbnail)
                                      .arg(ui::kLargestThumbnail),
                                  tr("PIXELS"), QStringLiteral("256"));
    parser.addOption(thumbnail);
    parser.addOption(size);
    parser.addPositionalArgument(QStringLiteral("FILE"), tr("A project (.inkgate) or a text file to import."),
                                 QStringLiteral("[FILE]"));
    parser.addPositionalArgument(QStringLiteral("PICTURE"), tr("With --thumbnail: the picture to write."),
                                 QStringLiteral("[PICTURE]"));
    parser.process(application);
    Wishes wishes;
    wishes.files = namesIn(arguments);
    bool isNumber = false;
    wishes.thumbnailSize = parser.value(size).toInt(&isNumber);
    if (!isNumber || wishes.thumbnailSize < ui::kSmallestThumbnail ||
        wishes.thumbnailSize > ui::kLargestThumbnail)
        std::exit(endWith(tr("--size needs a number from %1 to %2, found \"%3\".")
                              .arg(ui::kSmallestThumbnail)
                              .arg(ui::kLargestThumbnail)
                              .arg(parser.value(size))));
    return wishes;
}

// Draws on no screen. Works on a copy of the project, so that nothing is written beside or into it.
int writeThumbnail(int& argc, char** argv) {
    qputenv("QT_QPA_PLATFORM", "offscreen");
    // Qt's remarks on the sandboxes of file managers are nobody's concern; what is wrong is said below.
    qInstallMessageHandler([](QtMsgType, const QMessageLogContext&, const QString&) {});
    const QGuiApplication application(argc, argv);
    const Wishes wishes = readCommandLine(application, {argv, static_cast<std::size_t>(argc)});
    const auto tr = [](const char* text) { return QCoreApplication::translate("main", text); };
    if (wishes.files.size() != 2)
        return endWith(tr("--thumbnail needs two names: the project and the picture to write."));
    const QString& project = wishes.files[0];
    const QString& picture = wishes.files[1];
    std::error_code error;
    if (std::filesystem::equivalent(app::toSystemPath(project), app::toSystemPath(picture), error))
        return endWith(tr("The picture would take the place of the project; name another file."));
    const auto file = app::ProjectFile::openCopy(project);
    if (!file)
        return endWith(file.error().message);
    QSaveFile out(picture);
    if (!out.open(QIODevice::WriteOnly) ||
        !ui::drawThumbnail((*file)->text().text(), wishes.thumbnailSize).save(&out, "PNG") || !out.commit())
        return endWith(tr("%1 cannot be written (%2); choose another folder or make room.")
                           .arg(app::readablePath(picture), out.errorString()));
    return 0;
}

// Moves a worker into its thread, where it is also destroyed, after the last call that reached it.
template <class Worker>
Worker& startIn(QThread& thread, const QString& name, std::unique_ptr<Worker> worker) {
    thread.setObjectName(name);
    worker->moveToThread(&thread);
    QObject::connect(&thread, &QThread::finished, worker.get(), &QObject::deleteLater);
    thread.start();
    return *worker.release();
}

void leave(QThread& thread) {
    thread.quit();
    thread.wait();
}

// What the writer chose is in force from the start and is remembered.
void connectPreferences(app::Preferences& preferences, app::StoryWriter& writer, app::ModelCatalog& models) {
    models.refresh(preferences.addedModels());
    writer.setOptions(preferences.generation());
    writer.setModelChoice(preferences.model());
    QObject::connect(&writer, &app::StoryWriter::optionsChanged, &preferences,
                     &app::Preferences::setGeneration);
    QObject::connect(&writer, &app::StoryWriter::modelChoiceChanged, &preferences,
                     &app::Preferences::setModel);
    QObject::connect(&models, &app::ModelCatalog::entriesChanged, &preferences,
                     [&preferences, &models] { preferences.setAddedModels(models.addedPaths()); });
}

// The window comes with its story in it: what is typed into a window whose story is still being read would go
// nowhere. A slow disk is not waited for.
void showWithStory(QWidget& window, const app::ProjectController& project) {
    constexpr int kLongestWaitMs = 1000;
    constexpr auto kOnce = static_cast<Qt::ConnectionType>(Qt::AutoConnection | Qt::SingleShotConnection);
    QObject::connect(&project, &app::ProjectController::opened, &window, &QWidget::show, kOnce);
    QObject::connect(&project, &app::ProjectController::openFailed, &window, &QWidget::show, kOnce);
    QTimer::singleShot(kLongestWaitMs, &window, &QWidget::show);
}

int runWindow(QApplication& application, std::span<char*> arguments) {
    const QStringList files = readCommandLine(application, arguments).files;
    const QString file = files.isEmpty() ? QString() : files.first();
    QSettings settings(QSettings::IniFormat, QSettings::UserScope, kName, kName);
    app::Preferences preferences(settings);
    app::Document document;
    app::RunHistory runs(document);
    app::StoryReading reading;

    QThread storageThread;
    QThread engineThread;
    auto& storage = startIn(storageThread, QStringLiteral("storage"),
                            std::make_unique<app::StorageWorker>(
                                QStandardPaths::writableLocation(QStandardPaths::AppDataLocation),
                                app::RecoveryFolders::ofSystem()));
    auto& engine = startIn(engineThread, QStringLiteral("engine"), std::make_unique<app::EngineWorker>());

    preferences.writeWhere(storage);

    app::AssistantService assistant(engine);
    app::StoryWriter writer(document, assistant, runs, reading);
    app::ProjectController project(document, runs, reading, preferences, storage);
    const QString data = QStandardPaths::writableLocation(QStandardPaths::AppDataLocation);
    const QString voices = data + QStringLiteral("/voices");
    app::ModelCatalog models(voices);
    app::VoiceFit voice(voices);
    app::Spelling spelling({app::dictionaryFolders(), data + QStringLiteral("/words.txt")},
                           app::systemLanguages());
    app::ModelLibrary library(app::libraryFolder());
    connectPreferences(preferences, writer, models);
    QObject::connect(&project, &app::ProjectController::aboutToClose, &writer, &app::StoryWriter::release);
    // What the model remembers of the story lives in the project, so that opening it again reads nothing
    // anew.
    QObject::connect(&project, &app::ProjectController::aboutToClose, &assistant,
                     &app::AssistantService::cancelAll);
    QObject::connect(&assistant, &app::AssistantService::statesKept, &project,
                     &app::ProjectController::keepStates);
    QObject::connect(&project, &app::ProjectController::statesRead, &assistant,
                     &app::AssistantService::offerStates);

    app::AppContext context{document, project,     writer, assistant, runs,   reading,
                            models,   preferences, voice,  spelling,  library};
    int status = 0;
    {
        ui::MainWindow window(context);
        showWithStory(window, project);
        const app::QuitSignals quitSignals;
        // Without the window's questions: nobody is there to answer.
        QObject::connect(&quitSignals, &app::QuitSignals::received, &application,
                         [] { QCoreApplication::exit(); });
        project.start(file);
        status = QApplication::exec();
    }
    writer.release();
    assistant.cancelAll();
    const bool isSaved = project.shutdown();
    preferences.flush();
    leave(engineThread);
    leave(storageThread);
    return isSaved ? status : 1;
}

} // namespace

int main(int argc, char** argv) {
    describeProgram();
    if (std::any_of(argv + 1, argv + argc, isQuestion)) {
        const QCoreApplication application(argc, argv);
        readCommandLine(application, {argv, static_cast<std::size_t>(argc)});
        return 0;
    }
    if (std::any_of(argv + 1, argv + argc, [](std::string_view argument) { return argument == kThumbnail; }))
        return writeThumbnail(argc, argv);
    if (const std::string problem = engine::processorLevelProblem(); !problem.empty())
        qWarning("%s: %s", kName, problem.c_str());
    QApplication application(argc, argv);
    QApplication::setApplicationDisplayName(QStringLiteral("Inkgate"));
    QGuiApplication::setDesktopFileName(QLatin1String(kName));
    QApplication::setWindowIcon(QIcon(QStringLiteral(":/icons/inkgate.svg")));
    return runWindow(application, {argv, static_cast<std::size_t>(argc)});
}
