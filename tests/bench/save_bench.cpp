// save_bench.cpp: what a save costs: a row of the journal in a project with a novel of 600 KB, four times a
// second, by what keeps the file whole. Prints the median, the 90th percentile and the longest in
// milliseconds. Usage: save_bench FOLDER [SAVES]
#include "engine/trace/single_file.h"
#include "engine/trace/sqlite.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

namespace {

using engine::Database;
using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr int kNovelBytes = 600'000;
constexpr auto kBetween = std::chrono::milliseconds(250);

bool prepareNovel(Database& database) {
    const std::string novel(kNovelBytes, 'n');
    auto made = database.execute(
        "CREATE TABLE text_snapshot(text); CREATE TABLE edit_journal(sequence INTEGER PRIMARY KEY, "
        "position, removed, inserted, spans)");
    auto insert = database.prepare("INSERT INTO text_snapshot VALUES (?1)");
    return made && insert && insert->bind(1, novel).run();
}

bool save(Database& database, int number) {
    auto transaction = engine::Transaction::begin(database);
    auto insert = database.prepare("INSERT INTO edit_journal VALUES (?1, 500, 0, 'and so it went', x'0e00')");
    return transaction && insert && insert->bind(1, number).run() && transaction->commit();
}

int measure(const char* name, Database& database, int saves) {
    if (!prepareNovel(database))
        return 1;
    std::vector<double> times;
    for (int number = 1; number <= saves; ++number) {
        const auto start = Clock::now();
        if (!save(database, number))
            return 1;
        times.push_back(Milliseconds(Clock::now() - start).count());
        std::this_thread::sleep_for(kBetween);
    }
    std::sort(times.begin(), times.end());
    std::printf("%-24s median %6.2f ms, 90 %% %6.2f ms, longest %6.2f ms\n", name, times[times.size() / 2],
                times[times.size() * 9 / 10], times.back());
    std::fflush(stdout);
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 2)
        return 2;
    const std::filesystem::path folder = argv[1];
    const int saves = argc > 2 ? std::max(1, std::atoi(argv[2])) : 100;
    int status = 0;
    for (const char* mode : {"WAL", "DELETE"}) {
        auto database = Database::open(folder / (std::string(mode) + ".db"), Database::Mode::Create);
        if (!database || !database->execute("PRAGMA journal_mode=" + std::string(mode)))
            return 1;
        status |= measure(mode[0] == 'W' ? "write-ahead log" : "rollback journal", *database, saves);
    }
    const auto file = engine::SingleFile::create(folder / "single.db");
    if (!file)
        return 1;
    auto database = Database::open((*file)->path(), Database::Mode::Create, {.file = file->get()});
    return database ? status | measure("record inside the file", *database, saves) : 1;
}
