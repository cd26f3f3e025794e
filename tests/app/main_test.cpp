// The program as a user starts it, without a window: questions, and thumbnails for file managers.
#include "app/storage/project_file.h"
#include "tests/app/storage/project_samples.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QImage>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

namespace {

struct Result {
    int status = -1; // -1: did not start, crashed or took too long
    QString out, err;

    [[nodiscard]] bool isOneSentence() const {
        return status == 1 && out.isEmpty() && err.startsWith("inkgate: ") && err.endsWith('\n') &&
               err.count('\n') == 1;
    }
};

// Without a screen: neither a display nor a platform of Qt is named.
Result run(const QStringList& arguments, const QString& home) {
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const char* name :
         {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "XDG_CONFIG_HOME", "XDG_DATA_HOME"})
        environment.remove(name);
    environment.insert("HOME", home);
    process.setProcessEnvironment(environment);
    process.start(INKGATE_PROGRAM, arguments);
    Result result;
    if (process.waitForFinished(60'000) && process.exitStatus() == QProcess::NormalExit)
        result.status = process.exitCode();
    result.out = QString::fromUtf8(process.readAllStandardOutput());
    result.err = QString::fromUtf8(process.readAllStandardError());
    return result;
}

QByteArray bytesOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

// Pixels of the page that are darker than its edge.
int inkOn(const QImage& image) {
    int count = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x) {
            const QColor colour = image.pixelColor(x, y);
            count += colour.alpha() > 200 && colour.lightness() < 110;
        }
    return count;
}

} // namespace

class MainTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    QString m_home, m_project;

    QString inFolder(const QString& name) const { return m_folder.filePath(name); }
    Result run(const QStringList& arguments) const { return ::run(arguments, m_home); }
    [[nodiscard]] bool makeProject(const QString& path, const QString& text) {
        return app::ProjectFile::create(path, app::SpannedText(text, app::Origin::Typed)).has_value();
    }

