// What is set is read at once and is in the file a moment later, written in another thread.
#include "app/preferences/settings_store.h"

#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>

#include <atomic>
#include <memory>

using namespace app;

class SettingsStoreTest : public QObject {
    Q_OBJECT

private:
    // A thread to write in.
    struct Writer {
        Writer() {
            context->moveToThread(&thread);
            QObject::connect(&thread, &QThread::finished, context, &QObject::deleteLater);
            thread.start();
        }
        ~Writer() {
            thread.quit();
            thread.wait();
        }
        Q_DISABLE_COPY_MOVE(Writer)
        // Until `isHeld` is false.
        void hold(const std::atomic<bool>& isHeld) const {
            QMetaObject::invokeMethod(context, [&isHeld] { isHeld.wait(true); });
        }
        QThread thread;
        QObject* context = new QObject;
    };

    // In the file itself: another QSettings of this process would share what is not written yet.
    [[nodiscard]] bool isWritten(const char* line) const {
        QFile file(m_path);
        return file.open(QIODevice::ReadOnly) && file.readAll().contains(line);
    }

private slots:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_path = m_folder->filePath(QStringLiteral("inkgate.ini"));
        m_settings = std::make_unique<QSettings>(m_path, QSettings::IniFormat);
    }
    void cleanup() { m_settings.reset(); }

    void whatIsSetIsReadAtOnceAndWrittenSoon() {
        const Writer writer;
        SettingsStore store(*m_settings);
        store.writeWhere(*writer.context);
        store.setValue("page/size", 12);
        store.setValue("page/size", 13);
        QCOMPARE(store.value("page/size").toInt(), 13);
        QCOMPARE(store.value("page/other", 7).toInt(), 7);
        QVERIFY(!isWritten("size=13"));
        QTRY_VERIFY(isWritten("size=13"));
        store.remove("page/size");
        QVERIFY(!store.contains("page/size"));
        QTRY_VERIFY(!isWritten("size="));
        store.flush();
    }

    void aSlowDiskIsNotWaitedFor() {
        const Writer writer;
        std::atomic<bool> isHeld = true;
        SettingsStore store(*m_settings);
        store.writeWhere(*writer.context);
        writer.hold(isHeld);
        store.setValue("a", 1);
        QTest::qWait(2 * SettingsStore::kDelayMs); // this thread goes on
        QVERIFY(!isWritten("a=1"));
        store.setValue("b", 2);
        QCOMPARE(store.value("a").toInt() + store.value("b").toInt(), 3);
        isHeld = false;
        isHeld.notify_all();
        store.flush(); // waits for both
        QVERIFY(isWritten("a=1"));
        QVERIFY(isWritten("b=2"));
    }

    void theLastValueStands() {
        const Writer writer;
        SettingsStore store(*m_settings);
        store.writeWhere(*writer.context);
        store.setValue("a", 1);
        store.flush();
        store.setValue("a", 2); // the thread may be gone by now: written in this one
        store.flush();
        QVERIFY(isWritten("a=2"));
        store.setValue("a", 3);
        store.remove("a");
        store.setValue("a", 4);
        store.flush();
        QVERIFY(isWritten("a=4"));
    }

    void whatIsLeftAtTheEndIsWritten() {
        {
            SettingsStore store(*m_settings);
            store.setValue("a", 1);
        }
        QVERIFY(isWritten("a=1"));
        const SettingsStore store(*m_settings);
        QCOMPARE(store.value("a").toInt(), 1);
    }

    void withoutAThreadItIsWrittenHere() {
        SettingsStore store(*m_settings);
        store.setValue("a", 1);
        QTRY_VERIFY(isWritten("a=1"));
    }

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_path;
    std::unique_ptr<QSettings> m_settings;
};

QTEST_GUILESS_MAIN(SettingsStoreTest)
#include "settings_store_test.moc"
