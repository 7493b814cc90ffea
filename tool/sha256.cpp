#include "sha256.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "descriptor.hpp"
#include "signals.hpp"
#include "tool/core/failure.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

constexpr std::size_t chunk_bytes = 1 << 18;

void require_openssl(int result)
{
    if (result != 1)
        throw Failure(ExitCode::failed, "could not compute a SHA-256");
}

}  // namespace

void Sha256::Free::operator()(evp_md_ctx_st *context) const noexcept
{
    EVP_MD_CTX_free(context);
}

Sha256::Sha256() : context_(EVP_MD_CTX_new())
{
    require_openssl(context_ ? EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) : 0);
}

void Sha256::add(const void *bytes, std::size_t size)
{
    require_openssl(EVP_DigestUpdate(context_.get(), bytes, size));
}

std::string Sha256::hex()
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    require_openssl(EVP_DigestFinal_ex(context_.get(), digest, &size));
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (unsigned i = 0; i < size; ++i) {
        text += digits[digest[i] >> 4];
        text += digits[digest[i] & 15];
    }
    return text;
}

FileDigest digest_of_file(const std::string &path)
{
    const auto fail = [&path] {
        throw Failure(ExitCode::failed, "could not read \"" + printable(path) + "\": " + std::strerror(errno));
    };
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file)
        fail();
    ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED);
    ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
    Sha256 sum;
    FileDigest result;
    std::vector<char> buffer(chunk_bytes);
    while (true) {
        require_going_on();
        const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            fail();
        if (got == 0)
            break;
        sum.add(buffer.data(), static_cast<std::size_t>(got));
        result.bytes += static_cast<std::uint64_t>(got);
    }
    result.sha256 = sum.hex();
    return result;
}

}  // namespace pitstop::tool
