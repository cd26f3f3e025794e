// A story that never ends: memory stays what it is, values stay finite, the state stays bounded.
// INKGATE_SOAK_TOKENS says how many tokens (4000 by default; a million takes minutes with the embedded
// model).
#include "engine/core/random.h"
#include "engine/model/model.h"
#include "engine/runtime/session.h"
#include "engine/runtime/state/state.h"
#include "engine/sampling/sampler.h"

#include <QElapsedTimer>
#include <QFile>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <fstream>

#include <unistd.h>

using namespace engine;

namespace {

long residentKilobytes() {
    std::ifstream file("/proc/self/statm");
    long total = 0, resident = 0;
    file >> total >> resident;
    return resident * ::sysconf(_SC_PAGESIZE) / 1024;
}

double norm(const State& state) {
    double sum = 0;
    for (const float value : state.values())
        sum += static_cast<double>(value) * value;
    return std::sqrt(sum);
}

} // namespace

class LongDecodeTest : public QObject {
    Q_OBJECT

private slots:
    void memoryAndStateStayBounded_data() {
        QTest::addColumn<QString>("file");
        for (const char* name : {"base", "gated"})
            QTest::newRow(name) << QStringLiteral(INKGATE_SOURCE_DIR "/resources/models/tales/%1.safetensors")
                                       .arg(QLatin1String(name));
    }
    void memoryAndStateStayBounded() {
        QFETCH(QString, file);
        if (!QFile::exists(file))
            QSKIP("the embedded model is not there");
        const int tokens = std::max(2000, qEnvironmentVariable("INKGATE_SOAK_TOKENS", "4000").toInt());
        const auto model = Model::load(file.toStdString(), {});
        QVERIFY2(model.has_value(), model ? "" : model.error().message.c_str());
        Session session(*model, std::make_shared<ThreadPool>());
        State state((*model)->config());
        std::vector<float> logits(static_cast<std::size_t>((*model)->config().vocabulary));
        SamplerSettings settings;
        settings.seed = 1;
        Sampler sampler(settings);

        QElapsedTimer timer;
        timer.start();
        int token = 0;
        double settledNorm = 0;
        long settledKilobytes = 0;
        for (int i = 1; i <= tokens; ++i) {
            QVERIFY(session.decode(state, token, logits).has_value());
            // QVERIFY2 would make its text for every token.
            if (!std::isfinite(*std::ranges::max_element(logits)))
                QFAIL(qPrintable(QString::number(i)));
            token = sampler.sample(logits);
            if (i % 1000 != 0)
                continue;
            QVERIFY(std::ranges::all_of(std::as_const(state).values(),
                                        [](float value) { return std::isfinite(value); }));
            if (i <= std::max(1000, tokens / 20)) { // what a usual text makes of the state
                settledNorm = std::max(settledNorm, norm(state));
                settledKilobytes = residentKilobytes();
                continue;
            }
            QVERIFY2(norm(state) <= 4 * settledNorm, qPrintable(QString::number(norm(state) / settledNorm)));
            QVERIFY2(residentKilobytes() <= settledKilobytes + 4096,
                     qPrintable(QString::number(residentKilobytes() - settledKilobytes)));
        }
        qInfo("%d tokens, %.0f per second; norm %.1f, at the beginning up to %.1f; %+ld kB since then",
              tokens, 1000.0 * tokens / static_cast<double>(timer.elapsed()), norm(state), settledNorm,
              residentKilobytes() - settledKilobytes);
    }
};

int main(int argc, char** argv) {
    // A million tokens take longer than the five minutes that Qt allows.
    qputenv("QTEST_FUNCTION_TIMEOUT", "36000000");
    LongDecodeTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "long_decode_test.moc"
