// make_seeds.cpp: make_seeds FOLDER writes small whole files of every kind into FOLDER/<fuzzer>, for the
// fuzzers to start from.
#include "app/exchange/package/zip_package.h"
#include "app/exchange/story_files.h"
#include "app/library/catalogue.h"
#include "app/reading/lorebook_file.h"
#include "app/storage/project_file.h"
#include "engine/runtime/state/state_file.h"
#include "engine/trace/chunk_frame.h"
#include "tests/engine/formats/samples/sample_gguf.h"
#include "tests/engine/formats/samples/sample_naming.h"
#include "tests/engine/formats/samples/sample_rwkv_cpp.h"
#include "tests/engine/formats/samples/sample_safetensors.h"
#include "tests/engine/formats/samples/sample_torch.h"
#include "tests/engine/tokenizer/small_vocabulary.h"
#include "tests/fuzz/state_model.h"

#include <QFile>

#include <cstdio>
#include <filesystem>
#include <span>
#include <string>

namespace {

using samples::Bytes;
using samples::Version;

class Seeds {
public:
    explicit Seeds(std::filesystem::path folder)
        : m_folder(std::move(folder)) {}

    [[nodiscard]] std::filesystem::path path(const std::string& fuzzer, const std::string& name) const {
        std::filesystem::create_directories(m_folder / fuzzer);
        return m_folder / fuzzer / name;
    }
    void add(const std::string& fuzzer, const std::string& name, std::span<const std::byte> bytes) const {
        samples::writeFile(path(fuzzer, name), bytes);
    }

private:
    std::filesystem::path m_folder;
};

void addModels(const Seeds& seeds) {
    using engine::DataType;
    for (const Version version : {Version::V5_2, Version::V6, Version::V7}) {
        const std::string name = "v" + std::to_string(static_cast<int>(version));
        const auto small = samples::officialModel(version, {.layers = 1});
        const auto blocks = samples::officialModel(version, samples::kBlockSizes);
        seeds.add("safetensors", name, samples::safetensors(small));
        for (const bool hasOneStorage : {false, true})
            seeds.add(
                "torch", name + (hasOneStorage ? "-shared" : ""),
                samples::torchFile(small, {.isTransposed = hasOneStorage, .hasOneStorage = hasOneStorage}));
        for (const auto type :
             {samples::RwkvCppType::F32, samples::RwkvCppType::Q4_0, samples::RwkvCppType::Q5_1})
            seeds.add("rwkv_cpp", name + "-" + std::to_string(static_cast<int>(type)),
                      samples::rwkvCpp(blocks, version, samples::kBlockSizes, {.type = type}).bytes);
        if (version == Version::V5_2)
            continue;
        seeds.add("gguf", name, samples::gguf(small, version, {.layers = 1}));
        for (const DataType type : {DataType::Q8_0, DataType::Q4_0, DataType::Q5_1})
            seeds.add("gguf", name + "-" + std::string(engine::name(type)),
                      samples::gguf(blocks, version, samples::kBlockSizes, {.type = type}));
    }
}

// Other programs' names for tensors, and what stands beside them.
void addOtherForms(const Seeds& seeds) {
    const samples::Sizes sizes{.layers = 1};
    const auto official = samples::officialModel(Version::V7, sizes);
    const auto fla = samples::kFla.apply(official);
    seeds.add("safetensors", "fla", samples::safetensors(fla));
    seeds.add("safetensors", "fla-stacked", samples::safetensors(samples::withStackedMixes(fla, true)));
    seeds.add("safetensors", "other-type",
              samples::safetensors(
                  R"({"__metadata__":null,"my t":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}})", 2));
    seeds.add("torch", "fla", samples::torchFile(fla, {.under = "module", .prefix = "module._orig_mod."}));
    seeds.add("torch", "hugging-face",
              samples::torchFile(samples::kHuggingFace.apply(samples::officialModel(Version::V6, sizes)),
                                 {.isTransposed = true, .under = "model_state_dict"}));
    samples::PickleWriter pickle;
    pickle.raw("}(").text("emb.weight");
    samples::appendTensor(pickle, {.elements = 12, .offset = 0, .shape = {3, 4}, .strides = {4, 1}});
    pickle.text("args").global("argparse", "Namespace").raw(")\x81}").text("lr").raw("Nsb");
    pickle.text("old").raw("(K\1ios\nsystem\n").text("set").raw("\x8f(N\x90").text("more");
    pickle.raw("F1.5\n").text("texts").raw("(S'a'\nVb\nU\1cI7\nL7L\nld").text("bytes").raw("C\1fu.");
    seeds.add("torch", "objects", samples::torchFile(pickle.bytes(), {samples::Bytes(48)}));
    auto gguf = samples::ggufWriter(official, Version::V7, sizes);
    gguf.addTensor("my tensor", 77, {8}, samples::Bytes(32));
    gguf.addTensor("nothing", 0, {8, 0}, {});
    seeds.add("gguf", "unused", gguf.finish());
}

void addStates(const Seeds& seeds) {
    engine::State state(fuzz::stateModel());
    state.values()[3] = 0.5f;
    state.advance(7);
    const std::vector<float> logits(static_cast<std::size_t>(fuzz::stateModel().vocabulary), 1.5f);
    for (const auto precision : {engine::StatePrecision::Float32, engine::StatePrecision::Float16})
        if (const auto bytes = engine::writeState(state, logits, fuzz::kStateOwner, precision))
            seeds.add("state", "state-" + std::to_string(static_cast<int>(precision)), *bytes);
}

// One sentence in the encodings that people's texts are in.
void addTexts(const Seeds& seeds) {
    const auto add = [&](const std::string& name, std::string_view text) {
        seeds.add("text", name, std::as_bytes(std::span(text)));
    };
    add("utf-8", "\xEF\xBB\xBFPi\xC3\xB9 \xE6\x97\xA5\xE6\x9C\xAC \xF0\x9F\x98\x80\r\ntwo\rthree\xFF\n");
    add("utf-16", std::string_view("\xFF\xFEO\0n\0c\0e\0\r\0\n\0\x3D\xD8\x00\xDE", 16));
    add("utf-16-unmarked", std::string_view("\0O\0n\0c\0e\0 \0u\0p\0o\0n\0\r\0a", 22));
    add("windows-1252", "\x93Na\xEFve caf\xE9,\x94 she said \x97 and left.");
    add("koi8-r", "\xF7\xD3\xC5 \xD3\xDE\xC1\xD3\xD4\xCC\xC9\xD7\xD9\xC5 \xD3\xC5\xCD\xD8\xC9 "
                  "\xD0\xCF\xC8\xCF\xD6\xC9");
    add("shift-jis", "\x8D\xE1\x94\x79\x82\xCD\x94\x4C\x82\xC5\x82\xA0\x82\xE9\x81\x42\x96\xBC\x91\x4F");
    add("gb18030", "\xC4\xE3\xBA\xC3\xA3\xAC\xCA\xC0\xBD\xE7\xA1\xA3\x81\x30\x81\x30");
}

// The same story as a file of every format, and the parts of packages that hold text.
void addStories(const Seeds& seeds) {
    using namespace app;
    const QString text =
        QStringLiteral("# One\n\nIt *was* **late**.\n\n* * *\n\n> Aunt\n\n  two  spaces\tEnd.");
    for (const StoryFormat format :
         {StoryFormat::Docx, StoryFormat::Odt, StoryFormat::Epub, StoryFormat::Html}) {
        const auto bytes =
            writeStoryFile(format, text, {QStringLiteral("T"), QStringLiteral("A"), QStringLiteral("en")},
                           QDateTime::fromMSecsSinceEpoch(1'700'000'000'123, Qt::UTC));
        const std::string name = endingsOf(format).first().toStdString();
        const auto add = [&](const std::string& part, const QByteArray& content) {
            seeds.add(
                name, part,
                std::as_bytes(std::span(content.constData(), static_cast<std::size_t>(content.size()))));
        };
        add("whole", *bytes);
        if (format != StoryFormat::Docx && format != StoryFormat::Odt)
            continue;
        auto package = ZipReader::open(*bytes);
        for (const char* part :
             {"word/document.xml", "word/styles.xml", "content.xml", "styles.xml", "meta.xml"})
            if (package->contains(QLatin1String(part)))
                add(std::string(part).substr(std::string(part).find('/') + 1),
                    *package->read(QLatin1String(part)));
    }
}

void addCatalogues(const Seeds& seeds) {
    app::Catalogue catalogue = app::builtInCatalogue();
    catalogue.models.erase(catalogue.models.begin() + 3, catalogue.models.end());
    const QByteArray few = app::writeCatalogue(catalogue);
    for (const QByteArray& bytes :
         {few, QByteArray(few).replace("https", "file"), QByteArray(few).replace("sha256", "sha1")})
        seeds.add("catalogue", "catalogue" + std::to_string(bytes.size()) + ".json",
                  std::as_bytes(std::span(bytes.constData(), static_cast<std::size_t>(bytes.size()))));
}

void addLorebooks(const Seeds& seeds) {
    app::LoreEntry entry;
    entry.name = QStringLiteral("Ferry");
    entry.text = QStringLiteral("An old scow.");
    entry.keys = {QStringLiteral("ferry"), QStringLiteral("/ferr(y|ies)/i")};
    entry.group = QStringLiteral("places");
    const QByteArray own = app::writeLorebook({{entry}, {{entry.group, 2}}});
    const auto add = [&seeds](const char* name, const QByteArray& bytes) {
        seeds.add("lorebook", name,
                  std::as_bytes(std::span(bytes.constData(), static_cast<std::size_t>(bytes.size()))));
    };
    add("own", own);
    add("silly-tavern",
        R"({"entries":{"0":{"key":["ferry"],"comment":"F","content":"It floats.","order":1,"position":4,)"
        R"("group":"g","groupOverride":false,"selective":true,"keysecondary":["x"],"caseSensitive":null}}})");
    add("novel-ai",
        R"({"lorebookVersion":5,"entries":[{"text":"T","displayName":"N","keys":["k"],"searchRange":900,)"
        R"("category":"c","contextConfig":{"insertionPosition":-4}}],"categories":[{"id":"c","name":"C"}]})");
    add("kobold-ai", R"([{"key":"a, b","content":"C","comment":"N","constant":true,"widisabled":false}])");
}

// Two chunks of a prompt of 600 units, and what a token chose in two blocks.
app::RunLooked looks(app::RunId run) {
    app::RunLooked looked{run, {}, 0, {}};
    looked.read.chunk = 16;
    looked.read.blocks = 2;
    looked.read.heads = 4;
    looked.read.firstToken = 32;
    looked.read.starts = {0, 280};
    looked.read.length = 600;
    looked.read.stories = {{0, 600, 0}};
    looked.read.pieces = {1, 2, 3};
    std::vector<std::byte> packed;
    engine::packChoices({{0, 3}, {1, 1}}, packed);
    engine::packChoices({{1, 4}}, packed);
    looked.tokens.append(
        QByteArray(reinterpret_cast<const char*>(packed.data()), static_cast<qsizetype>(packed.size())));
    return looked;
}

// A text with edits, and a run with its tokens and gates, and where it looked back.
bool addProject(const Seeds& seeds) {
    using namespace app;
    const QString path = QString::fromStdString(seeds.path("project", "project").string());
    QFile::remove(path);
    auto file = ProjectFile::create(path, SpannedText(QStringLiteral("Once upon a time"), Origin::Imported));
    if (!file)
        return false;
    RunRecord run;
    run.id = 1;
    run.attemptOf = 1;
    run.startedAt = QDateTime::fromMSecsSinceEpoch(1'700'000'000'123, Qt::UTC);
    run.model.layers = 2;
    run.model.width = 4;
    run.setPrompt(QStringLiteral("Once"));
    RunGrown grown{1, QStringLiteral(" there"), {{5, 0, 6, 0.5F}}, {}, {}};
    const TextEdit edit{4, 0, QStringLiteral(" there"), {Span{6, Origin::Generated, 1, 0}}};
    return (*file)->append({RunChanged{run}, grown, edit, looks(run.id)}).has_value();
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: make_seeds FOLDER\n", stderr);
        return 2;
    }
    const Seeds seeds(argv[1]);
    addModels(seeds);
    addOtherForms(seeds);
    addStates(seeds);
    addTexts(seeds);
    addStories(seeds);
    addCatalogues(seeds);
    addLorebooks(seeds);
    const std::string vocabulary = samples::smallVocabulary();
    seeds.add("world_vocabulary", "small", std::as_bytes(std::span(vocabulary)));
    if (!addProject(seeds)) {
        std::fputs("make_seeds: the project could not be written\n", stderr);
        return 1;
    }
    return 0;
}
