// batch_order_test.cpp: the order of training: every segment is read, documents are shuffled whole, state is
// carried along, batches grow.
#include "engine/training/batch_order.h"

#include "tests/engine/training/text_folder.h"

#include <QTest>

#include <map>
#include <set>
#include <string>

using namespace engine;

class BatchOrderTest : public QObject {
    Q_OBJECT

private slots:
    void everySegmentIsReadOncePerEpoch() {
        const auto dataset = open(segments(40, 8, "\n"));
        BatchOrder order(dataset, steady(4, 2), 2, 8, TextOrder::Segments, 3);
        QVERIFY(order.fits());
        const auto windowsOf = countWindows(order, steady(4, 2), 2, 40);
        // Slots are staggered, so 40 windows (4 per segment, 10 segments a slot) hold whole epochs but for
        // the edges.
        QCOMPARE(windowsOf.size(), std::size_t(40));
        for (const auto& [letter, count] : windowsOf)
            QVERIFY2(count <= 8, qPrintable(QString("segment %1 was read %2 times").arg(letter).arg(count)));
    }

    void orderIsAFunctionOfSeedAndStep_data() {
        QTest::addColumn<bool>("shufflesDocuments");
        QTest::newRow("segments") << false;
        QTest::newRow("documents") << true;
    }
    void orderIsAFunctionOfSeedAndStep() {
        QFETCH(bool, shufflesDocuments);
        const TextOrder kind = shufflesDocuments ? TextOrder::Documents : TextOrder::Segments;
        std::string text;
        for (int i = 0; i < 2000; ++i)
            text +=
                i % 61 == 60 ? std::string("\n\f\n") : std::string(1, static_cast<char>('a' + i * i % 23));
        const auto dataset = open(text);
        const std::vector<BatchStage> growth{{0.3, 2}};
        const BatchSchedule schedule(growth, 4, 8, 5000);
        const auto tokensAt = [&](std::uint64_t seed, int step, bool afterOthers) {
            BatchOrder order(dataset, schedule, 8, 16, kind, seed);
            std::vector<int> inputs(32), targets(32);
            std::vector<char> starts(4);
            if (afterOthers)
                for (int earlier = 0; earlier < step; ++earlier)
                    order.batch(earlier, inputs, targets, starts);
            order.batch(step, inputs, targets, starts);
            return targets;
        };
        // Nothing but the step matters, epochs included.
        QCOMPARE(tokensAt(1, 150, true), tokensAt(1, 150, false));
        QVERIFY(tokensAt(1, 150, false) != tokensAt(2, 150, false));
        QVERIFY(tokensAt(1, 100, false) != tokensAt(1, 164, false)); // the next epoch has another order
    }

    void everyEpochPermutesWholeDocuments() {
        std::multiset<std::string> documents;
        std::string text;
        for (int i = 0; i < 37; ++i) {
            const std::string document(static_cast<std::size_t>(3 + i * 7 % 11), static_cast<char>('A' + i));
            documents.insert(document);
            text += document + "\n\f\n";
        }
        const auto dataset = open(text);
        const int all = static_cast<int>(dataset.tokens().size()), kSegment = 6;
        // A segment as long as the text is the row of an epoch.
        BatchOrder whole(dataset, steady(1, all), all, all, TextOrder::Documents, 5);
        BatchOrder cut(dataset, steady(1, kSegment), kSegment, kSegment, TextOrder::Documents, 5);
        std::set<std::string> rows;
        std::vector<int> inputs(static_cast<std::size_t>(all)), targets(inputs.size());
        std::vector<char> starts(1);
        for (int epoch = 0; epoch < 5; ++epoch) {
            whole.batch(epoch, inputs, targets, starts);
            const std::string row = textOf(targets);
            QVERIFY2(rows.insert(row).second, "two epochs have the same order");
            std::multiset<std::string> found;
            for (std::size_t at = 0; at < row.size(); at = row.find('|', at) + 1)
                found.insert(row.substr(at, row.find('|', at) - at));
            QVERIFY(found == documents);
            // Cut into segments, it is read whole but for what is left at its end.
            const int segments = all / kSegment;
            std::multiset<std::string> expected, read;
            for (int i = 0; i < segments; ++i) {
                expected.insert(row.substr(static_cast<std::size_t>(i * kSegment), kSegment));
                std::vector<int> in(kSegment), out(kSegment);
                cut.batch(std::int64_t{epoch} * segments + i, in, out, starts);
                QVERIFY(starts[0] != 0);
                QCOMPARE(in[0], m_tokenizer->documentSeparator());
                QCOMPARE(in[1], out[0]);
                read.insert(textOf(out));
            }
            QVERIFY(read == expected);
        }
    }

