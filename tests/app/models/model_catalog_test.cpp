#include "app/models/model_catalog.h"

#include "tests/app/support/small_models.h"

#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace app;

class ModelCatalogTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        // An embedded model of our own, so that the test does not depend on the one that ships.
        const QString embedded = m_folder.filePath(QStringLiteral("models/little"));
        QVERIFY(QDir().mkpath(embedded));
        QVERIFY(writeSmallModels(embedded));
        QVERIFY(writeSmallModels(m_folder.path()));
        qputenv("INKGATE_MODELS", m_folder.filePath(QStringLiteral("models")).toLocal8Bit());
    }

    void embeddedModelsAreListedAndInspected() {
        ModelCatalog catalog;
        catalog.refresh({});
        QTRY_VERIFY(isReady(catalog, QStringLiteral("little")));
        const ModelEntry entry = *catalog.find(QStringLiteral("little"));
        QVERIFY(entry.isEmbedded);
        QCOMPARE(entry.label, QStringLiteral("Little"));
        QCOMPARE(entry.gates, QStringList{QStringLiteral("gated")});
        QVERIFY2(entry.description.contains(QStringLiteral("RWKV-6, 3 layers of width 128")),
                 qPrintable(entry.description));
        catalog.remove(QStringLiteral("little")); // stays
        QVERIFY(catalog.find(QStringLiteral("little")));
    }

    void addedFilesAreInspectedAndBrokenOnesSayWhy() {
        ModelCatalog catalog;
        const QString good = m_folder.filePath(QStringLiteral("base.safetensors"));
        const QString bad = m_folder.filePath(QStringLiteral("bad.safetensors"));
        QFile file(bad);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("nonsense") > 0);
        file.close();
        catalog.refresh({good, bad});
        QVERIFY(catalog.find(good));
        QCOMPARE(catalog.find(good)->state, ModelEntry::State::Inspecting); // never on this thread
        QTRY_VERIFY(isReady(catalog, good));
        QTRY_COMPARE(catalog.find(bad)->state, ModelEntry::State::Broken);
        QVERIFY(!catalog.find(bad)->problem.isEmpty());
        catalog.add(good); // twice is once
        QCOMPARE(catalog.addedPaths().size(), 2);
        catalog.remove(bad);
        QCOMPARE(catalog.addedPaths(), QStringList{good});
    }

    void leavingWhileInspectingIsSafe() {
        for (int i = 0; i < 20; ++i) {
            ModelCatalog catalog;
            catalog.refresh({m_folder.filePath(QStringLiteral("base.safetensors"))});
        }
    }

private:
    static bool isReady(const ModelCatalog& catalog, const QString& model) {
        const ModelEntry* entry = catalog.find(model);
        return entry && entry->state == ModelEntry::State::Ready;
    }

    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(ModelCatalogTest)
#include "model_catalog_test.moc"
