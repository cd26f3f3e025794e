// dataset_test.cpp: the encoded text: every token is there, documents are separated, the cache is the same.
#include "engine/training/token_dataset.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

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

    void marksAreReadWhereTheyAreAskedFor() {
        write("What? \2Th\u00e9s\3.\n\f\nNo marks.\n\f\n\2All\3");
        const auto dataset = open({}, TokenDataset::Marks::AreRead);
        QCOMPARE(dataset.marked().size(), dataset.tokens().size());
        std::string text;
        for (std::size_t i = 0; i < dataset.tokens().size(); ++i) {
            const int token = dataset.tokens()[i];
            text += dataset.marked()[i] ? "*" : "";
            text += token == m_tokenizer->documentSeparator() ? "|" : std::string(m_tokenizer->bytes(token));
        }
        QCOMPARE(text, std::string("What? *T*h*\xC3*\xA9*s.|No marks.|*A*l*l|"));
        const auto plain = open();
        QVERIFY(plain.marked().empty());
        QCOMPARE(plain.tokens().size(), dataset.tokens().size() + 4);
        for (const char* wrong : {"a \2b", "a\3 b", "a \2b\2c\3", "a \2b\3c\3"}) {
            write(wrong);
            const auto refused = TokenDataset::open(m_folder.filePath("text.txt").toStdString(), *m_tokenizer,
                                                    {}, m_pool, {}, TokenDataset::Marks::AreRead);
            QVERIFY(!refused.has_value());
            QVERIFY(refused.error().message.find("do not pair") != std::string::npos);
        }
    }

private:
    void write(const char* text) {
        QFile file(m_folder.filePath("text.txt"));
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        file.write(text);
    }
    TokenDataset open(const std::filesystem::path& cache = {},
                      TokenDataset::Marks marks = TokenDataset::Marks::AreText) {
        auto dataset = TokenDataset::open(m_folder.filePath("text.txt").toStdString(), *m_tokenizer, cache,
                                          m_pool, {}, marks);
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