    // Slots that are there go on where they are, whatever joins them, and nothing is read twice.
    void growingBatchesCarryStateAndReadEachSegmentOnce_data() {
        QTest::addColumn<bool>("shufflesDocuments");
        QTest::newRow("segments") << false;
        QTest::newRow("documents") << true;
    }
    void growingBatchesCarryStateAndReadEachSegmentOnce() {
        QFETCH(bool, shufflesDocuments);
        const TextOrder kind = shufflesDocuments ? TextOrder::Documents : TextOrder::Segments;
        const auto dataset = open(segments(60, 8, shufflesDocuments ? "\n\f\n" : "\n"));
        // Stages of 2, 4 and 7 sequences begin at steps that are no multiples of a segment's four windows.
        const std::vector<BatchStage> growth{{0.14, 2}, {0.45, 4}};
        const BatchSchedule schedule(growth, 7, 2, 400);
        QCOMPARE(schedule.sequencesAt(13), 2);
        QCOMPARE(schedule.sequencesAt(14), 4);
        QCOMPARE(schedule.sequencesAt(29), 4);
        QCOMPARE(schedule.sequencesAt(30), 7);
        BatchOrder order(dataset, schedule, 2, 8, kind, 3);
        const auto windowsOf = countWindows(order, schedule, 2, static_cast<int>(schedule.steps()));
        int windows = 0;
        for (const auto& [letter, count] : windowsOf) {
            QVERIFY2(count <= 4, qPrintable(QString("segment %1 was read %2 times").arg(letter).arg(count)));
            windows += count;
        }
        QCOMPARE(windows * 2, static_cast<int>(schedule.tokensBefore(schedule.steps())));
    }

private:
    // Segments of `length` tokens, each of a letter of its own, with what separates them.
    static std::string segments(int count, int length, const char* separator) {
        std::string text;
        for (int i = 0; i < count; ++i)
            text += std::string(static_cast<std::size_t>(length - 1), static_cast<char>('A' + i)) +
                    (i + 1 == count ? "" : separator);
        return text;
    }
    static BatchSchedule steady(int sequences, int window) { return {{}, sequences, window, 1 << 20}; }

    // How many windows begin with each token; checks that each goes on from the one before it in its slot.
    std::map<int, int> countWindows(BatchOrder& order, const BatchSchedule& schedule, int window,
                                    int steps) const {
        const auto full = static_cast<std::size_t>(schedule.fullSize()),
                   width = static_cast<std::size_t>(window);
        std::vector<int> inputs(full * width), targets(full * width), last(full, -1);
        std::vector<char> starts(full);
        std::map<int, int> windowsOf;
        for (int step = 0; step < steps; ++step) {
            order.batch(step, inputs, targets, starts);
            for (std::size_t slot = 0; slot < static_cast<std::size_t>(schedule.sequencesAt(step)); ++slot) {
                ++windowsOf[targets[width * slot]];
                const int expected = starts[slot] ? m_tokenizer->documentSeparator() : last[slot];
                if (inputs[width * slot] != expected || inputs[width * slot + 1] != targets[width * slot])
                    qFatal("step %d: slot %d does not go on", step, static_cast<int>(slot));
                last[slot] = targets[width * (slot + 1) - 1];
            }
        }
        return windowsOf;
    }
    std::string textOf(const std::vector<int>& tokens) const {
        std::string text;
        for (const int token : tokens)
            text += token == m_tokenizer->documentSeparator() ? std::string("|")
                                                              : std::string(m_tokenizer->bytes(token));
        return text;
    }
    TokenDataset open(const std::string& text) {
        m_folder.write("text.txt", QByteArray::fromStdString(text));
        auto dataset = TokenDataset::open(m_folder.path("text.txt"), *m_tokenizer, {}, m_pool);
        if (!dataset)
            qFatal("%s", dataset.error().message.c_str());
        return std::move(*dataset);
    }

    fixture::TextFolder m_folder;
    ThreadPool m_pool{2};
    std::unique_ptr<const Tokenizer> m_tokenizer = makeByteTokenizer();
};

QTEST_GUILESS_MAIN(BatchOrderTest)
#include "batch_order_test.moc"
