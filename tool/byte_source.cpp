#include "byte_source.hpp"

#include <fcntl.h>
#include <poll.h>
#include <zlib.h>
#include <zstd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "file.hpp"
#include "signals.hpp"
#include "tool/core/failure.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

constexpr std::size_t chunk_bytes = 1 << 18;

[[noreturn]] void fail_on_damage(const char *what, const std::string &detail = {})
{
    throw Failure(ExitCode::not_proven, std::string("the ") + what + " data is damaged or cut off", detail,
                  "The file cannot be restored whole. Take another backup.");
}

// Waits until there is something to read or write, or a signal came.
void wait_for(int fd, short events)
{
    struct pollfd wanted[2] = {{fd, events, 0}, {signal_descriptor(), POLLIN, 0}};
    ::poll(wanted, 2, -1);
    require_going_on();
}

std::size_t read_from(int fd, char *buffer, std::size_t size, const std::string &path)
{
    while (true) {
        wait_for(fd, POLLIN);
        const ssize_t got = ::read(fd, buffer, size);
        if (got >= 0)
            return static_cast<std::size_t>(got);
        if (errno != EINTR)
            fail_on("read", path);
    }
}

class FileSource : public ByteSource {
public:
    explicit FileSource(const std::string &path) : path_(path), file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC))
    {
        if (!file_)
            fail_on("open", path);
        ::posix_fadvise(file_.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
    }
    std::size_t read(char *buffer, std::size_t size) override { return read_from(file_.get(), buffer, size, path_); }

private:
    std::string path_;
    Descriptor file_;
};

class ProgramSource : public ByteSource {
public:
    ProgramSource(const ProgramCall &call, const Descriptor &in, std::string doing) : doing_(std::move(doing))
    {
        Pipe pipe;
        child_ = ChildProcess(call, {in.get(), pipe.write_end.get()});
        output_ = std::move(pipe.read_end);
    }
    std::size_t read(char *buffer, std::size_t size) override
    {
        if (!child_.is_running())
            return 0;
        const std::size_t got = read_from(output_.get(), buffer, size, child_.name());
        if (got == 0)
            child_.require_success(doing_);
        return got;
    }

private:
    std::string doing_;
    ChildProcess child_;
    Descriptor output_;
};

class GzipSource : public ByteSource {
public:
    explicit GzipSource(std::unique_ptr<ByteSource> source) : source_(std::move(source)), input_(chunk_bytes)
    {
        // 16: gzip's own format and no other.
        if (::inflateInit2(&stream_, 16 + MAX_WBITS) != Z_OK)
            throw Failure(ExitCode::failed, "could not begin to decompress");
    }
    ~GzipSource() override { ::inflateEnd(&stream_); }

    std::size_t read(char *buffer, std::size_t size) override
    {
        stream_.next_out = reinterpret_cast<Bytef *>(buffer);
        stream_.avail_out = static_cast<uInt>(size);
        while (stream_.avail_out == size && fill()) {
            const int result = ::inflate(&stream_, Z_NO_FLUSH);
            in_member_ = result != Z_STREAM_END;
            if (result == Z_STREAM_END)
                ::inflateReset(&stream_);
            else if (result != Z_OK && result != Z_BUF_ERROR)
                fail_on_damage("gzip", stream_.msg != nullptr ? stream_.msg : "");
        }
        const std::size_t got = size - stream_.avail_out;
        if (got == 0 && in_member_)
            fail_on_damage("gzip", "It ends in the middle.");
        return got;
    }

private:
    bool fill()
    {
        if (stream_.avail_in > 0)
            return true;
        const std::size_t got = source_->read(input_.data(), input_.size());
        stream_.next_in = reinterpret_cast<Bytef *>(input_.data());
        stream_.avail_in = static_cast<uInt>(got);
        return got > 0;
    }

    std::unique_ptr<ByteSource> source_;
    std::vector<char> input_;
    z_stream stream_ = {};
    bool in_member_ = true;
};

class ZstdSource : public ByteSource {
public:
    explicit ZstdSource(std::unique_ptr<ByteSource> source)
        : source_(std::move(source)), input_(chunk_bytes), stream_(ZSTD_createDStream())
    {
        if (!stream_)
            throw Failure(ExitCode::failed, "could not begin to decompress");
        // Archives made with --long need a larger window than is allowed unless asked for.
        ZSTD_DCtx_setParameter(stream_.get(), ZSTD_d_windowLogMax, 31);
    }

