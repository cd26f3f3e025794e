// world_vocabulary_test.cpp: the RWKV World vocabulary itself, which INKGATE_TEST_VOCABULARY names.
#include "engine/tokenizer/tokenizer.h"

#include <QTest>

using namespace engine;

class WorldVocabularyTest : public QObject {
    Q_OBJECT

    std::unique_ptr<const Tokenizer> m_world;

private slots:
    void initTestCase() {
        auto loaded = loadRwkvWorld(qgetenv("INKGATE_TEST_VOCABULARY").toStdString());
        QVERIFY2(loaded, loaded ? "" : loaded.error().message.c_str());
        m_world = std::move(*loaded);
    }

    void encodesTheTextsOfTheSpecification_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QList<int>>("tokens");
        QTest::newRow("129 spaces") << QByteArray(129, ' ') << QList<int>{65529, 33};
        QTest::newRow("3 line breaks") << QByteArray(3, '\n') << QList<int>{3328};
        QTest::newRow("9 line breaks") << QByteArray(9, '\n') << QList<int>{49921, 11};
        QTest::newRow("two paragraphs") << QByteArray("Hello, world!\n\nThe end.")
                                        << QList<int>{33155, 45, 40213, 34, 261, 6699, 21616, 47};
        QTest::newRow("emoji in three tokens")
            << QByteArray("Once upon a time\u2026 \u201Cn\u00E9\u201D \u4F60\u597D \U0001F600")
            << QList<int>{23977, 32350, 332,   32251, 9830, 22903, 8273, 9823,
                          33,    10464, 11685, 33,    3319, 153,   129};
        QTest::newRow("empty") << QByteArray("") << QList<int>{};
    }

    void encodesTheTextsOfTheSpecification() {
        QFETCH(QByteArray, text);
        QFETCH(QList<int>, tokens);
        const auto encoded = m_world->encode(text.toStdString());
        QVERIFY(encoded);
        QCOMPARE(QList<int>(encoded->begin(), encoded->end()), tokens);
        QCOMPARE(*m_world->decode(*encoded), text.toStdString());
    }

    void everyTokenEncodesToItself() {
        int partial = 0;
        for (int id = 1; id < 65530; ++id) {
            const std::string text(m_world->bytes(id));
            QVERIFY(!text.empty());
            const auto encoded = m_world->encode(text);
            if (!encoded) { // a part of a character
                QCOMPARE(encoded.error().code, ErrorCode::InvalidText);
                ++partial;
                continue;
            }
            QCOMPARE(*encoded, std::vector<int>{id});
        }
        QCOMPARE(partial, 486);
    }

    void everyByteIsAToken() {
        for (int byte = 0; byte < 256; ++byte)
            QCOMPARE(m_world->bytes(byte + 1), std::string_view(std::string(1, static_cast<char>(byte))));
    }

    void paddingIsNeverSampled() {
        QCOMPARE(m_world->vocabularySize(), 65536);
        QCOMPARE(m_world->documentSeparator(), 0);
        QCOMPARE(m_world->bytes(0), std::string_view());
        const auto unsampled = m_world->unsampledTokens();
        QCOMPARE(std::vector<int>(unsampled.begin(), unsampled.end()),
                 (std::vector<int>{65530, 65531, 65532, 65533, 65534, 65535}));
        const std::vector<int> padding{65535};
        QCOMPARE(*m_world->decode(padding), std::string());
        for (const int outside : {-1, 65536}) {
            const auto decoded = m_world->decode(std::vector<int>{outside});
            QVERIFY(!decoded);
            QCOMPARE(decoded.error().code, ErrorCode::InvalidArgument);
        }
    }
};

QTEST_GUILESS_MAIN(WorldVocabularyTest)
#include "world_vocabulary_test.moc"
