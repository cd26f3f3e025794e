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
