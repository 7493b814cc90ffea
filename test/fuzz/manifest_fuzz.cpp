// Manifests of any bytes.
#include <string_view>

#include "bytes.hpp"
#include "tool/core/failure.hpp"
#include "tool/core/manifest.hpp"
#include "tool/core/plausible.hpp"

namespace pitstop::fuzz {

namespace {

using tool::Manifest;

void require_file_name(std::string_view name)
{
    require(!name.empty() && name != "." && name != ".." && name.find('/') == std::string_view::npos,
            "a file name leads nowhere else", std::string(name));
}

void check_files(const Manifest &manifest)
{
    require_file_name(manifest.name);
    require_file_name(manifest.archive);
    for (const tool::BackupFile &file : manifest.files) {
        std::string_view name = file.name;
        if (manifest.format == "directory" && name.substr(0, manifest.archive.size() + 1) == manifest.archive + '/')
            name.remove_prefix(manifest.archive.size() + 1);
        require_file_name(name);
        require(file.sha256.size() == 64, "a SHA-256 has 64 digits", file.sha256);
    }
    require(!manifest.files.empty(), "a backup has files");
}

void check_proofs(Manifest manifest)
{
    const bool was_proven = tool::is_proven(manifest);
    require(!was_proven || tool::newest_proof(manifest)->passed, "what is proven passed");
    tool::Proof proof;
    proof.how = "read";
    const std::size_t before = manifest.proofs.size();
    tool::add_proof(manifest, proof);
    require(!tool::is_proven(manifest), "a proof that failed counts");
    require(manifest.proofs.size() <= before + 1, "a proof is added once");
}

void check(const Manifest &manifest)
{
    check_files(manifest);
    check_proofs(manifest);
    tool::names_only_its_own(manifest);
    require(!tool::implausible(manifest, manifest), "a backup is plausible beside itself");
    const std::string text = tool::manifest_text(manifest);
    require(tool::manifest_text(tool::parse_manifest(text)) == text, "a manifest is read as it was written", text);
}

}  // namespace

}  // namespace pitstop::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size)
{
    using namespace pitstop;
    tool::Manifest manifest;
    try {
        manifest = tool::parse_manifest({reinterpret_cast<const char *>(bytes), size});
    } catch (const tool::Failure &failure) {
        fuzz::require(failure.code() == tool::ExitCode::not_proven, "what cannot be read proves nothing",
                      failure.what());
        return 0;
    }
    fuzz::check(manifest);
    return 0;
}
