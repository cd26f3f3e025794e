#include "engine/formats/sha256.h"

#include <openssl/evp.h>

#include <array>
#include <new>

namespace engine {

namespace {

// With an algorithm that is built into libcrypto, these calls fail for want of memory only.
void require(int succeeded) {
    if (succeeded != 1)
        throw std::bad_alloc();
}

} // namespace

void Sha256::Release::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Sha256::Sha256()
    : m_context(EVP_MD_CTX_new()) {
    if (!m_context)
        throw std::bad_alloc();
    require(EVP_DigestInit_ex(m_context.get(), EVP_sha256(), nullptr));
}

void Sha256::update(std::span<const std::byte> bytes) {
    require(EVP_DigestUpdate(m_context.get(), bytes.data(), bytes.size()));
}

std::string Sha256::finish() {
    std::array<unsigned char, 32> digest{};
    require(EVP_DigestFinal_ex(m_context.get(), digest.data(), nullptr));
    constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (const unsigned char byte : digest) {
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
    }
    return text;
}

} // namespace engine