    std::size_t read(char *buffer, std::size_t size) override
    {
        ZSTD_outBuffer out = {buffer, size, 0};
        while (out.pos == 0 && fill()) {
            const std::size_t result = ZSTD_decompressStream(stream_.get(), &out, &in_);
            if (ZSTD_isError(result) != 0)
                fail_on_damage("zstd", ZSTD_getErrorName(result));
            in_frame_ = result != 0;
        }
        if (out.pos == 0 && in_frame_)
            fail_on_damage("zstd", "It ends in the middle.");
        return out.pos;
    }

private:
    // The decoder may hold output back although its input is empty, so it is asked until it gives none.
    bool fill()
    {
        if (in_.pos < in_.size)
            return true;
        const std::size_t got = source_->read(input_.data(), input_.size());
        in_ = {input_.data(), got, 0};
        return got > 0;
    }

    struct Free {
        void operator()(ZSTD_DStream *stream) const noexcept { ZSTD_freeDStream(stream); }
    };
    std::unique_ptr<ByteSource> source_;
    std::vector<char> input_;
    std::unique_ptr<ZSTD_DStream, Free> stream_;
    ZSTD_inBuffer in_ = {nullptr, 0, 0};
    bool in_frame_ = true;
};

class BetweenSource : public ByteSource {
public:
    BetweenSource(std::string before, std::unique_ptr<ByteSource> source, std::string after)
        : texts_{std::move(before), std::move(after)}, source_(std::move(source))
    {
    }

    std::size_t read(char *buffer, std::size_t size) override
    {
        if (source_) {
            if (const std::size_t got = take(texts_[0], buffer, size); got > 0)
                return got;
            if (const std::size_t got = source_->read(buffer, size); got > 0)
                return got;
            source_.reset();
        }
        return take(texts_[1], buffer, size);
    }

private:
    static std::size_t take(std::string &text, char *buffer, std::size_t size)
    {
        const std::size_t got = text.copy(buffer, size);
        text.erase(0, got);
        return got;
    }

    std::string texts_[2];
    std::unique_ptr<ByteSource> source_;
};

// False when nobody reads any more.
bool put(int fd, const char *bytes, std::size_t size)
{
    while (size > 0) {
        wait_for(fd, POLLOUT);
        const ssize_t written = ::write(fd, bytes, size);
        if (written < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (written < 0)
            return false;
        bytes += written;
        size -= static_cast<std::size_t>(written);
    }
    return true;
}

}  // namespace

std::unique_ptr<ByteSource> source_of_file(const std::string &path)
{
    return std::make_unique<FileSource>(path);
}

std::unique_ptr<ByteSource> source_of_program(const ProgramCall &call, Descriptor in, const std::string &doing)
{
    return std::make_unique<ProgramSource>(call, in, doing);
}

std::unique_ptr<ByteSource> gunzipped(std::unique_ptr<ByteSource> source)
{
    return std::make_unique<GzipSource>(std::move(source));
}

std::unique_ptr<ByteSource> unzstd(std::unique_ptr<ByteSource> source)
{
    return std::make_unique<ZstdSource>(std::move(source));
}

std::unique_ptr<ByteSource> between(std::string before, std::unique_ptr<ByteSource> source, std::string after)
{
    return std::make_unique<BetweenSource>(std::move(before), std::move(source), std::move(after));
}

void feed(ByteSource &source, Descriptor sink)
{
    // Not blocking: a child that reads nothing for a while must not keep a signal from being noticed.
    ::fcntl(sink.get(), F_SETFL, ::fcntl(sink.get(), F_GETFL) | O_NONBLOCK);
    std::vector<char> buffer(chunk_bytes);
    while (const std::size_t got = source.read(buffer.data(), buffer.size())) {
        if (!put(sink.get(), buffer.data(), got))
            return;
    }
}

std::string start_of(ByteSource &source, std::size_t size)
{
    std::string start(size, '\0');
    std::size_t got = 0;
    while (got < size) {
        const std::size_t more = source.read(start.data() + got, size - got);
        if (more == 0)
            break;
        got += more;
    }
    start.resize(got);
    return start;
}

}  // namespace pitstop::tool