private slots:
    void initTestCase() {
        QVERIFY(m_folder.isValid() && QDir(m_folder.path()).mkpath("home") &&
                QDir(m_folder.path()).mkpath("stories"));
        m_home = inFolder("home");
        m_project = inFolder("stories/ferry.inkgate");
        QVERIFY(
            makeProject(m_project, QString("# The ferry\nIt was dark when the ferry came. ").repeated(40)));
    }

    void versionIsOneLine_data() {
        QTest::addColumn<QString>("question");
        QTest::newRow("long") << "--version";
        QTest::newRow("short") << "-v";
    }
    void versionIsOneLine() {
        QFETCH(QString, question);
        const Result result = run({question});
        QCOMPARE(result.status, 0);
        QCOMPARE(result.out, QString("inkgate " INKGATE_VERSION "\n"));
        QCOMPARE(result.err, QString());
    }

    void helpTellsEveryOption() {
        const Result result = run({"--help"});
        QCOMPARE(result.status, 0);
        for (const char* word : {"Usage:", "FILE", "PICTURE", "--help", "--version", "--thumbnail", "--size"})
            QVERIFY2(result.out.contains(word), word);
        QCOMPARE(result.err, QString());
    }

    void questionsLeaveNothingBehind() {
        run({"--version"});
        run({"--help"});
        QVERIFY(QDir(m_home).isEmpty(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot));
    }

    void manualPageHasEveryOption() {
        const QString page = QString::fromUtf8(bytesOf(INKGATE_SOURCE_DIR "/installer/man/inkgate.1.in"));
        QVERIFY(!page.isEmpty());
        static const QRegularExpression kOption("^  (?:-\\w, )?(--[a-z-]+)",
                                                QRegularExpression::MultilineOption);
        int options = 0;
        const QString help = run({"--help"}).out;
        for (auto found = kOption.globalMatch(help); found.hasNext(); ++options) {
            const QString option = found.next().captured(1);
            QVERIFY2(page.contains("\\fB" + QString(option).replace('-', "\\-") + "\\fR"),
                     qPrintable(option));
        }
        QVERIFY(options >= 4);
    }

    void thumbnailIsAPageWithWords_data() {
        QTest::addColumn<int>("size");
        for (const int size : {16, 128, 256, 1024})
            QTest::newRow(qPrintable(QString::number(size))) << size;
    }
    void thumbnailIsAPageWithWords() {
        QFETCH(int, size);
        const QString picture = inFolder("page.png");
        const Result result = run({"--thumbnail", "--size", QString::number(size), m_project, picture});
        QVERIFY2(result.status == 0, qPrintable(result.err));
        const QImage image(picture);
        QCOMPARE(image.size(), QSize(size, size));
        QCOMPARE(qAlpha(image.pixel(0, 0)), 0);                  // beside the page
        QVERIFY(qAlpha(image.pixel(size / 2, size / 2)) == 255); // the page
        if (size < 128)
            return;
        // The words, and not only the sign in the corner.
        QVERIFY(inkOn(image.copy(0, 0, size, size / 2)) > size / 2);
        QFile::remove(inFolder("stories/empty.inkgate"));
        QVERIFY(makeProject(inFolder("stories/empty.inkgate"), {}));
        QCOMPARE(
            run({"--thumbnail", "--size", QString::number(size), inFolder("stories/empty.inkgate"), picture})
                .status,
            0);
        QCOMPARE(inkOn(QImage(picture).copy(0, 0, size, size / 4)), 0);
        QVERIFY(QFile::remove(inFolder("stories/empty.inkgate")));
    }

    void thumbnailOnlyReadsTheProject() {
        const QByteArray before = bytesOf(m_project);
        const QDateTime time = QFileInfo(m_project).lastModified();
        const QStringList names = QDir(inFolder("stories")).entryList(QDir::AllEntries | QDir::Hidden);
        QCOMPARE(run({"--thumbnail", m_project, inFolder("page.png")}).status, 0);
        QCOMPARE(bytesOf(m_project), before);
        QCOMPARE(QFileInfo(m_project).lastModified(), time);
        QCOMPARE(QDir(inFolder("stories")).entryList(QDir::AllEntries | QDir::Hidden), names);
    }

    // File managers ask while the story is being written.
    void thumbnailOfAnOpenProject() {
        const auto file = app::ProjectFile::open(m_project);
        QVERIFY(file.has_value());
        const Result result = run({"--thumbnail", m_project, inFolder("page.png")});
        QVERIFY2(result.status == 0, qPrintable(result.err));
    }

    void faultsAreOneSentence_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("no project there") << QStringList{"nobody.inkgate", "page.png"};
        QTest::newRow("not a project") << QStringList{"text.inkgate", "page.png"};
        QTest::newRow("a project cut off") << QStringList{"cut.inkgate", "page.png"};
        QTest::newRow("an empty file") << QStringList{"nothing.inkgate", "page.png"};
        QTest::newRow("a folder") << QStringList{"stories", "page.png"};
        QTest::newRow("no such folder for the picture")
            << QStringList{"stories/ferry.inkgate", "nowhere/page.png"};
        QTest::newRow("over the project") << QStringList{"stories/ferry.inkgate", "stories/ferry.inkgate"};
        QTest::newRow("no picture named") << QStringList{"stories/ferry.inkgate"};
        QTest::newRow("no size") << QStringList{"--size", "large", "stories/ferry.inkgate", "page.png"};
        QTest::newRow("too small") << QStringList{"--size", "15", "stories/ferry.inkgate", "page.png"};
        QTest::newRow("too large") << QStringList{"--size", "1025", "stories/ferry.inkgate", "page.png"};
    }
    void faultsAreOneSentence() {
        QFETCH(QStringList, arguments);
        const QByteArray whole = bytesOf(m_project);
        for (const auto& [name, content] : {std::pair{"text.inkgate", QByteArray("Once upon a time")},
                                            std::pair{"cut.inkgate", whole.left(whole.size() / 2)},
                                            std::pair{"nothing.inkgate", QByteArray()}}) {
            QFile file(inFolder(name));
            QVERIFY(file.open(QIODevice::WriteOnly) && file.write(content) == content.size());
        }
        QFile::remove(inFolder("page.png"));
        QStringList absolute{"--thumbnail"};
        for (const QString& argument : arguments)
            absolute += argument.contains('.') || argument == "stories" ? inFolder(argument) : argument;
        const Result result = run(absolute);
        QVERIFY2(result.isOneSentence(),
                 qPrintable(QString::number(result.status) + result.out + result.err));
        // A broken file is called by its own name, not by that of the copy which is read.
        if (arguments.size() == 2 && !arguments.first().contains('/'))
            QVERIFY2(result.err.contains(arguments.first()), qPrintable(result.err));
        QVERIFY(!QFile::exists(inFolder("page.png")));
        QCOMPARE(bytesOf(m_project), whole);
    }
};

QTEST_GUILESS_MAIN(MainTest)
#include "main_test.moc"
