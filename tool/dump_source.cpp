#include "dump_source.hpp"

#include <fcntl.h>
#include <poll.h>

#include <cerrno>
#include <vector>

#include "file.hpp"
#include "signals.hpp"
#include "tool/core/failure.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

constexpr std::size_t chunk_bytes = 1 << 18;
constexpr std::size_t most_layers = 4;

bool is_layer(DumpFormat format)
{
    return format == DumpFormat::gzip || format == DumpFormat::zstd || format == DumpFormat::age;
}

Descriptor open_for_reading(const std::string &path)
{
    Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file)
        fail_on("open", path);
    return file;
}

std::unique_ptr<ByteSource> unwrapped(const std::string &path, const std::vector<DumpFormat> &layers,
                                      const std::optional<std::string> &identity)
{
    std::unique_ptr<ByteSource> source;
    for (const DumpFormat layer : layers) {
        if (layer == DumpFormat::age) {
            // age stands outermost: what it encrypts is what pitstop or its user made.
            source =
                source_of_program(decrypting(*identity), open_for_reading(path), "decrypt \"" + printable(path) + "\"");
            continue;
        }
        if (!source)
            source = source_of_file(path);
        source = layer == DumpFormat::gzip ? gunzipped(std::move(source)) : unzstd(std::move(source));
    }
    return source ? std::move(source) : source_of_file(path);
}

[[noreturn]] void fail_on_damage(const std::string &path, const Failure &failure)
{
    throw Failure(ExitCode::not_proven, "\"" + printable(path) + "\" is damaged: it could not be read to its end",
                  failure.detail().empty() ? failure.what() : failure.detail(), "Take another backup.");
}

[[noreturn]] void fail_on_format(const std::string &path, DumpFormat format)
{
    const std::string hint = format == DumpFormat::empty
                                 ? "The dump was never written; look for the reason where it was made."
                                 : "A dump is what pg_dump or \"pitstop backup\" writes.";
    throw Failure(ExitCode::not_proven, "\"" + printable(path) + "\" is no dump: it is " + name_of(format), {}, hint);
}

std::string start_under(const std::string &path, const std::vector<DumpFormat> &layers,
                        const std::optional<std::string> &identity)
{
    try {
        return start_of(*unwrapped(path, layers, identity), bytes_to_recognise);
    } catch (const Failure &failure) {
        // Only age's words tell what is changed or cut off from a key that does not fit.
        for (const char *words : {"payload chunk", ": EOF"}) {
            if (failure.detail().find(words) != std::string::npos)
                fail_on_damage(path, failure);
        }
        throw;
    }
}

class FilteredSource : public ByteSource {
public:
    explicit FilteredSource(std::unique_ptr<ByteSource> source) : source_(std::move(source)), input_(chunk_bytes) {}

    std::size_t read(char *buffer, std::size_t size) override
    {
        while (at_ == ready_.size() && !ended_) {
            ready_.clear();
            at_ = 0;
            const std::size_t got = source_->read(input_.data(), input_.size());
            ended_ = got == 0;
            if (ended_)
                filter_.finish(ready_);
            else
                filter_.add({input_.data(), got}, ready_);
        }
        const std::size_t taken = ready_.copy(buffer, size, at_);
        at_ += taken;
        return taken;
    }

private:
    std::unique_ptr<ByteSource> source_;
    DumpFilter filter_;
    std::vector<char> input_;
    std::string ready_;
    std::size_t at_ = 0;
    bool ended_ = false;
};

// pg_restore reads what it cannot open by its path from a pipe, which a process of its own fills: the decoder's.
class PipedSource : public ByteSource {
public:
    PipedSource(std::unique_ptr<ByteSource> source, const ProgramCall &call, std::string doing)
        : source_(std::move(source)), doing_(std::move(doing)), input_(chunk_bytes)
    {
        Pipe in;
        Pipe out;
        child_ = ChildProcess(call, {in.read_end.get(), out.write_end.get()});
        sink_ = std::move(in.write_end);
        output_ = std::move(out.read_end);
        ::fcntl(sink_.get(), F_SETFL, ::fcntl(sink_.get(), F_GETFL) | O_NONBLOCK);
    }

    std::size_t read(char *buffer, std::size_t size) override
    {
        while (output_) {
            fill();
            struct pollfd wanted[3] = {
                {output_.get(), POLLIN, 0}, {sink_.get(), POLLOUT, 0}, {signal_descriptor(), POLLIN, 0}};
            ::poll(wanted, 3, -1);
            require_going_on();
            if (wanted[1].revents != 0)
                give();
            if (wanted[0].revents == 0)
                continue;
            const ssize_t got = ::read(output_.get(), buffer, size);
            if (got > 0)
                return static_cast<std::size_t>(got);
            output_.reset();
            child_.require_success(doing_);
        }
        return 0;
    }

private:
    // The next piece, when the last one is gone; at the end of all the child's input is closed.
    void fill()
    {
        if (!sink_ || from_ < to_)
            return;
        from_ = 0;
        to_ = source_->read(input_.data(), input_.size());
        if (to_ == 0)
            sink_.reset();
    }

