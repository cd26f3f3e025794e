// What packages are made of: the manual page and the completion of shells have every command and option that
// the help has. The help is written by CLI11 itself, so the two are independent.
#include "tests/engine/cli/command.h"

#include <QMap>
#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using support::runCommand;

namespace {

QString help(const QStringList& command) { return runCommand(command + QStringList{"--help"}, {}).out; }

QStringList captured(const QString& pattern, const QString& text) {
    QStringList all;
    const QRegularExpression expression(pattern, QRegularExpression::MultilineOption);
    for (auto matches = expression.globalMatch(text); matches.hasNext();)
        all.append(matches.next().captured(1));
    return all;
}

QStringList optionsIn(const QString& text) { return captured(R"(^ +(?:-\w,)?(--[a-z0-9-]+)\b)", text); }

QByteArray described(const QString& form) { return runCommand({"describe", form}, {}).out; }

QString asTroff(QString name) { return name.replace('-', "\\-"); }

// What bash offers for the line, of which the last word is being written.
QStringList offeredByBash(const QString& script, const QStringList& words) {
    QProcess bash;
    bash.start("bash", QStringList{"-c",
                                   "source \"$1\"; shift; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); "
                                   "_inkgate_cli; printf '%s\\n' \"${COMPREPLY[@]}\"",
                                   "test", script} +
                           words);
    if (!bash.waitForFinished(30'000) || bash.exitCode() != 0)
        return {"bash failed: " + bash.readAllStandardError()};
    return QString(bash.readAllStandardOutput()).split('\n', Qt::SkipEmptyParts);
}

} // namespace

class DescribeTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    QStringList m_commands;
    QMap<QString, QString> m_help; // by command; "": the program's

    QString written(const QString& form) {
        const QString path = m_folder.filePath("completion." + form);
        QFile file(path);
        return file.open(QIODevice::WriteOnly) && file.write(described(form)) > 0 ? path : QString();
    }

private slots:
    void initTestCase() {
        QVERIFY2(QFile::exists(support::commandPath()), "INKGATE_CLI must name the program");
        m_help[""] = help({});
        m_commands = captured(R"(^  ([a-z][a-z-]+) {2,})", m_help[""].section("Subcommands:", 1));
        QVERIFY2(m_commands.size() >= 12 && m_commands.contains("fit-gate"),
                 qPrintable(m_commands.join(' ')));
        const QStringList commands = m_commands;
        for (const QString& command : commands) {
            m_help[command] = help({command});
            const QStringList parts =
                captured(R"(^  ([a-z][a-z-]+) {2,})", m_help[command].section("Subcommands:", 1));
            for (const QString& part : parts) {
                m_commands.append(command + " " + part);
                m_help[m_commands.last()] = help({command, part});
                QVERIFY2(optionsIn(m_help[m_commands.last()]).size() >= 2, qPrintable(m_commands.last()));
            }
            QVERIFY2(!parts.isEmpty() || optionsIn(m_help[command]).size() >= 4, qPrintable(command));
        }
        QVERIFY(m_commands.contains("needles measure") && m_commands.contains("models get"));
    }

    void itselfIsNotInTheHelp() {
        QVERIFY(!m_commands.contains("describe"));
        for (const char* form : {"man", "bash", "zsh", "fish"})
            QVERIFY2(!described(form).contains("describe FORM"), form);
    }

    void unknownFormIsWrongUsage() {
        const auto result = runCommand({"describe", "tcsh"}, {});
        QCOMPARE(result.status, 2);
        QVERIFY(result.out.isEmpty());
    }

    void manPageHasEveryCommandAndOption() {
        const QString page = described("man");
        const QString shared = page.section(".SH COMMANDS", 0, 0);
        for (const QString& command : m_commands) {
            const QString heading = "\n.SS " + asTroff(command) + "\n";
            QVERIFY2(page.count(heading) == 1, qPrintable(command));
            const QString section = page.section(heading, 1).section("\n.SS ", 0, 0);
            for (const QString& option : optionsIn(m_help[command])) {
                const QString bold = "\\fB" + asTroff(option) + "\\fR";
                QVERIFY2(section.contains(bold) != shared.contains(bold), // in one of them, not in both
                         qPrintable(command + " " + option));
            }
            for (const QString& argument : captured(R"(^  ([A-Z]+) TEXT)", m_help[command]))
                QVERIFY2(section.contains("\\fB" + argument + "\\fR"), qPrintable(command + " " + argument));
        }
        for (const QString& option : optionsIn(m_help[""]))
            QVERIFY2(shared.contains(asTroff(option)), qPrintable(option));
    }

    void manPageInventsNoOption() {
        QStringList known;
        for (const QString& text : m_help)
            known += optionsIn(text);
        const QStringList shown = captured(R"(\\fB(\\-\\-[a-z0-9\\-]+)\\fR)", described("man"));
        QVERIFY(shown.size() > 60);
        for (QString option : shown)
            QVERIFY2(known.contains(option.remove('\\')), qPrintable(option));
    }

    void manPageTellsNothingTwice() {
        const QString page = described("man");
        QCOMPARE(page.section(".SH COMMANDS", 1).count("\\fB\\-\\-help\\fR"), 0);
        QCOMPARE(page.section("Options of every command", 1).count("\\fB\\-\\-help\\fR"), 1);
    }

    void manPageTellsValuesAndDefaults() {
        const QString page = described("man");
        QVERIFY(
            page.contains("Where to compute: auto, cpu or cuda. One of: auto, cpu, cuda. Default: auto."));
        QVERIFY(page.contains("\\fBinkgate\\-cli convert\\fR [\\fIOPTIONS\\fR] \\fIIN\\fR \\fIOUT\\fR"));
        QVERIFY(page.contains("\\fBinkgate\\-cli inspect\\fR [\\fIOPTIONS\\fR] [\\fIFILE\\fR]"));
    }

    void manPageIsCleanTroff() {
        const QString groff = QStandardPaths::findExecutable("groff");
        if (groff.isEmpty())
            QSKIP("groff is not installed");
        QProcess process;
        process.start(groff, {"-man", "-Tutf8", "-ww", "-z"});
        process.write(".TH INKGATE\\-CLI 1\n" + described("man"));
        process.closeWriteChannel();
        QVERIFY(process.waitForFinished(30'000));
        QCOMPARE(process.readAllStandardError(), QByteArray());
        QCOMPARE(process.exitCode(), 0);
    }

    void everyShellHasEveryCommandAndOption_data() {
        QTest::addColumn<QString>("shell");
        QTest::addColumn<QString>("before"); // an option's name in that script
        QTest::newRow("bash") << "bash"
                              << "--";
        QTest::newRow("zsh") << "zsh"
                             << "--";
        QTest::newRow("fish") << "fish"
                              << "-l ";
    }
    void everyShellHasEveryCommandAndOption() {
        QFETCH(QString, shell);
        QFETCH(QString, before);
        const QString script = described(shell);
        for (const QString& named : m_commands) {
            const QString command = named.section(' ', 0, 0); // which has the options of its parts
            // The lines of this command: a case of it, or the condition that it was seen.
            const QString part =
                shell == "fish"
                    ? QStringList(QString(script).split('\n').filter("from " + command + "'")).join('\n')
                : shell == "zsh" ? script.section("\n        " + command + ")\n", 1).section(";;", 0, 0)
                                 : script.section("'" + command + "') options=", 1).section(";;", 0, 0);
            for (const QString& option : optionsIn(m_help[named])) {
                const QRegularExpression name(QRegularExpression::escape(before + option.mid(2)) +
                                              "(?![a-z0-9-])");
                QVERIFY2(part.contains(name), qPrintable(shell + ": " + command + " " + option));
            }
        }
    }

    void bashCompletes_data() {
        QTest::addColumn<QStringList>("words");
        QTest::addColumn<QStringList>("offered");
        QTest::newRow("a command") << QStringList{"inkgate-cli", "gen"} << QStringList{"generate"};
        QTest::newRow("commands that begin alike")
            << QStringList{"inkgate-cli", "train"} << QStringList{"train-tokenizer", "train"};
        QTest::newRow("an option") << QStringList{"inkgate-cli", "generate", "--max"}
                                   << QStringList{"--max-tokens"};
        QTest::newRow("of another command")
            << QStringList{"inkgate-cli", "convert", "--max"} << QStringList{};
        QTest::newRow("values") << QStringList{"inkgate-cli", "bench", "--device", ""}
                                << QStringList{"auto", "cpu", "cuda"};
        QTest::newRow("a value begun")
            << QStringList{"inkgate-cli", "bench", "--device", "cu"} << QStringList{"cuda"};
        QTest::newRow("behind an equals sign")
            << QStringList{"inkgate-cli", "bench", "--device", "=", "c"} << QStringList{"cpu", "cuda"};
        QTest::newRow("at the equals sign")
            << QStringList{"inkgate-cli", "bench", "--device", "="} << QStringList{"auto", "cpu", "cuda"};
        QTest::newRow("a part of a command")
            << QStringList{"inkgate-cli", "models", "ge"} << QStringList{"get"};
        QTest::newRow("an option of a part")
            << QStringList{"inkgate-cli", "needles", "make", "--cas"} << QStringList{"--cases"};
        QTest::newRow("a number") << QStringList{"inkgate-cli", "generate", "--threads", ""} << QStringList{};
        QTest::newRow("the program's own option")
            << QStringList{"inkgate-cli", "--ver"} << QStringList{"--version"};
    }
    void bashCompletes() {
        QFETCH(QStringList, words);
        QFETCH(QStringList, offered);
        QCOMPARE(offeredByBash(written("bash"), words), offered);
    }

    void zshReadsItsScript() {
        const QString zsh = QStandardPaths::findExecutable("zsh");
        if (zsh.isEmpty())
            QSKIP("zsh is not installed");
        QProcess process;
        process.start(zsh, {"-n", written("zsh")});
        QVERIFY(process.waitForFinished(30'000));
        QCOMPARE(process.readAllStandardError(), QByteArray());
        QCOMPARE(process.exitCode(), 0);
    }

    void fishCompletes() {
        const QString fish = QStandardPaths::findExecutable("fish");
        if (fish.isEmpty())
            QSKIP("fish is not installed");
        const auto offered = [&](const QString& line) {
            QProcess process;
            process.start(fish, {"--no-config", "-c",
                                 QString("source %1; complete -C '%2'").arg(written("fish"), line)});
            process.waitForFinished(30'000);
            QStringList words;
            for (const QString& answer :
                 QString(process.readAllStandardOutput()).split('\n', Qt::SkipEmptyParts))
                words.append(answer.section('\t', 0, 0));
            return words;
        };
        QCOMPARE(offered("inkgate-cli gen"), QStringList{"generate"});
        QCOMPARE(offered("inkgate-cli generate --max"), QStringList{"--max-tokens"});
        QCOMPARE(offered("inkgate-cli bench --device cu"), QStringList{"cuda"});
    }
};

QTEST_GUILESS_MAIN(DescribeTest)
#include "describe_test.moc"
