// sha256.h: a SHA-256 digest of bytes that arrive in pieces (FIPS 180-4), computed by OpenSSL's libcrypto.
// Throws std::bad_alloc where libcrypto has no memory; there is no other failure.
// Threads: a value; one at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

struct evp_md_ctx_st; // OpenSSL's EVP_MD_CTX

namespace engine {

class Sha256 {
public:
    Sha256();

    void update(std::span<const std::byte> bytes);
    // 64 lower-case hexadecimal digits. Call once, last.
    [[nodiscard]] std::string finish();

private:
    struct Release {
        void operator()(evp_md_ctx_st* context) const;
    };
    std::unique_ptr<evp_md_ctx_st, Release> m_context;
};

} // namespace engine
