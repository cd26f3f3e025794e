// The encoded text and the order of training: every token is read, documents are separated, state is carried
// along.
#include "engine/training/token_dataset.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <map>
#include <set>

using namespace engine;

class DatasetTest : public QObject {
    Q_OBJECT

private slots:
    void documentsAreSeparated() {
        write("First.\n\f\n\nSecond,\n\nlonger.\n\f\n");
        const auto dataset = open();
        std::string text;
        for (const std::uint16_t token : dataset.tokens())
            text += token == m_tokenizer->documentSeparator() ? std::string("|")
                                                              : std::string(m_tokenizer->bytes(token));
        QCOMPARE(QString::fromStdString(text), QString("First.|Second,\n\nlonger.|"));
        QCOMPARE(dataset.textBytes(), std::int64_t(6 + 16));
    }

    void cacheGivesTheSameTokensAndNoticesAnotherText() {
        write("One text.\n\f\nAnd another.");
        const auto cache = std::filesystem::path(m_folder.filePath("cache").toStdString());
        const auto fresh = open(cache), cached = open(cache);
        QVERIFY(std::filesystem::exists(cache));
        QVERIFY(std::ranges::equal(fresh.tokens(), cached.tokens()));
        QCOMPARE(cached.textBytes(), fresh.textBytes());
        write("One text!\n\f\nAnd another.");
        QVERIFY(!std::ranges::equal(open(cache).tokens(), cached.tokens()));
        std::filesystem::resize_file(cache, std::filesystem::file_size(cache) - 3);
        QVERIFY(std::ranges::equal(open(cache).tokens(), open().tokens()));
    }

    void everySegmentIsReadOncePerEpoch() {
        std::string text;
        for (int i = 0; i < 40; ++i)
            text += std::string(7, static_cast<char>('A' + i)) +
                    (i == 39 ? "" : "\n"); // segments of 8 tokens, told apart
        write(text.c_str());
        const auto dataset = open();
        BatchOrder order(dataset, 4, 2, 8, 3);
        QVERIFY(order.fits());
        std::vector<int> inputs(8), targets(8);
        std::vector<char> starts(4);
        std::map<int, int> windowsOf;
        std::vector<int> last(4, -1);
        // Slots are staggered, so 40 windows (4 per segment, 10 segments a slot) hold whole epochs but for
        // the edges.
        for (int step = 0; step < 40; ++step) {
            order.batch(step, inputs, targets, starts);
            for (std::size_t slot = 0; slot < 4; ++slot) {
                ++windowsOf[targets[2 * slot]];
                if (starts[slot])
                    QCOMPARE(inputs[2 * slot], m_tokenizer->documentSeparator());
                else
                    QCOMPARE(inputs[2 * slot], last[slot]); // carried on from the window before
                QCOMPARE(inputs[2 * slot + 1], targets[2 * slot]);
                last[slot] = targets[2 * slot + 1];
            }
        }
        QCOMPARE(windowsOf.size(), std::size_t(40));
        for (const auto& [letter, count] : windowsOf)
            QVERIFY2(count <= 8, qPrintable(QString("segment %1 was read %2 times").arg(letter).arg(count)));
    }

    void orderIsAFunctionOfTheSeed() {
        write(std::string(2000, 'x').c_str());
        std::string text;
        for (int i = 0; i < 2000; ++i)
            text += static_cast<char>('a' + i * i % 23);
        write(text.c_str());
        const auto dataset = open();
        const auto tokensAt = [&](std::uint64_t seed, int step, bool afterOthers) {
            BatchOrder order(dataset, 4, 8, 16, seed);
            std::vector<int> inputs(32), targets(32);
            std::vector<char> starts(4);
            if (afterOthers)
                for (int earlier = 0; earlier < step; ++earlier)
                    order.batch(earlier, inputs, targets, starts);
            order.batch(step, inputs, targets, starts);
            return targets;
        };
        QCOMPARE(tokensAt(1, 150, true),
                 tokensAt(1, 150, false)); // nothing but the step matters, epochs included
        QVERIFY(tokensAt(1, 150, false) != tokensAt(2, 150, false));
        QVERIFY(tokensAt(1, 0, false) != tokensAt(1, 64, false)); // the next epoch has another order
    }

private:
    void write(const char* text) {
        QFile file(m_folder.filePath("text.txt"));
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        file.write(text);
    }
    TokenDataset open(const std::filesystem::path& cache = {}) {
        auto dataset =
            TokenDataset::open(m_folder.filePath("text.txt").toStdString(), *m_tokenizer, cache, m_pool);
        if (!dataset)
            qFatal("%s", dataset.error().message.c_str());
        return std::move(*dataset);
    }

    QTemporaryDir m_folder;
    ThreadPool m_pool{2};
    std::unique_ptr<const Tokenizer> m_tokenizer = makeByteTokenizer();
};

QTEST_GUILESS_MAIN(DatasetTest)
#include "dataset_test.moc"
