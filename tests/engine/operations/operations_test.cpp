// Every operation of a backend against plain loops in double: the selftest's table of cases. Built once for
// the processor, where it runs at each level of INKGATE_CPU, and once for the emulated device.
#include "engine/selftest/selftest.h"
#include "tests/engine/operations/tested_backend.h"
#include "tests/support/reference/reference_backend.h"

#include <QTest>

#include <string>

using namespace engine;

class OperationsTest : public QObject {
    Q_OBJECT

private slots:
    void equalTheReference_data() {
        QTest::addColumn<QString>("operation");
        for (const std::string_view name : selftestOperations())
            // tokenDraw has the sampler for its reference (token_draw_test); whole models have tests of their
            // own.
            if (name != "tokenDraw" && name != "model" && name != "dividedModel" && name != "greedyText") {
                const auto text = QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
                QTest::newRow(qPrintable(text)) << text;
            }
    }
    void equalTheReference() {
        QFETCH(QString, operation);
        const support::TestedBackend tested = support::testedBackend();
        SelftestOptions options;
        options.isQuick = tested.isSlow;
        options.wanted = [&](std::string_view name) { return name == operation.toStdString(); };
        options.reference = []() -> Expected<std::unique_ptr<Backend>> {
            return std::make_unique<reference::ReferenceBackend>();
        };
        const auto counts = runSelftest(tested.open, options, [](const SelftestResult& result) {
            QVERIFY2(result.passed(), qPrintable(QStringLiteral("%1: error %2, bound %3: %4")
                                                     .arg(result.shape.c_str())
                                                     .arg(result.largestError)
                                                     .arg(result.bound)
                                                     .arg(result.failure.c_str())));
        });
        QVERIFY(counts.has_value());
        QVERIFY(counts->passed > 0);
        QCOMPARE(counts->failed, 0);
    }
};

QTEST_GUILESS_MAIN(OperationsTest)
#include "operations_test.moc"