    void give()
    {
        const ssize_t put = ::write(sink_.get(), input_.data() + from_, to_ - from_);
        if (put >= 0)
            from_ += static_cast<std::size_t>(put);
        else if (errno != EAGAIN && errno != EINTR)
            sink_.reset();  // it reads no more; its status says why
    }

    std::unique_ptr<ByteSource> source_;
    std::string doing_;
    ChildProcess child_;
    Descriptor sink_;
    Descriptor output_;
    std::vector<char> input_;
    std::size_t from_ = 0;
    std::size_t to_ = 0;
};

}  // namespace

ProgramCall decrypting(const std::string &identity)
{
    return {{"age", "--decrypt", "--identity", identity}, {}, {}};
}

std::unique_ptr<ByteSource> filtered(std::unique_ptr<ByteSource> source)
{
    return std::make_unique<FilteredSource>(std::move(source));
}

void DumpSource::look_through_layers()
{
    while (true) {
        format_ = recognise_dump(start_under(path_, layers_, identity_));
        const bool is_age_inside = format_ == DumpFormat::age && !layers_.empty();
        if (!is_layer(format_) || is_age_inside || layers_.size() == most_layers)
            return;
        if (format_ == DumpFormat::age && !identity_)
            throw Failure(ExitCode::usage, "\"" + printable(path_) + "\" is encrypted", {},
                          "Name the file with age's key by --identity.");
        layers_.push_back(format_);
    }
}

DumpSource DumpSource::open_text(const std::string &path, const std::optional<std::string> &identity)
{
    DumpSource text;
    text.path_ = path;
    text.identity_ = identity;
    text.look_through_layers();
    text.format_ = DumpFormat::plain;
    return text;
}

DumpSource DumpSource::open(const std::string &path, const std::optional<std::string> &identity)
{
    DumpSource dump;
    dump.path_ = path;
    dump.identity_ = identity;
    if (is_directory(path)) {
        if (!exists(join_path(path, "toc.dat")))
            throw Failure(ExitCode::not_proven,
                          "the directory \"" + printable(path) + "\" is no dump: it has no toc.dat");
        dump.format_ = DumpFormat::directory;
        return dump;
    }
    dump.look_through_layers();
    const bool is_dump = dump.format_ == DumpFormat::custom || dump.format_ == DumpFormat::tar || dump.is_plain();
    if (!is_dump)
        fail_on_format(path, dump.format_);
    return dump;
}

std::string DumpSource::description() const
{
    std::string text = name_of(format_);
    for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer)
        text += *layer == DumpFormat::age    ? ", encrypted with age"
                : *layer == DumpFormat::gzip ? ", compressed with gzip"
                                             : ", compressed with zstd";
    return text;
}

std::unique_ptr<ByteSource> DumpSource::bytes() const
{
    return unwrapped(path_, layers_, identity_);
}

std::unique_ptr<ByteSource> DumpSource::sql(const std::string &pg_restore,
                                            const std::vector<std::string> &options) const
{
    if (is_plain())
        return bytes();
    ProgramCall call{{pg_restore, "--file=-"}, {}, {}};
    call.argv.insert(call.argv.end(), options.begin(), options.end());
    const std::string doing = "read \"" + printable(path_) + "\"";
    if (!is_a_file_of_pg_restore())
        return std::make_unique<PipedSource>(bytes(), call, doing);
    call.argv.push_back(path_);
    return source_of_program(call, Descriptor(), doing);
}

DumpFacts DumpSource::read_through(const std::string &pg_restore) const
{
    DumpText text;
    try {
        const std::unique_ptr<ByteSource> source = sql(pg_restore);
        std::vector<char> buffer(chunk_bytes);
        while (const std::size_t got = source->read(buffer.data(), buffer.size()))
            text.add({buffer.data(), got});
    } catch (const Failure &failure) {
        if (failure.code() != ExitCode::program)
            throw;
        fail_on_damage(path_, failure);
    }
    DumpFacts facts = text.finish();
    if (!facts.is_complete)
        throw Failure(ExitCode::not_proven, "\"" + printable(path_) + "\" is cut off: its last line is missing", {},
                      "psql would restore the half of it without an error. Take another backup.");
    return facts;
}

}  // namespace pitstop::tool
