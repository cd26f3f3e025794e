// The selftest passes what is right and finds what is wrong.
#include "engine/selftest/selftest.h"

#include "engine/backend/cpu_backend.h"
#include "tests/engine/selftest/altered_backend.h"

#include <QTest>

#include <algorithm>
#include <set>
#include <vector>

using namespace engine;
using support::Alteration;
using support::AlteredBackend;

namespace {

OpenDevice processor() {
    return []() -> Expected<std::unique_ptr<Backend>> {
        return std::make_unique<CpuBackend>(std::make_shared<ThreadPool>(2));
    };
}

OpenDevice altered(const std::string& operation, Alteration alteration) {
    return [=]() -> Expected<std::unique_ptr<Backend>> {
        return std::make_unique<AlteredBackend>(operation, alteration);
    };
}

struct Run {
    Expected<SelftestCounts> counts;
    std::vector<SelftestResult> results;
};

Run run(const OpenDevice& open, const std::set<std::string, std::less<>>& operations,
        std::uint64_t seed = 1) {
    SelftestOptions options;
    options.seed = seed;
    options.isQuick = true;
    if (!operations.empty())
        options.wanted = [&](std::string_view operation) { return operations.contains(operation); };
    Run run;
    run.counts =
        runSelftest(open, options, [&](const SelftestResult& result) { run.results.push_back(result); });
    return run;
}

QString describe(const SelftestResult& result) {
    return QString("%1, %2: error %3, bound %4: %5")
        .arg(result.operation.c_str(), result.shape.c_str())
        .arg(result.largestError)
        .arg(result.bound)
        .arg(result.failure.c_str());
}

bool isModelName(std::string_view name) {
    return name == "model" || name == "dividedModel" || name == "greedyText";
}

} // namespace

class SelftestTest : public QObject {
    Q_OBJECT

private slots:
    void theProcessorPasses() {
        const Run done = run(processor(), {});
        QVERIFY(done.counts.has_value());
        std::set<std::string, std::less<>> seen;
        for (const SelftestResult& result : done.results) {
            QVERIFY2(result.passed(), qPrintable(describe(result)));
            QVERIFY2(result.largestError <= result.bound, qPrintable(describe(result)));
            seen.insert(result.operation);
        }
        for (const std::string_view operation : selftestOperations())
            QVERIFY2(seen.contains(operation), std::string(operation).c_str());
        QCOMPARE(done.counts->passed, static_cast<int>(done.results.size()));
        QCOMPARE(done.counts->failed, 0);
    }

    void aWrongOperationFailsAndNoOther_data() {
        QTest::addColumn<int>("operation");
        QTest::addColumn<int>("alteration");
        const auto names = selftestOperations();
        for (int i = 0; i < static_cast<int>(names.size()); ++i) {
            const std::string name(names[static_cast<std::size_t>(i)]);
            if (isModelName(name) ||
                name == "tokenDraw") // the processor, which is altered here, draws no tokens
                continue;
            QTest::addRow("%s off by a percent", name.c_str())
                << i << static_cast<int>(Alteration::OffByAPercent);
            QTest::addRow("%s leaves a value", name.c_str()) << i << static_cast<int>(Alteration::Unwritten);
            QTest::addRow("%s writes beside", name.c_str())
                << i << static_cast<int>(Alteration::WritesBeside);
            if (name != "embedding" && name != "lowRank") // these have no inputs in the backend's memory
                QTest::addRow("%s overwrites", name.c_str())
                    << i << static_cast<int>(Alteration::OverwritesInput);
        }
    }

    void aWrongOperationFailsAndNoOther() {
        QFETCH(int, operation);
        QFETCH(int, alteration);
        const auto names = selftestOperations();
        const std::string wrong(names[static_cast<std::size_t>(operation)]);
        // With a neighbour, as each of them was tested already.
        const std::string other(names[operation > 0 ? static_cast<std::size_t>(operation) - 1 : 1]);
        const Run done = run(altered(wrong, static_cast<Alteration>(alteration)), {wrong, other});
        QVERIFY(done.counts.has_value());
        QVERIFY(done.counts->failed > 0);
        QVERIFY(done.counts->passed > 0);
        for (const SelftestResult& result : done.results)
            if (result.operation == wrong)
                QVERIFY2(!result.passed(), qPrintable(describe(result)));
            else
                QVERIFY2(result.passed(), qPrintable(describe(result)));
    }

    void aModelWithAWrongOperationFails() {
        const Run done =
            run(altered("wkv6", Alteration::OffByAPercent), {"model", "dividedModel", "greedyText"});
        QVERIFY(done.counts.has_value());
        for (const SelftestResult& result : done.results) {
            const bool usesIt = !result.shape.starts_with("rwkv7") && !result.shape.starts_with("rwkv-x");
            QVERIFY2(result.passed() != usesIt, qPrintable(describe(result)));
        }
    }

    void aLostDeviceEndsIt() {
        const Run done = run(altered("layerNorm", Alteration::Refuses), {"embedding", "layerNorm", "linear"});
        QVERIFY(!done.counts.has_value());
        QCOMPARE(done.counts.error().code, ErrorCode::DeviceLost);
        QCOMPARE(done.results.back().operation, std::string("layerNorm"));
        QVERIFY(!done.results.back().passed());
        QCOMPARE(std::ranges::count_if(done.results, [](const auto& result) { return !result.passed(); }), 1);
    }

    void aDeviceThatCannotBeOpenedIsAnError() {
        const OpenDevice open = []() -> Expected<std::unique_ptr<Backend>> {
            return failure(ErrorCode::DeviceUnavailable, "there is none");
        };
        const Run done = run(open, {});
        QVERIFY(!done.counts.has_value());
        QCOMPARE(done.counts.error().code, ErrorCode::DeviceUnavailable);
        QVERIFY(done.results.empty());
    }

    void aRequestToStopEndsIt() {
        std::stop_source stop;
        SelftestOptions options;
        options.isQuick = true;
        options.stop = stop.get_token();
        int results = 0;
        const auto counts = runSelftest(processor(), options, [&](const SelftestResult&) {
            if (++results == 3)
                stop.request_stop();
        });
        QVERIFY(!counts.has_value());
        QCOMPARE(counts.error().code, ErrorCode::Cancelled);
        QCOMPARE(results, 3);
    }

    // So that a failure can be had again with --only.
    void inputsDependOnTheSeedAndTheOperationOnly() {
        const auto errors = [](const Run& done) {
            std::vector<double> errors;
            for (const SelftestResult& result : done.results)
                if (result.operation == "lowRank")
                    errors.push_back(result.largestError);
            return errors;
        };
        const OpenDevice open = altered("lowRank", Alteration::OffByAPercent);
        const auto alone = errors(run(open, {"lowRank"}));
        QVERIFY(alone == errors(run(open, {"layerNorm", "lowRank"})));
        QVERIFY(alone != errors(run(open, {"lowRank"}, 2)));
    }
};

QTEST_GUILESS_MAIN(SelftestTest)
#include "selftest_test.moc"
