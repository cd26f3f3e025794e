// "Teach it your voice": what can be learned from is said, a fit runs beside writing, and its gate appears in
// the sidebar.
#include "app/voice/voice_fit.h"
#include "app/writing/story_writer.h"
#include "tests/app/support/small_models.h"
#include "tests/ui/support/desk.h"
#include "ui/sidebar/model_panel.h"
#include "ui/sidebar/sidebar_dock.h"
#include "ui/voice/voice_dialog.h"
#include "ui/window/actions.h"
#include "ui/window/message_bar.h"

#include <QComboBox>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QSignalSpy>
#include <QTest>

using namespace ui;

namespace {

constexpr int kPatienceMs = 60'000;

template <class Widget> Widget* part(const QWidget& dialog, const char* name) {
    return dialog.findChild<Widget*>(QLatin1String(name));
}

VoiceDialog& openDialog(test::Desk& desk) {
    desk.window->actions().teachVoice->trigger();
    return *desk.window->findChild<VoiceDialog*>();
}

QString words(int count) {
    QString text;
    for (int i = 0; i < count; ++i)
        text += QStringLiteral("rain%1 ").arg(i % 10);
    return text;
}

} // namespace

class VoiceTest : public QObject {
    Q_OBJECT

private slots:
    void init() {
        m_desk = std::make_unique<test::Desk>(words(2000));
        QVERIFY(app::writeSmallModels(m_desk->folder.path()));
        const QString base = app::smallBase(m_desk->folder.path()).model;
        QSignalSpy added(&m_desk->models, &app::ModelCatalog::added);
        m_desk->models.add(base);
        QVERIFY(added.wait(kPatienceMs));
        m_desk->parts.writer.setModelChoice({base, QStringLiteral("none")});
    }
    void cleanup() { m_desk.reset(); }

    void countsTheWritersWordsAlone() {
        VoiceDialog& dialog = openDialog(*m_desk);
        QVERIFY(dialog.isVisible());
        QVERIFY(part<QRadioButton>(dialog, "voiceOwn")->text().contains(QStringLiteral("2000")) ||
                part<QRadioButton>(dialog, "voiceOwn")->text().contains(QStringLiteral("2,000")));
        QVERIFY(part<QPushButton>(dialog, "voiceStart")->isEnabled());
        QVERIFY(!part<QPushButton>(dialog, "voiceStop")->isEnabled());
        QVERIFY(!part<QPushButton>(dialog, "voiceUse")->isEnabled());
        dialog.close();
        m_desk->parts.document.reset(app::SpannedText(words(2000), app::Origin::Imported));
        openDialog(*m_desk);
        QVERIFY(!part<QPushButton>(dialog, "voiceStart")->isEnabled());
        QVERIFY(part<QLabel>(dialog, "voiceStatus")->text().contains(QStringLiteral("1,800")));
    }

    void filesAndANameAreNeeded() {
        VoiceDialog& dialog = openDialog(*m_desk);
        auto* const start = part<QPushButton>(dialog, "voiceStart");
        part<QLineEdit>(dialog, "voiceName")->setText(QStringLiteral("  "));
        QVERIFY(!start->isEnabled());
        part<QLineEdit>(dialog, "voiceName")->setText(QStringLiteral("Mine"));
        QVERIFY(start->isEnabled());
        part<QRadioButton>(dialog, "voiceFiles")->setChecked(true);
        QVERIFY(!start->isEnabled());
        dialog.chooseFiles({QStringLiteral("/tmp/no such text.txt")});
        QVERIFY(start->isEnabled());
        QSignalSpy finished(&m_desk->parts.voice, &app::VoiceFit::finished);
        start->click();
        QVERIFY(finished.wait(kPatienceMs));
        const QString status = part<QLabel>(dialog, "voiceStatus")->text();
        QVERIFY2(status.contains(QStringLiteral("no such text.txt")), qPrintable(status));
        QVERIFY(start->isEnabled());
    }

    void theVoiceAppearsBesideTheBase() {
        VoiceDialog& dialog = openDialog(*m_desk);
        part<QLineEdit>(dialog, "voiceName")->setText(QStringLiteral("My voice"));
        QSignalSpy finished(&m_desk->parts.voice, &app::VoiceFit::finished);
        QSignalSpy entries(&m_desk->models, &app::ModelCatalog::entriesChanged);
        part<QPushButton>(dialog, "voiceStart")->click();
        QVERIFY(!part<QLineEdit>(dialog, "voiceName")->isEnabled());
        QVERIFY(m_desk->continueStory()); // beside it
        QVERIFY(!finished.isEmpty() || finished.wait(kPatienceMs));
        const QString status = part<QLabel>(dialog, "voiceStatus")->text();
        QVERIFY2(status.startsWith(QStringLiteral("Ready")), qPrintable(status));
        auto* const gates = m_desk->window->sidebar().findChild<QComboBox*>(QStringLiteral("gate"));
        QTRY_VERIFY(gates->findText(QStringLiteral("My voice")) > 0);
        part<QPushButton>(dialog, "voiceUse")->click();
        QVERIFY(!dialog.isVisible());
        QVERIFY(m_desk->parts.writer.modelChoice().gate.endsWith(QStringLiteral("/My voice.safetensors")));
        QCOMPARE(gates->currentText(), QStringLiteral("My voice"));
        // The next one is another.
        openDialog(*m_desk);
        QCOMPARE(part<QLineEdit>(dialog, "voiceName")->text(), QStringLiteral("My voice 2"));
    }

    void aClosedDialogLeavesAMessage() {
        VoiceDialog& dialog = openDialog(*m_desk);
        part<QLineEdit>(dialog, "voiceName")->setText(QStringLiteral("Later"));
        QSignalSpy finished(&m_desk->parts.voice, &app::VoiceFit::finished);
        part<QPushButton>(dialog, "voiceStart")->click();
        dialog.close();
        QVERIFY(!dialog.isVisible());
        QVERIFY(m_desk->parts.voice.isRunning());
        QVERIFY(finished.wait(kPatienceMs));
        QVERIFY(m_desk->window->messages().message().contains(QStringLiteral("Your voice is ready")));
    }

private:
    std::unique_ptr<test::Desk> m_desk;
};

QTEST_MAIN(VoiceTest)
#include "voice_test.moc"
