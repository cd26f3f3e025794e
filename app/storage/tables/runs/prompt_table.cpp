#include "app/storage/tables/runs/prompt_table.h"

#include "app/storage/columns/sql_text.h"

#include <QCryptographicHash>

namespace app {

engine::Expected<std::int64_t> PromptTable::rowFor(const RunPrompt& prompt) {
    if (prompt.isEmpty())
        return 0;
    if (m_packed.isEmpty() || m_prompt != prompt) {
        m_prompt = prompt;
        m_packed = prompt.packed();
        m_hash = QCryptographicHash::hash(m_packed, QCryptographicHash::Sha256);
    }
    auto find = m_database.prepare("SELECT id FROM run_prompt WHERE hash = ?1");
    if (!find)
        return failure(find.error());
    const auto found = find->bind(1, blobOf(m_hash)).step();
    if (!found)
        return failure(found.error());
    if (*found)
        return find->integer(0);
    auto add = m_database.prepare("INSERT INTO run_prompt(hash, packed) VALUES (?1, ?2)");
    if (!add)
        return failure(add.error());
    if (auto done = add->bind(1, blobOf(m_hash)).bind(2, blobOf(m_packed)).run(); !done)
        return failure(done.error());
    return m_database.lastInsertedId();
}

engine::Expected<QHash<std::int64_t, RunPrompt>> PromptTable::readAll() {
    auto rows = m_database.prepare("SELECT id, packed FROM run_prompt");
    if (!rows)
        return failure(rows.error());
    QHash<std::int64_t, RunPrompt> prompts;
    auto more = rows->step();
    for (; more && *more; more = rows->step())
        prompts.insert(rows->integer(0), RunPrompt::fromPacked(blobColumn(*rows, 1)));
    if (!more)
        return failure(more.error());
    return prompts;
}

} // namespace app
