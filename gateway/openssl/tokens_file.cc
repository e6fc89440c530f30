#include "gateway/openssl/tokens_file.h"

#include <fstream>
#include <utility>

#include <sys/stat.h>

namespace bw::gateway {
namespace {

StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::string text(kMaxTokensFileBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad() || (stream.fail() && !stream.eof())) {
    return InvalidArgument("cannot be read");
  }
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return text;
}

}  // namespace

StatusOr<std::shared_ptr<TokensFile>> TokensFile::Open(Options options, Scheduler& scheduler,
                                                       Report report) {
  std::shared_ptr<TokensFile> file(
      new TokensFile(std::move(options), scheduler, std::move(report)));
  const auto loaded = file->Load();
  if (!loaded.ok()) return loaded.status();
  file->WatchOn();
  return file;
}

// Volumes of Kubernetes are replaced by a new target of a link, which stat follows.
TokensFile::Stamp TokensFile::ReadStamp() const {
  struct stat info {};
  if (::stat(options_.path.c_str(), &info) != 0) return {};
  Stamp stamp;
  for (const std::int64_t part :
       {static_cast<std::int64_t>(info.st_dev), static_cast<std::int64_t>(info.st_ino),
        static_cast<std::int64_t>(info.st_size), static_cast<std::int64_t>(info.st_mtim.tv_sec),
        static_cast<std::int64_t>(info.st_mtim.tv_nsec),
        static_cast<std::int64_t>(info.st_ctim.tv_sec),
        static_cast<std::int64_t>(info.st_ctim.tv_nsec)}) {
    stamp += std::to_string(part) + ' ';
  }
  return stamp;
}

StatusOr<std::size_t> TokensFile::Load() {
  // Before the content: what is written in between is seen the next time.
  stamp_ = ReadStamp();
  const auto text = ReadFile(options_.path);
  if (!text.ok()) return Annotate(text.status(), options_.path);
  auto parsed = ParseTokens(*text);
  if (!parsed.ok()) return Annotate(parsed.status(), options_.path);
  const std::size_t count = parsed->size();
  auto tokens = std::make_shared<StaticTokens>(*std::move(parsed));
  const std::lock_guard lock(mutex_);
  tokens_ = std::move(tokens);
  return count;
}

void TokensFile::WatchOn() {
  scheduler_.After(options_.interval, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    if (self->ReadStamp() != self->stamp_) self->report_(self->Load());
    self->WatchOn();
  });
}

std::shared_ptr<StaticTokens> TokensFile::tokens() const {
  const std::lock_guard lock(mutex_);
  return tokens_;
}

std::optional<AuthResult> TokensFile::Recognize(std::string_view token) {
  return tokens()->Recognize(token);
}

void TokensFile::Verify(std::string_view, Done done) { done({AuthReason::kUnknown}); }

}  // namespace bw::gateway
