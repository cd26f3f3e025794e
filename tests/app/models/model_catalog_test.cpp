#include "app/models/model_catalog.h"
#include "app/models/model_names.h"

#include "tests/app/support/small_models.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
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
        QCOMPARE(entry.gates, (QStringList{QStringLiteral("gate"), QStringLiteral("gated")}));
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
        QVERIFY(QFile::exists(bad)); // the list's entry went, not the file
    }

    void addingIsAnswered() {
        ModelCatalog catalog;
        QSignalSpy added(&catalog, &ModelCatalog::added);
        QSignalSpy failed(&catalog, &ModelCatalog::addFailed);
        const QString good = m_folder.filePath(QStringLiteral("base.safetensors"));
        const QString missing = m_folder.filePath(QStringLiteral("missing.gguf"));
        catalog.add(good);
        QVERIFY(added.wait());
        QCOMPARE(added[0][0].toString(), good);
        catalog.add(good); // listed already: chosen again
        QVERIFY(added.wait());
        QCOMPARE(catalog.addedPaths(), QStringList{good});
        catalog.add(missing);
        QVERIFY(failed.wait());
        QVERIFY(!failed[0][0].toString().isEmpty());
        QCOMPARE(catalog.addedPaths(), QStringList{good}); // what cannot be used is not listed
        catalog.refresh({good});                           // what a start lists was not asked for just now
        QTRY_VERIFY(isReady(catalog, good));
        QCOMPARE(added.count() + failed.count(), 3);
    }

    void namesAreDistinct_data() {
        QTest::addColumn<QStringList>("models");
        QTest::addColumn<QStringList>("names");
        QTest::newRow("apart") << QStringList{"/m/a.gguf", "/m/b.gguf"} << QStringList{"a", "b"};
        QTest::newRow("two folders") << QStringList{"/x/m/a.gguf", "/x/n/a.gguf"}
                                     << QStringList{"a (m)", "a (n)"};
        QTest::newRow("folders of one name")
            << QStringList{"/x/m/a.gguf", "/y/m/a.gguf"} << QStringList{"a (x/m)", "a (y/m)"};
        QTest::newRow("one folder") << QStringList{"/m/a.gguf", "/m/a.pth"}
                                    << QStringList{"a (a.gguf)", "a (a.pth)"};
        QTest::newRow("capitals") << QStringList{"/m/A.gguf", "/n/a.gguf"} << QStringList{"A (m)", "a (n)"};
        QTest::newRow("three") << QStringList{"/x/m/a.gguf", "/y/m/a.gguf", "/n/a.gguf"}
                               << QStringList{"a (x/m)", "a (y/m)", "a (n)"};
        QTest::newRow("under another")
            << QStringList{"/m/a.gguf", "/x/m/a.gguf"} << QStringList{"a (m)", "a (x/m)"};
    }
    void namesAreDistinct() {
        QFETCH(QStringList, models);
        QFETCH(QStringList, names);
        QList<ModelEntry> entries;
        for (const QString& model : models) {
            ModelEntry entry;
            entry.model = model;
            entry.label = QFileInfo(model).completeBaseName();
            entries.append(entry);
        }
        QCOMPARE(distinctNames(entries), names);
        ModelEntry embedded;
        embedded.model = embedded.label = entries[0].label;
        embedded.isEmbedded = true;
        entries.append(embedded);
        QCOMPARE(distinctNames(entries).last(), embedded.label);
        QVERIFY(distinctNames(entries).first() != embedded.label);
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
