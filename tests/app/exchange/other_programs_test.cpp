// What Inkgate exports, as pandoc and LibreOffice read it. Skipped where they are not installed
// (apt-get install pandoc libreoffice-writer-nogui).
#include "app/exchange/story/story_text.h"
#include "app/exchange/story_files.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace app;

namespace {

QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

// The program's standard output and errors; empty if it is gone wrong.
QByteArray run(const QString& program, const QStringList& arguments) {
    QProcess process;
    process.start(program, arguments);
    if (!process.waitForFinished(120'000) || process.exitCode() != 0)
        return {};
    return process.readAllStandardOutput() + process.readAllStandardError();
}

} // namespace

class OtherProgramsTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    QString m_text;

    QString exportAs(StoryFormat format) {
        const StoryDetails details{QStringLiteral("A tale"), QStringLiteral("A. Writer"),
                                   QStringLiteral("en")};
        const auto bytes = writeStoryFile(format, m_text, details, QDateTime::currentDateTimeUtc());
        const QString path = m_folder.filePath(QStringLiteral("story.") + endingsOf(format).first());
        QFile file(path);
        if (!bytes || !file.open(QIODevice::WriteOnly) || file.write(*bytes) != bytes->size())
            return {};
        return path;
    }

    static void addFormats(const QList<StoryFormat>& formats) {
        QTest::addColumn<int>("format");
        for (const StoryFormat format : formats)
            QTest::newRow(qPrintable(endingsOf(format).first())) << static_cast<int>(format);
    }

private slots:
    void initTestCase() {
        m_text =
            QString::fromUtf8(contentOf(QStringLiteral(INKGATE_EXCHANGE_SAMPLES "/expected.md"))).trimmed();
        QVERIFY(!m_text.isEmpty());
        m_text += QStringLiteral("\n\n2 * 3 * 4, _snake_case_, <b> and &amp; stay.\n\nשלום *עולם* אמר.");
    }

    void pandocReadsThem_data() {
        addFormats({StoryFormat::Docx, StoryFormat::Odt, StoryFormat::Epub, StoryFormat::Html});
    }
    // Its HTML, which has its own words for headings, emphasis and breaks, is the same story.
    void pandocReadsThem() {
        if (QStandardPaths::findExecutable(QStringLiteral("pandoc")).isEmpty())
            QSKIP("pandoc is not installed");
        QFETCH(int, format);
        const QByteArray page =
            run(QStringLiteral("pandoc"), {exportAs(static_cast<StoryFormat>(format)), QStringLiteral("-t"),
                                           QStringLiteral("html"), QStringLiteral("--wrap=none")});
        const auto read = readStoryFile(page, QStringLiteral("page.html"));
        QVERIFY(read.has_value());
        QCOMPARE(writeStoryText(read->story), m_text);
    }

    void libreOfficeReadsThem_data() { addFormats({StoryFormat::Docx, StoryFormat::Odt, StoryFormat::Html}); }
    // What it saves again, in the other format, is the same story.
    void libreOfficeReadsThem() {
        if (QStandardPaths::findExecutable(QStringLiteral("soffice")).isEmpty())
            QSKIP("LibreOffice is not installed");
        QFETCH(int, format);
        const auto from = static_cast<StoryFormat>(format);
        const QString ending = from == StoryFormat::Odt ? QStringLiteral("docx") : QStringLiteral("odt");
        QStringList arguments{QStringLiteral("-env:UserInstallation=file://") +
                                  m_folder.filePath(QStringLiteral("profile")),
                              QStringLiteral("--headless"),
                              QStringLiteral("--convert-to"),
                              ending == u"odt" ? QStringLiteral("odt:writer8") : ending,
                              QStringLiteral("--outdir"),
                              m_folder.filePath(QStringLiteral("converted"))};
        if (from == StoryFormat::Html)
            arguments.append(QStringLiteral("--infilter=HTML (StarWriter)"));
        run(QStringLiteral("soffice"), arguments + QStringList{exportAs(from)});
        const auto read =
            readStoryFile(contentOf(m_folder.filePath(QStringLiteral("converted/story.") + ending)),
                          QStringLiteral("story.") + ending);
        QVERIFY(read.has_value());
        QCOMPARE(writeStoryText(read->story), m_text);
    }
};

QTEST_GUILESS_MAIN(OtherProgramsTest)
#include "other_programs_test.moc"
