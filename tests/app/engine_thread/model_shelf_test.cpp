// model_shelf_test.cpp: which models stay, and what those of one name share.
#include "app/engine_thread/model_shelf.h"

#include "tests/app/support/small_models.h"

#include <QTemporaryDir>
#include <QTest>

using namespace app;

class ModelShelfTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

private slots:
    void initTestCase() { QVERIFY(writeSmallModels(m_folder.path())); }

    // Whichever is asked for first.
    void aGateSharesItsBase_data() {
        QTest::addColumn<bool>("isBaseFirst");
        QTest::newRow("base first") << true;
        QTest::newRow("gate first") << false;
    }
    void aGateSharesItsBase() {
        QFETCH(bool, isBaseFirst);
        const ModelChoice base = smallBase(m_folder.path()), gated = smallBaseWithGate(m_folder.path());
        ModelShelf shelf;
        QVERIFY(shelf.get(isBaseFirst ? base : gated));
        const auto second = shelf.get(isBaseFirst ? gated : base);
        QVERIFY2(second, second ? "" : second.error().message.c_str());
        const ShelvedModel& one = **shelf.get(base);
        const ShelvedModel& other = **shelf.get(gated);
        QCOMPARE(&one.model->weights(), &other.model->weights());
        QCOMPARE(one.session, other.session);
        QCOMPARE(one.tokenizer, other.tokenizer); // so that a prompt of both is encoded once
        QVERIFY(!one.usesEnhancement && other.usesEnhancement);
        QVERIFY(!one.info.hasGates && other.info.hasGates);
        QVERIFY(one.info.fingerprint != other.info.fingerprint);
    }

    void aCompleteModelStandsAlone() {
        ModelShelf shelf;
        const auto base = shelf.get(smallBase(m_folder.path()));
        QVERIFY(base);
        const auto gated = shelf.get(smallGated(m_folder.path()));
        QVERIFY(gated);
        QVERIFY((*base)->session != (*gated)->session);
        QVERIFY((*base)->usesEnhancement && (*gated)->usesEnhancement);
    }

    void theOneUsedLastStays() {
        const ModelChoice base = smallBase(m_folder.path()), gated = smallGated(m_folder.path());
        ModelShelf shelf;
        const auto first = shelf.get(base);
        QVERIFY(first && shelf.get(gated));
        QCOMPARE(*shelf.get(base), *first);
        QVERIFY(shelf.get(smallBaseWithGate(m_folder.path()))); // takes the place of the complete model
        QCOMPARE(*shelf.get(base), *first);
    }

    // A base whose session went to a gate that has left the shelf can be used, and given another gate.
    void aBaseOutlivesItsGate() {
        const ModelChoice base = smallBase(m_folder.path()), gate = smallBaseWithGate(m_folder.path());
        ModelShelf shelf;
        QVERIFY(shelf.get(gate) && shelf.get(base) && shelf.get(smallGated(m_folder.path())));
        const auto left = shelf.get(base);
        QVERIFY(left && (*left)->session != nullptr);
        const auto again = shelf.get(gate);
        QVERIFY(again);
        QCOMPARE((*again)->session, (*shelf.get(base))->session);
    }

    void aMissingGateLeavesTheBase() {
        ModelShelf shelf;
        const auto base = shelf.get(smallBase(m_folder.path()));
        QVERIFY(base);
        QVERIFY(!shelf.get({smallBase(m_folder.path()).model, m_folder.filePath("absent.safetensors")}));
        QCOMPARE(*shelf.get(smallBase(m_folder.path())), *base);
        QVERIFY((*base)->session != nullptr);
    }
};

QTEST_GUILESS_MAIN(ModelShelfTest)
#include "model_shelf_test.moc"
