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
#include "app/storage/recovery/recovery_folders.h"
#include "app/storage/storage_worker.h"
#include "app/version.h"
#include "app/voice/voice_fit.h"
#include "app/writing/story_writer.h"
#include "engine/cpu/processor_level.h"
#include "ui/window/main_window.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QIcon>
#include <QSettings>
#include <QStandardPaths>
#include <QThread>
#include <QTimer>

#include <algorithm>
#include <memory>
#include <span>
#include <string_view>

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

// The file named on the command line, or nothing. Ends the program for questions and wrong usage, as the
// parser does. The name is taken from `arguments`, since Qt has lost the bytes that are no text.
QString fileArgument(const QCoreApplication& application, std::span<char*> arguments) {
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QCoreApplication::translate("main", "A writing assistant with a local model."));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addPositionalArgument(
        QStringLiteral("FILE"),
        QCoreApplication::translate("main", "A project (.inkgate) or a text file to import."),
        QStringLiteral("[FILE]"));
    parser.process(application);
    if (parser.positionalArguments().isEmpty())
        return {};
    bool areAllNames = false; // behind "--"
    for (const std::string_view argument : arguments.subspan(1)) {
        if (areAllNames || !argument.starts_with('-'))
            return app::pathOfArgument(
                QByteArrayView(argument.data(), static_cast<qsizetype>(argument.size())));
        areAllNames = argument == "--";
    }
    return {};
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
    const QString file = fileArgument(application, arguments);
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
    leave(engineThread);
    leave(storageThread);
    return isSaved ? status : 1;
}

} // namespace

int main(int argc, char** argv) {
    describeProgram();
    if (std::any_of(argv + 1, argv + argc, isQuestion)) {
        const QCoreApplication application(argc, argv);
        fileArgument(application, {argv, static_cast<std::size_t>(argc)});
        return 0;
    }
    if (const std::string problem = engine::processorLevelProblem(); !problem.empty())
        qWarning("%s: %s", kName, problem.c_str());
    QApplication application(argc, argv);
    QApplication::setApplicationDisplayName(QStringLiteral("Inkgate"));
    QGuiApplication::setDesktopFileName(QLatin1String(kName));
    QApplication::setWindowIcon(QIcon(QStringLiteral(":/icons/inkgate.svg")));
    return runWindow(application, {argv, static_cast<std::size_t>(argc)});
}
